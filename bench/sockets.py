"""Measure delivery: from the post to the reader's socket, and to the reader's language."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import websockets

from bench.http_load import Failed, Make, Request, Result
from bench.service import HOST, Service

WAIT_SECONDS = 30.0


def measure(service: Service, make: Make, *tokens: str, event: str, rate: float, count: int) -> Result:
    """Return the seconds from each of ``count`` posts, at ``rate`` a second, to its ``event`` on each socket of ``tokens``.

    Raises Failed.
    """
    return asyncio.run(measure_async(service, make, *tokens, event=event, rate=rate, count=count))


async def measure_async(service: Service, make: Make, *tokens: str, event: str, rate: float, count: int) -> Result:
    taken: list[float] = []
    heard: list[dict[str, float]] = [{} for _token in tokens]
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(_socket(service, token)) for token in tokens]
        listeners = [
            asyncio.create_task(_listen(socket, event, sent, taken, count))
            for socket, sent in zip(opened, heard, strict=True)
        ]
        began = time.perf_counter()
        await post(service, make, rate, count, *heard)
        await asyncio.gather(*listeners)
    return Result(sorted(taken), time.perf_counter() - began)


@asynccontextmanager
async def _socket(service: Service, token: str) -> AsyncIterator[Any]:
    url = f"ws://{HOST}:{service.gateway_port}/api/v1/realtime"
    headers = {"Authorization": f"Bearer {token}"}
    async with websockets.connect(url, additional_headers=headers, subprotocols=["rosetta.v1"]) as socket:  # type: ignore[list-item]
        await socket.recv()
        yield socket


async def _listen(socket: Any, event: str, sent: dict[str, float], taken: list[float], count: int) -> None:
    left = count
    while left:
        try:
            raw = await asyncio.wait_for(socket.recv(), WAIT_SECONDS)
        except TimeoutError:
            raise Failed(f"{event}: {count - left} of {count} heard, then nothing for {WAIT_SECONDS:.0f} s") from None
        now, frame = time.perf_counter(), json.loads(raw)
        if frame.get("event") == event and (began := sent.pop(frame["data"]["original_content"], None)):
            taken.append(now - began)
            left -= 1


async def post(service: Service, make: Make, rate: float, count: int, *heard: dict[str, float]) -> None:
    """Post ``count`` times over one connection, at ``rate`` a second.

    The time of each goes into all of ``heard``.
    """
    reader, writer = await asyncio.open_connection(HOST, service.web_port)
    for number in range(count):
        request = make(number)
        text, began = json.loads(request.body)["content"], time.perf_counter()
        for sent in heard:
            sent[text] = began
        writer.write(request.encode(f"{HOST}:{service.web_port}"))
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        if not head.startswith(b"HTTP/1.1 201"):
            raise Failed(f"a post was refused: {head[:100]!r} {body[:500]!r}")
        await asyncio.sleep(max(0.0, 1 / rate - (time.perf_counter() - began)))
    writer.close()


def only(make: Callable[[int], Request], members: int) -> Make:
    """Keep the requests of the first member, who writes in another language than the second one reads."""
    return lambda number: make(number * members)
