"""One socket: a bounded queue of frames out, and limits on the frames in."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any

from realtime.authentication import Credential
from realtime.hub import Caller, Stream
from realtime.protocol import CLOSE_REASONS, TOO_MANY_ERRORS, TOO_SLOW, BadFrame, ClientFrame, parse_client_frame
from realtime.wire import TextFrame, server_protocol, text_frame

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]

# Bytes that may wait for a client. Beyond that it is too slow: it is closed, and resumes when it can.
QUEUE_LIMIT = 1024 * 1024
FRAMES, FRAMES_SECONDS = 60, 10.0
ERRORS, ERRORS_SECONDS = 10, 60.0
CLOSING_SECONDS = 30.0

PONG = text_frame({"type": "pong"})


class Window:
    """Counts what happens within ``seconds``."""

    __slots__ = ("count", "limit", "seconds", "since")

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit, self.seconds = limit, seconds
        self.since, self.count = 0.0, 0

    def is_exceeded(self) -> bool:
        """Count one more, and tell whether that is more than ``limit``."""
        now = time.monotonic()
        if now - self.since >= self.seconds:
            self.since, self.count = now, 0
        self.count += 1
        return self.count > self.limit


class Connection:
    """A client's socket. Everything runs on the event loop's thread.

    ``on_frame`` is called with the client's frames and may raise BadFrame; ``on_too_slow`` when the socket is closed
    because its queue is full; ``spawn`` runs what must outlive the socket.
    """

    __slots__ = (
        "_close_after_queue", "_drained", "_errors", "_frames", "_is_writable", "_loop", "_on_frame", "_on_too_slow", "_queue",
        "_send", "_size", "_spawn", "_write", "_writer", "caller", "closed", "credential", "exceptions", "replay",
    )  # fmt: skip

    def __init__(
        self,
        caller: Caller,
        credential: Credential,
        send: Send,
        *,
        on_frame: "Callable[[Connection, ClientFrame], None]",
        on_too_slow: Callable[[], None],
        spawn: Spawn,
    ) -> None:
        self.caller = caller
        self.credential = credential
        self.exceptions: set[Stream] = set()
        self.replay: asyncio.Task[None] | None = None
        self.closed = False
        self._send = send
        self._on_frame = on_frame
        self._on_too_slow = on_too_slow
        self._spawn = spawn
        self._loop = asyncio.get_running_loop()
        # Frames that the transport did not take at once, and the task that sends them; none while there are none.
        self._queue: deque[TextFrame] | None = None
        self._size = 0
        self._writer: asyncio.Task[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._close_after_queue: int | None = None
        self._errors: Window | None = None
        self._frames: Window | None = None
        protocol = server_protocol(send)
        self._write: Any = protocol.transport.write if protocol is not None else None
        self._is_writable: Any = protocol.writable.is_set if protocol is not None else None

    # ── Out ──

    def push(self, frame: TextFrame) -> None:
        """Send a frame, or queue it.

        Never raises, so that a socket that is gone cannot affect others.

        A client that lets too much wait is closed: it resumes later without loss.
        """
        if self.closed:
            return
        # Nothing is queued, so there is nothing that this frame could overtake.
        if self._writer is None and self._is_writable is not None and self._is_writable():
            try:
                self._write(frame.wire)
            except (OSError, RuntimeError):  # the transport was closed meanwhile; uvloop raises
                self._abandon()
            return
        if self._queue is None:
            self._queue = deque()
        self._queue.append(frame)
        self._size += len(frame.wire)
        if self._size > QUEUE_LIMIT:
            self._on_too_slow()
            self.close(TOO_SLOW)
        elif self._writer is None:
            self._writer = self._loop.create_task(self._write_queue(self._queue))

    async def _write_queue(self, queue: deque[TextFrame]) -> None:
        """Send what is queued, and end."""
        try:
            while queue:
                frame = queue.popleft()
                self._size -= len(frame.wire)
                await self._send({"type": "websocket.send", "text": frame.text})
        except (OSError, RuntimeError):  # the client went away in the middle of a frame
            self._abandon()
            return
        self._writer = self._queue = None
        if self._drained is not None:
            self._drained.set_result(None)
            self._drained = None
        if self._close_after_queue is not None:
            self.close(self._close_after_queue)

    def _abandon(self) -> None:
        """Drop what is queued for a client that is gone.

        The server reports the disconnect to whoever reads.
        """
        self.closed = True
        if self._queue is not None:
            self._queue.clear()
        self.stop()

    async def drained(self) -> None:
        """Wait until the client has taken all that was queued, or is gone."""
        if self._writer is not None and not self.closed:
            if self._drained is None:
                self._drained = self._loop.create_future()
            await asyncio.shield(self._drained)

    def close(self, code: int) -> None:
        """Close now, and drop what is queued. Idempotent."""
        if self.closed:
            return
        self._abandon()
        self._spawn(self._send_close(code))

    def close_after_queue(self, code: int) -> None:
        """Close once all that is queued has been sent."""
        self._close_after_queue = code
        if self._writer is None:
            self.close(code)

    async def _send_close(self, code: int) -> None:
        message = {"type": "websocket.close", "code": code, "reason": CLOSE_REASONS[code]}
        try:
            # A client that is stuck takes it only when it reads again.
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._send(message)
        except TimeoutError:
            abort(self._send)
        except (OSError, RuntimeError):
            pass  # gone already

    def stop(self) -> None:
        """Cancel the tasks of this socket."""
        if self._writer is not None and self._writer is not asyncio.current_task():
            self._writer.cancel()
        if self.replay is not None and self.replay is not asyncio.current_task():
            self.replay.cancel()
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    # ── In ──

    def receive(self, message: MutableMapping[str, Any]) -> None:
        """Handle one frame of the client; one that is refused is answered with an error."""
        if self.closed or self._close_after_queue is not None:
            return
        try:
            self._handle(message)
        except BadFrame as refusal:
            self._refuse(refusal)

    def _handle(self, message: MutableMapping[str, Any]) -> None:
        if self._frames is None:
            self._frames = Window(FRAMES, FRAMES_SECONDS)
        if self._frames.is_exceeded():
            raise BadFrame("rate_limited")
        frame = parse_client_frame(message)
        if frame["type"] == "ping":
            self.push(PONG)
        else:
            self._on_frame(self, frame)

    def _refuse(self, refusal: BadFrame) -> None:
        self.push(text_frame({"type": "error", "code": refusal.code, "message": refusal.message}))
        if self._errors is None:
            self._errors = Window(ERRORS - 1, ERRORS_SECONDS)
        if self._errors.is_exceeded():
            self.close_after_queue(TOO_MANY_ERRORS)


def abort(send: Send) -> None:
    """Cut the connection of a client that does not even take a close, if the server lets us."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
