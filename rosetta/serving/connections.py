"""uvicorn's HTTP protocol with deadlines, so that no silent client keeps a connection forever.

Requests pay nothing for it: once a second a sweep checks every connection. WebSockets have deadlines of their own
(``realtime.connection``).
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = structlog.get_logger(__name__)

# Idle time between two requests. Longer than the minute of proxies, which would otherwise send into a closing connection.
KEEP_ALIVE_SECONDS = 75
# The request line and the headers together.
HEAD_BYTES = 64 * 1024
# A client has to read this much of a response within the deadline.
LEAST_BYTES = 64 * 1024
# A connection that is silent for longer counts among the silent ones of its address.
SILENT_SECONDS = 1.0


class Connection(HttpToolsProtocol):
    """One client's connection, until it becomes a WebSocket."""

    head_bytes = 0
    # The state at the last sweep: the request that was answered, and since when the next one is awaited.
    last_cycle: Any = None
    waits_since = 0.0
    # Since when the client reads too slowly, and how many bytes were left to send then.
    slow_since: float | None = None
    left_then = 0
    has_taken = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.waits_since = time.monotonic()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.is_waiting():
            if not self.head_bytes:
                self.waits_since = time.monotonic()
            self.head_bytes += len(data)
            if self.head_bytes > HEAD_BYTES:
                self.transport.abort()

    def on_headers_complete(self) -> None:
        self.head_bytes = 0
        super().on_headers_complete()

    def resume_writing(self) -> None:
        self.has_taken = True
        super().resume_writing()

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing, because the request is answered as if it had not asked for an upgrade."""

    def is_waiting(self) -> bool:
        """Return whether the server waits for the head of a request."""
        return self.cycle is None or self.cycle.response_complete

    def silent_for(self, now: float) -> float:
        """Return the seconds of waiting for a head.

        0 while a request is handled or its response is read.
        """
        is_new = self.cycle is not self.last_cycle
        if is_new or not self.is_waiting() or self.transport.get_write_buffer_size():
            self.last_cycle, self.waits_since = self.cycle, now
        return now - self.waits_since

    def is_between_requests(self) -> bool:
        """Return whether it has had a request and not begun the next one."""
        return self.cycle is not None and not self.head_bytes

    def slow_for(self, now: float) -> float:
        """Return the seconds in which the client read less than ``LEAST_BYTES``.

        0 when nothing is left to send.
        """
        left = self.transport.get_write_buffer_size()
        if not left:
            self.slow_since = None
            return 0.0
        if self.slow_since is None or self.has_taken or left <= self.left_then - LEAST_BYTES:
            self.slow_since, self.left_then, self.has_taken = now, left, False
        return now - self.slow_since


def sweep(
    connections: Iterable[Any], *, request_seconds: float, response_seconds: float, silent_per_address: int | None
) -> None:
    """Close connections that are past a deadline, and the oldest silent ones of an address that has too many."""
    now = time.monotonic()
    silent: defaultdict[str, list[tuple[float, Connection]]] = defaultdict(list)
    for connection in list(connections):
        silence = connection.silent_for(now)
        may_be_silent = KEEP_ALIVE_SECONDS if connection.is_between_requests() else request_seconds
        if silence > may_be_silent or connection.slow_for(now) > response_seconds:
            _cut(connection)
        elif silence > SILENT_SECONDS and silent_per_address is not None and connection.client:
            silent[connection.client[0]].append((silence, connection))
    for pairs in silent.values():
        for _, connection in sorted(pairs, key=lambda pair: -pair[0])[: max(0, len(pairs) - (silent_per_address or 0))]:
            _cut(connection)


def _cut(connection: Connection) -> None:
    log.info("connection_cut", address=connection.client[0] if connection.client else "")
    if connection.transport.get_write_buffer_size():
        connection.transport.abort()  # because closing would wait until the client has read the rest
    else:
        connection.transport.close()
