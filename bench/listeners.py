"""Minimal WebSocket clients by the thousand: each connects, answers pings, and counts its frames."""

import asyncio
import base64
import os
import re
from collections import Counter
from typing import Any

from bench import service

# What a text frame is: its type, and for events and signals which one.
_KIND = re.compile(rb'"type":"(\w+)"(?:.*?"event":"([\w.]+)")?')


class Board:
    """The counts of all listeners together; ``kinds`` only if it was made to count them."""

    def __init__(self, *, counts_kinds: bool = False) -> None:
        self.frames = self.pings = self.closed = self.lost = 0
        self.kinds: Counter[str] | None = Counter() if counts_kinds else None
        self.last_frame_at = 0.0
        self.wanted: int | None = None
        self.reached = asyncio.Event()

    def got(self, count: int) -> None:
        self.frames += count
        self.last_frame_at = asyncio.get_running_loop().time()
        if self.wanted is not None and self.frames >= self.wanted:
            self.reached.set()

    def note(self, payload: bytes) -> None:
        """Count a text frame by its kind."""
        if self.kinds is not None and (match := _KIND.search(payload)):
            self.kinds[".".join(part.decode() for part in match.groups() if part)] += 1

    async def wait_for(self, frames: int, seconds: float = 120) -> None:
        self.wanted = frames
        self.reached.clear()
        if self.frames < frames:
            try:
                await asyncio.wait_for(self.reached.wait(), seconds)
            except TimeoutError:
                raise SystemExit(
                    f"only {self.frames} of {frames} frames; {self.closed} closed, {self.lost} lost"
                ) from None

    def check_all_connected(self) -> None:
        """Check that no socket was closed, because frames to fewer sockets do not count.

        Raises SystemExit.
        """
        if self.closed or self.lost:
            raise SystemExit(f"{self.closed} sockets were closed, {self.lost} connections lost")


class Listener(asyncio.Protocol):
    """One client."""

    def __init__(self, token: str, port: int, board: Board) -> None:
        self.token, self.port, self.board = token, port, board
        self.rest = b""
        self.is_open = False
        self.frames = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /api/v1/realtime HTTP/1.1\r\nHost: {service.HOST}:{self.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: rosetta.v1\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if self.rest:
            data = self.rest + data
        at = 0
        if not self.is_open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self.rest = data
                return
            assert data.startswith(b"HTTP/1.1 101"), data[:200]
            self.is_open, at = True, end + 4
        size, count = len(data), 0
        while at + 2 <= size:
            length, head = data[at + 1], 2
            if length == 126:
                length, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            elif length == 127:
                length, head = int.from_bytes(data[at + 2 : at + 10], "big"), 10
            if at + head + length > size:
                break
            if data[at] == 0x81:
                count += 1
                if self.board.kinds is not None:
                    self.board.note(data[at + head : at + head + length])
            elif data[at] == 0x89:
                self._answer(data[at + head : at + head + length])
            elif data[at] == 0x88:
                self.board.closed += 1
            at += head + length
        self.rest = data[at:]
        if count:
            self.frames += count
            self.board.got(count)

    def _answer(self, payload: bytes) -> None:
        self.board.pings += 1
        self.transport.write(bytes((0x8A, 0x80 | len(payload))) + b"\x00\x00\x00\x00" + payload)

    def connection_lost(self, error: Exception | None) -> None:
        self.board.lost += 1


async def listen(tokens: list[str], port: int, board: Board) -> list[Listener]:
    """Open a socket for each token, a hundred at a time, and wait until each has its ``hello``."""
    loop = asyncio.get_running_loop()
    listeners: list[Listener] = []
    for start in range(0, len(tokens), 100):
        some = tokens[start : start + 100]
        pairs = await asyncio.gather(
            *(loop.create_connection(lambda t=t: Listener(t, port, board), service.HOST, port) for t in some)  # type: ignore[misc]
        )
        listeners += [listener for _, listener in pairs]
        await board.wait_for(start + len(some))
    return listeners
