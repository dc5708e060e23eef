"""Stand-ins for the gateway's surroundings.

A socket that keeps its frames, and a database that answers from a function.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from realtime.frames import EventFrame
from realtime.hub import Caller, Hub, Stream
from realtime.protocol import CONVERSATION_ID
from realtime.subscriptions import Subscription, Subscriptions
from realtime.wire import TextFrame
from workspaces.models import Event

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
WORKSPACE, CHANNEL, DIRECT = "01jxworkspace", "01jxchannel", "01jxdirect"


class FakeSocket:
    """A connection as the parts see it."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.exceptions: set[Stream] = set()
        self.closed = False
        self.close_code: int | None = None
        self.frames: list[dict[str, Any]] = []

    def push(self, frame: TextFrame) -> None:
        if not self.closed:
            self.frames.append(json.loads(frame.text))

    def close(self, code: int) -> None:
        self.closed = True
        self.close_code = code

    @property
    def received(self) -> list[tuple[int, int]]:
        """(prev, seq) of the events."""
        return [(frame["prev"], frame["seq"]) for frame in self.frames if frame["type"] == "event"]


class FakeDatabase:
    """Answers each call from ``answer(function, *arguments)``, after one turn of the event loop."""

    def __init__(self, answer: Callable[..., Any]) -> None:
        self._answer = answer

    async def __call__(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(0)
        return self._answer(call, *args, **kwargs)

    patiently = __call__


def subscribed(language: str = "en", **streams: Subscription) -> Subscriptions:
    """Subscriptions to conversations, and to workspaces if they are named so."""
    own = Subscriptions(language, {"user": None, "guest": None})
    for name, subscription in streams.items():
        kind = own.workspaces if name == WORKSPACE else own.conversations
        kind[name] = subscription
    return own


def connect(hub: Hub, key: str, own: Subscriptions | None = None) -> FakeSocket:
    """Connect a socket, and admit it to what the caller is subscribed to."""
    kind, _, pk = key.partition(":")
    caller = hub.caller(key, int(pk) if kind == "user" else None, pk if kind == "guest" else None)
    socket = FakeSocket(caller)
    caller.pending.add(socket)
    if own is not None:
        caller.subscriptions = own
        for stream_id, subscription in own.by_stream().items():
            hub.subscribe(caller, stream_id, subscription, 0, is_workspace=stream_id in own.workspaces)
    hub.admit(socket)
    return socket


class StreamInfo:
    id_name = CONVERSATION_ID
    workspace_id = None


def event(
    seq: int,
    kind: str = "room.extended",
    data: dict[str, Any] | None = None,
    *,
    stream_id: str = DIRECT,
    user_id: int | None = None,
    languages: tuple[str, ...] = ("en", "th", "ja"),
) -> EventFrame:
    """An event, rendered in ``languages``; a message's content is its language."""
    row = Event(stream_id=stream_id, seq=seq, kind=kind, data=data or {}, user_id=user_id, created_at=LONG_AGO)
    frame = EventFrame(row, StreamInfo(), languages)
    if frame.shared_data is None:
        frame.message_by_reading = {name: {"content": name, "reactions": []} for name in languages}
    return frame


async def settle() -> None:
    """Let everything run that is ready, and what follows from it."""
    for _ in range(50):
        await asyncio.sleep(0)


class Running:
    """Runs a part in the background: ``async with Running(part.run()): …``."""

    def __init__(self, part: Coroutine[Any, Any, None]) -> None:
        self._part = part

    async def __aenter__(self) -> None:
        self._task = asyncio.ensure_future(self._part)
        await settle()

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
