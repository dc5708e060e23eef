"""uvicorn's WebSocket protocol with a keepalive that has no timer for each socket.

A sweep once a second pings those that have been silent for a while, and closes those that stay silent. A client that sends
frames of its own is not pinged at all.
"""

import logging
import os
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Below the minute of silence after which proxies close a connection.
SILENT_SECONDS = 40.0
ANSWER_SECONDS = 20.0
# The content of our pings: eight bytes that no client knows before it is pinged.
_TOKEN = os.urandom(8)
_PING = b"\x89\x08" + _TOKEN
_NUMBER = int.from_bytes(_TOKEN, "big")

# Without the three lines that each opened and closed socket would write, as there is no access log either.
_log = logging.getLogger("rosetta.serving.websockets")
_log.setLevel(logging.WARNING)


class WebSocket(WebSocketsSansIOProtocol):
    """One client's WebSocket. Serve it with ``ws_ping_interval=None``."""

    heard_at = 0.0
    is_pinged = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = _log

    def connection_made(self, transport: Any) -> None:
        self.heard_at = self.loop.time()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        if self.is_pinged:
            self.is_pinged = False
            if _is_pong(data):
                return  # because parsing it costs more than all else about an idle socket
        super().data_received(data)

    def start_keepalive(self) -> None:
        """Let go of the opening request, which the server would keep as long as the socket."""
        del self.request, self.response
        self.scope["headers"] = []

    def keep_alive(self, now: float) -> None:
        """Ping a client that is silent, and close one that does not answer; ``now`` is the event loop's time."""
        silence = now - self.heard_at
        if silence < SILENT_SECONDS or not self.handshake_complete or self.close_sent or self.transport.is_closing():
            return
        if silence >= SILENT_SECONDS + ANSWER_SECONDS:
            self.keepalive_timeout()
        elif not self.is_pinged:
            self.is_pinged = True
            self.transport.write(_PING)


def _is_pong(data: bytes) -> bool:
    """Return whether ``data`` is exactly the answer to our ping: a masked pong with its eight bytes."""
    if len(data) != 14 or data[:2] != b"\x8a\x88":
        return False
    mask = int.from_bytes(data[2:6], "big")
    return int.from_bytes(data[6:], "big") ^ (mask << 32 | mask) == _NUMBER
