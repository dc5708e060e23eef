"""A small HTTP/1.1 load generator: keep-alive connections on raw asyncio streams, so that the client costs little."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    def encode(self, host: str) -> bytes:
        head = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(self.body)}"]
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(head) + "\r\n\r\n").encode() + self.body


@dataclass(frozen=True)
class Result:
    """What a run saw: answers, how long it took, and each answer's seconds."""

    count: int
    seconds: float
    latencies: list[float]
    errors: int

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def percentile(self, share: float) -> float:
        """The latency in milliseconds below which ``share`` of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

    def row(self) -> str:
        marks = " ".join(f"p{int(share * 100)} {self.percentile(share):.1f} ms" for share in (0.5, 0.95, 0.99))
        return f"{self.rate:.0f}/s {marks} ({self.count} answers, {self.errors} errors)"


async def _client(
    host: str, port: int, make: Callable[[int], Request], numbers: "itertools.count[int]", until: float
) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection(host, port)
    latencies, errors = [], 0
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(make(next(numbers)).encode(f"{host}:{port}"))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        latencies.append(time.perf_counter() - began)
        if not head.startswith(b"HTTP/1.1 2"):
            errors += 1
    writer.close()
    return latencies, errors


async def run(host: str, port: int, make: Callable[[int], Request], *, clients: int, seconds: float) -> Result:
    """``clients`` connections, each with one request under way at a time, for ``seconds``."""
    numbers = itertools.count()
    began = time.perf_counter()
    runs = await asyncio.gather(*(_client(host, port, make, numbers, began + seconds) for _ in range(clients)))
    taken = time.perf_counter() - began
    latencies = list(itertools.chain.from_iterable(found for found, _errors in runs))
    return Result(len(latencies), taken, latencies, sum(errors for _found, errors in runs))


def mean(values: list[float]) -> float:
    return statistics.fmean(values) if values else 0.0
