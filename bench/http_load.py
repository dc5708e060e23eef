"""A small HTTP/1.1 load generator for a machine that it shares with what it measures.

Keep-alive connections on bare asyncio protocols: about 30 µs of processor time per response. A response that is not a success
ends the run, because a refusal is cheap and would make the service look fast.
"""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvloop

SILENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    token: str
    body: bytes = b""

    def encode(self, host: str) -> bytes:
        return (
            f"{self.method} {self.path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n".encode()
            + self.body
        )


Make = Callable[[int], Request]


class Failed(SystemExit):
    """The service answered with an error, or not at all."""


@dataclass(frozen=True)
class Result:
    """The result of a run: the seconds of each response, sorted, and of the whole run."""

    latencies: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency in milliseconds of the percentile ``share``."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))] * 1000

    def marks(self) -> str:
        return ", ".join(f"p{int(share * 100)} {self.percentile(share):.1f} ms" for share in (0.5, 0.95, 0.99))

    def __str__(self) -> str:
        return f"{self.rate:,.0f}/s; {self.marks()}; {len(self.latencies):,} answers"


class Client(asyncio.Protocol):
    """One connection with one request under way at a time, until ``until``."""

    def __init__(self, host: str, make: Make, numbers: "itertools.count[int]", until: float) -> None:
        self.host, self.make, self.numbers, self.until = host, make, numbers, until
        self.latencies: list[float] = []
        self.rest = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._ask()

    def _ask(self) -> None:
        self.request = self.make(next(self.numbers))
        self.began = time.perf_counter()
        self.transport.write(self.request.encode(self.host))

    def data_received(self, data: bytes) -> None:
        self.rest += data
        head = self.rest.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self.rest.lower().find(b"content-length:", 0, head) + 15
        if at < 15:
            return self._end(Failed(f"an answer without a length: {self.rest[:500]!r}"))
        if len(self.rest) < head + 4 + int(self.rest[at : self.rest.find(b"\r\n", at)]):
            return
        if not self.rest.startswith(b"HTTP/1.1 2"):
            return self._end(Failed(f"{self.request.method} {self.request.path} was refused: {self.rest[:1000]!r}"))
        now = time.perf_counter()
        self.latencies.append(now - self.began)
        self.rest = b""
        if now < self.until:
            self._ask()
        else:
            self._end()

    def connection_lost(self, error: Exception | None) -> None:
        self._end(Failed(f"the connection was lost: {error}"))

    def _end(self, failure: Failed | None = None) -> None:
        if not self.done.done():
            if failure is None:
                self.done.set_result(None)
            else:
                # Returned as a value, because asyncio lets a SystemExit pass through the loop, past the clean-up.
                self.done.set_exception(RuntimeError(failure.code))
            self.transport.close()


async def _run(host: str, port: int, make: Make, clients: int, seconds: float) -> Result:
    numbers, began = itertools.count(), time.perf_counter()
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: Client(f"{host}:{port}", make, numbers, began + seconds), host, port)
        for _ in range(clients)
    ]
    running = [client for _transport, client in opened]
    try:
        await asyncio.wait_for(asyncio.gather(*(client.done for client in running)), seconds + SILENCE_SECONDS)
    except TimeoutError:
        raise Failed(f"no answer for {SILENCE_SECONDS:.0f} s") from None
    except RuntimeError as error:
        raise Failed(str(error)) from None
    taken = time.perf_counter() - began
    return Result(sorted(itertools.chain.from_iterable(client.latencies for client in running)), taken)


def load(host: str, port: int, make: Make, *, clients: int, seconds: float, warm: float = 1.0) -> Result:
    """Run ``clients`` connections, each with one request at a time, for ``seconds`` after ``warm``. Raises Failed."""
    uvloop.run(_run(host, port, make, clients, warm))
    return uvloop.run(_run(host, port, make, clients, seconds))
