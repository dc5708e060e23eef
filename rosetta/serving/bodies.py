"""Read the body of a request before a thread is taken for it.

Within a deadline, at a minimum rate, up to a limit.
"""

import asyncio
import contextlib
import io
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import structlog

log = structlog.get_logger(__name__)

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

# Longer bodies are spooled to a file.
MEMORY_BYTES = 64 * 1024
# Chunks are collected up to this size before a thread writes them to the file.
WRITE_BYTES = 256 * 1024
# A body that is too large is read and discarded up to this size, because a client that is still sending reads no response.
DRAIN_BYTES = 128 * 1024 * 1024
# The longest deadline of any body.
LONGEST_SECONDS = 3600.0
TOO_LARGE = "The request body is too large."


class Refused(Exception):
    """The request is answered before Django sees it.

    ``must_close``: the connection cannot be reused.
    """

    def __init__(self, status: int, message: str, *, retry_after: int | None = None, must_close: bool = True) -> None:
        super().__init__(message)
        self.status, self.message, self.retry_after, self.must_close = status, message, retry_after, must_close


class Disconnected(Exception):
    """The client disconnected before its body was complete."""


class Lease:
    """One request's share of the limits that ``Held`` counts."""

    def __init__(self, held: "Held", address: str) -> None:
        self._held, self._address, self._bytes = held, address, 0

    def take(self, count: int) -> None:
        """Count ``count`` more bytes on disk. Raises Refused over a limit."""
        self._held.take(self._address, count)
        self._bytes += count

    def __enter__(self) -> "Lease":
        return self

    def __exit__(self, *error: object) -> None:
        self._held.give_back(self._address, self._bytes)


class Held:
    """Count the requests that wait for their clients and their bytes on disk, per address and in total."""

    def __init__(self, *, per_address: int, in_all: int, bytes_per_address: int, bytes_in_all: int) -> None:
        self._per_address, self._in_all = per_address, in_all
        self._bytes_per_address, self._bytes_in_all = bytes_per_address, bytes_in_all
        self._counts: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._count = self._sum = 0

    def one_of(self, address: str) -> Lease:
        """Count one request until the lease ends. Raises Refused over a limit."""
        if self._counts[address] >= self._per_address:
            raise Refused(429, "Too Many Attempts.", retry_after=10)
        if self._count >= self._in_all:
            raise Refused(503, "Service Unavailable.", retry_after=10)
        self._counts[address] += 1
        self._count += 1
        return Lease(self, address)

    def take(self, address: str, count: int) -> None:
        if self._bytes[address] + count > self._bytes_per_address or self._sum + count > self._bytes_in_all:
            raise Refused(503, "Service Unavailable.", retry_after=10)
        self._bytes[address] += count
        self._sum += count

    def give_back(self, address: str, count: int) -> None:
        self._count -= 1
        self._sum -= count
        self._counts[address] -= 1
        self._bytes[address] -= count
        if not self._counts[address]:
            del self._counts[address], self._bytes[address]


class BodyReader:
    """Reads bodies.

    One has ``seconds`` to come, and a second more for each ``rate`` bytes that came.
    """

    def __init__(self, *, seconds: float, rate: int, folder: Path) -> None:
        self.seconds, self.rate, self.folder = seconds, rate, folder
        self._writers = ThreadPoolExecutor(2, thread_name_prefix="spool")

    async def read(
        self, receive: Receive, lease: Lease, *, announced: int | None, limit: int, may_be_cut: bool = False
    ) -> tuple[IO[bytes], int]:
        """Return the whole body from its start, and its size.

        The caller closes it. Raises Refused or Disconnected.

        ``announced`` is the ``Content-Length``, or None. With ``may_be_cut``, a body that is larger than ``limit`` is returned
        up to the limit, with its true size, instead of refused.
        """
        if announced is not None and announced > max(2 * limit, DRAIN_BYTES):
            if may_be_cut:
                return io.BytesIO(), announced
            raise Refused(413, TOO_LARGE)
        body = _Spool(self.folder, self._writers, lease)
        try:
            received = await self._fill(body, receive, limit)
            if received > limit and not may_be_cut:
                raise Refused(413, TOO_LARGE, must_close=received > max(2 * limit, DRAIN_BYTES))
        except BaseException:
            body.discard()
            raise
        return body.finished(), received

    async def _fill(self, body: "_Spool", receive: Receive, limit: int) -> int:
        """Write at most ``limit`` bytes to ``body``.

        Returns the number received, which is cut far beyond the limit.
        """
        received = 0
        try:
            async with asyncio.timeout(self.seconds) as deadline:
                began = (deadline.when() or 0.0) - self.seconds
                has_more = True
                while has_more and received <= max(2 * limit, DRAIN_BYTES):
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Disconnected
                    chunk, has_more = message.get("body", b""), message.get("more_body", False)
                    if received < limit:
                        await body.write(chunk[: limit - received])
                    received += len(chunk)
                    if has_more:
                        deadline.reschedule(began + min(self.seconds + received / self.rate, LONGEST_SECONDS))
        except TimeoutError:
            raise Refused(408, "The request body did not arrive in time.") from None
        return received


class _Spool:
    """Keep bytes in memory up to ``MEMORY_BYTES``, beyond that in a file without a name, written by threads."""

    def __init__(self, folder: Path, writers: ThreadPoolExecutor, lease: Lease) -> None:
        self._folder, self._writers, self._lease = folder, writers, lease
        self._pieces: list[bytes] = []
        self._waiting = 0
        self._file: IO[bytes] | None = None

    async def write(self, chunk: bytes) -> None:
        """Append ``chunk``. Raises Refused over a limit or when the disk is full."""
        self._pieces.append(chunk)
        self._waiting += len(chunk)
        if self._waiting <= (MEMORY_BYTES if self._file is None else WRITE_BYTES):
            return
        self._lease.take(self._waiting)
        pieces, self._pieces, self._waiting = self._pieces, [], 0
        writing = asyncio.get_running_loop().run_in_executor(self._writers, self._flush, pieces)
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            with contextlib.suppress(Refused):
                await writing  # because the file must not be closed while a thread writes to it
            raise

    def finished(self) -> IO[bytes]:
        """Return everything written, from its start.

        The last bytes are written here, because they are few.
        """
        if self._file is None:
            return io.BytesIO(b"".join(self._pieces))
        try:
            self._flush(self._pieces)
        except Refused:
            self.discard()
            raise
        self._file.seek(0)
        return self._file

    def _flush(self, pieces: list[bytes]) -> None:
        try:
            if self._file is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
            data = memoryview(b"".join(pieces))
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            log.error("body_not_spooled", error=str(error))
            raise Refused(503, "Service Unavailable.", retry_after=10) from error

    def discard(self) -> None:
        if self._file is not None:
            self._file.close()
