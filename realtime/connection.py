"""One socket: a bounded queue out, and what the client says in."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from realtime.hub import Caller, Stream
from realtime.wire import Outgoing, outgoing, protocol_of
from rosetta.ids import parse_ulid

if TYPE_CHECKING:
    from realtime.gateway import Gateway

log = structlog.get_logger(__name__)

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

TOO_MANY_ERRORS, TOO_SLOW = 4400, 4408
TRY_AGAIN = 1013
HEARTBEAT_SECONDS = 30
# Bytes that may wait for a client; beyond that it is too slow, and resumes when it can.
QUEUE_LIMIT = 1024 * 1024
MAX_FRAME = 128 * 1024
FRAMES, FRAMES_SECONDS = 60, 10.0
ERRORS, ERRORS_SECONDS = 10, 60.0
MAX_SEQ = 2**63 - 1
CLOSING_SECONDS = 30.0

PONG = outgoing({"type": "pong"})
MESSAGES = {
    "bad_frame": "This is not a frame that I understand.",
    "unknown_type": "There is no frame of this type.",
    "too_large": f"A frame has at most {MAX_FRAME} bytes.",
    "rate_limited": "Too many frames; send fewer.",
}


class BadFrame(Exception):
    """A client's frame that is refused; ``code`` is one of MESSAGES."""

    def __init__(self, code: str, message: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES[code]


class Window:
    """Counts what happens within ``seconds``."""

    __slots__ = ("count", "limit", "seconds", "since")

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit, self.seconds = limit, seconds
        self.since, self.count = 0.0, 0

    def is_over(self) -> bool:
        """Count one more; True when that is more than ``limit``."""
        now = time.monotonic()
        if now - self.since >= self.seconds:
            self.since, self.count = now, 0
        self.count += 1
        return self.count > self.limit


class Connection:
    """A client's socket, as the hub knows it. Everything runs on the event loop's thread."""

    __slots__ = (
        "_drained", "_errors", "_frames", "_gateway", "_is_writable", "_last_words", "_loop", "_queue", "_send", "_size",
        "_waiter", "_write", "_writer", "caller", "closed", "credential", "marked", "replaying",
    )  # fmt: skip

    def __init__(self, gateway: "Gateway", caller: Caller, credential: Any, send: Send) -> None:
        self.caller = caller
        self.credential = credential
        self.marked: set[Stream] = set()
        self.replaying: asyncio.Task[None] | None = None
        self.closed = False
        self._gateway = gateway
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._queue: deque[Outgoing] = deque()
        self._size = 0
        self._waiter: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._last_words: tuple[int, str] | None = None
        self._errors: Window | None = None
        self._frames: Window | None = None
        protocol = protocol_of(send)
        self._write: Any = protocol.transport.write if protocol is not None else None
        self._is_writable: Any = protocol.writable.is_set if protocol is not None else None
        self._writer = self._loop.create_task(self._drain())

    # ── Out ──

    def push(self, frame: Outgoing) -> None:
        """Send a frame, or queue it. Never raises: whoever pushes to many sockets need not know that one is gone.

        A client that lets too much wait is closed: it resumes later without loss.
        """
        if self.closed:
            return
        # The writer waits: nothing is queued or under way that this could overtake.
        if self._waiter is not None:
            if self._is_writable is not None and self._is_writable():
                try:
                    self._write(frame.wire)
                except (OSError, RuntimeError):  # a transport that was closed under us; uvloop raises
                    self._lose()
                return
            self._wake_writer()
        self._queue.append(frame)
        self._size += len(frame.wire)
        if self._size > QUEUE_LIMIT:
            self._gateway.metrics.too_slow.inc()
            self.close(TOO_SLOW, "Too slow.")

    async def _drain(self) -> None:
        queue, send = self._queue, self._send
        try:
            while True:
                while queue:
                    frame = queue.popleft()
                    self._size -= len(frame.wire)
                    await send({"type": "websocket.send", "text": frame.text})
                if self._last_words is not None:
                    self.close(*self._last_words)
                    return
                if self._drained is not None:
                    self._drained.set_result(None)
                    self._drained = None
                self._waiter = self._loop.create_future()
                await self._waiter
        except (OSError, RuntimeError):  # the client went away in the middle of a frame; the reader notices too
            self._lose()

    def _wake_writer(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _lose(self) -> None:
        """The client is gone: drop what waits for it. The server tells whoever reads the socket."""
        self.closed = True
        self._queue.clear()
        self.stop()

    async def drained(self) -> None:
        """Returns when the client has taken all that was queued, or is gone."""
        if self._queue and not self.closed:
            if self._drained is None:
                self._drained = self._loop.create_future()
            await asyncio.shield(self._drained)

    def close(self, code: int, reason: str) -> None:
        """Close now; what waits is dropped."""
        if self.closed:
            return
        self.closed = True
        self._queue.clear()
        self.stop()
        self._gateway.background(self._say_goodbye(code, reason))

    def close_after_queue(self, code: int, reason: str) -> None:
        """Close once all that waits has been sent."""
        self._last_words = (code, reason)
        self._wake_writer()

    async def _say_goodbye(self, code: int, reason: str) -> None:
        try:
            # To a client that is stuck, this waits until it reads again.
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except TimeoutError:
            abort(self._send)
        except (OSError, RuntimeError):
            pass  # gone already

    def stop(self) -> None:
        """End the tasks of this socket."""
        if self._writer is not asyncio.current_task():
            self._writer.cancel()
        if self.replaying is not None:
            self.replaying.cancel()
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    # ── In ──

    def hear(self, message: MutableMapping[str, Any]) -> None:
        """Take one frame of the client."""
        if self.closed or self._last_words is not None:
            return
        try:
            self._obey(message)
        except BadFrame as refusal:
            self._refuse(refusal)

    def _obey(self, message: MutableMapping[str, Any]) -> None:
        if self._frames is None:
            self._frames = Window(FRAMES, FRAMES_SECONDS)
        if self._frames.is_over():
            raise BadFrame("rate_limited")
        frame = parsed(message)
        match frame["type"]:
            case "ping":
                self.push(PONG)
            case "resume":
                self._gateway.resume(self, cursors_in(frame))
            case "typing":
                stream_id = parse_ulid(frame.get("conversation_id"))
                if stream_id is None or not self._gateway.typing(self, stream_id):
                    raise BadFrame("bad_frame", "conversation_id: not a conversation that you read.")
            case _:
                raise BadFrame("unknown_type")

    def _refuse(self, refusal: BadFrame) -> None:
        body = {"type": "error", "code": refusal.code, "message": refusal.message}
        self.push(outgoing(body))
        if self._errors is None:
            self._errors = Window(ERRORS - 1, ERRORS_SECONDS)
        if self._errors.is_over():
            self.close_after_queue(TOO_MANY_ERRORS, "Too many errors.")


def parsed(message: MutableMapping[str, Any]) -> dict[str, Any]:
    """The client's frame as an object with a ``type``. Raises BadFrame."""
    text = message.get("text")
    if text is None:
        raise BadFrame("bad_frame", "Frames are JSON text.")
    if len(text) > MAX_FRAME:
        raise BadFrame("too_large")
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadFrame("bad_frame") from None
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise BadFrame("bad_frame", "Frames are objects with a type.")
    return frame


def cursors_in(frame: dict[str, Any]) -> dict[str, int]:
    """The streams of a ``resume`` with their numbers; ids that are none are left out. Raises BadFrame."""
    cursors = frame.get("cursors")
    if not isinstance(cursors, dict):
        raise BadFrame("bad_frame", "cursors: an object of stream ids and numbers.")
    found = {}
    for raw_id, seq in cursors.items():
        if type(seq) is not int or not 0 <= seq <= MAX_SEQ:
            raise BadFrame("bad_frame", "cursors: an object of stream ids and numbers.")
        if stream_id := parse_ulid(raw_id):
            found[stream_id] = seq
    return found


def abort(send: Send) -> None:
    """Cut the connection of a client that does not even take a close; where the server lets us."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
