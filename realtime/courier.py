"""Carries events from the table to the hub: many streams in one query, each event rendered once a language."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from django.db.models import Q
from django.utils import timezone

from realtime import access, render
from realtime.render import Frame
from workspaces.models import Event

if TYPE_CHECKING:
    from realtime.gateway import Gateway
    from realtime.hub import Stream

log = structlog.get_logger(__name__)

STREAMS = 100
PAGE = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A stream as a thread may know it: where it stands and in which languages it is heard."""

    kind: str
    workspace_id: str | None
    position: int
    languages: tuple[str, ...]


def fetch(places: Mapping[str, Place]) -> tuple[list[tuple[str, Frame]], float | None, bool]:
    """What happened in the streams since: frames in order, the age of the oldest in seconds, and whether there is more."""
    after = Q()
    for stream_id, place in places.items():
        after |= Q(stream_id=stream_id, seq__gt=place.position)
    rows = list(Event.objects.filter(after).order_by("stream_id", "seq")[:PAGE])
    made = render.frames(rows, places, {stream_id: place.languages for stream_id, place in places.items()})
    age = (timezone.now() - min(row.created_at for row in rows)).total_seconds() if rows else None
    return [(row.stream_id, frame) for row, frame in zip(rows, made, strict=True)], age, len(rows) == PAGE


class Courier:
    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self._hub = gateway.hub
        self._dirty: dict[str, None] = {}
        self._wake = asyncio.Event()

    def look_at(self, stream_id: str) -> None:
        """There may be news in the stream."""
        if stream_id in self._hub.streams:
            self._dirty[stream_id] = None
            self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            ids = list(self._dirty)[:STREAMS]
            for stream_id in ids:
                del self._dirty[stream_id]
            if self._dirty:
                self._wake.set()
            await self._carry_each(ids)

    async def _carry_each(self, ids: list[str]) -> None:
        """Deliver the news of each. What fails is tried again in halves: no stream waits for another that is at fault."""
        streams = {stream_id: self._hub.streams[stream_id] for stream_id in ids if stream_id in self._hub.streams}
        if not streams:
            return
        try:
            await self._carry(streams)
        except Exception:
            if len(ids) == 1:
                log.exception("delivery_failed", stream=ids[0])  # the sweep finds it again
                return
            half = len(ids) // 2
            await self._carry_each(ids[:half])
            await self._carry_each(ids[half:])

    async def _carry(self, streams: "dict[str, Stream]") -> None:
        places = {
            stream_id: Place(stream.kind, stream.workspace_id, stream.position, tuple(stream.audience.groups))
            for stream_id, stream in streams.items()
        }
        found, age, has_more = await self._gateway.database.patiently(fetch, places)
        stalled: set[str] = set()
        for stream_id, frame in found:
            stream = self._hub.streams.get(stream_id)
            if stream is None or stream_id in stalled or frame.seq <= stream.position:
                continue
            if not set(stream.audience.groups).issubset(frame.languages):
                # Somebody came who reads a language that it was not rendered in.
                stalled.add(stream_id)
                self.look_at(stream_id)
                continue
            stream.deliver(frame, self._hub.callers)
            self._follow(stream, frame)
        if age is not None:
            self._gateway.metrics.age.observe(age)
        if has_more:
            for stream_id in streams:
                self.look_at(stream_id)

    def _follow(self, stream: "Stream", frame: Frame) -> None:
        """What an event changes in who hears what."""
        if frame.kind.startswith("channel."):
            self._gateway.keeper.look_at_workspace(stream.id)
            if frame.user_id is not None:
                self._gateway.keeper.look_at(f"user:{frame.user_id}")
        elif frame.kind.startswith("member."):
            person = (frame.shared or {}).get("user") or {}
            self._gateway.keeper.look_at(f"user:{person.get('id')}")
        elif frame.kind.startswith("room."):
            self._gateway.check_soon(socket for socket in stream.audience.sockets() if socket.caller.guest_id)

    async def sweep(self) -> None:
        """Find news of which no word came, in every stream that somebody here listens to."""
        began = time.monotonic()
        last = await self._gateway.rights_database(access.last_events, list(self._hub.streams))
        for stream_id, stream in list(self._hub.streams.items()):
            if stream_id not in last:
                self._vanished(stream)
            elif last[stream_id] > stream.position:
                self.look_at(stream_id)
        self._gateway.metrics.sweep.observe(time.monotonic() - began)

    def _vanished(self, stream: "Stream") -> None:
        """The row is gone, or came after the question: those who hear it are asked about again."""
        if stream.workspace_id:
            self._gateway.keeper.look_at_workspace(stream.workspace_id)
        for socket in list(stream.audience.sockets()):
            self._gateway.keeper.look_at(socket.caller.key)
