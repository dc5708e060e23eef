"""How long a message is on its way: from the post to its reader's socket, and to the reader's own language."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import websockets

from bench.http_load import Failed, Make, Request, Result
from bench.service import HOST, Service

WAIT_SECONDS = 30.0


def measure(service: Service, make: Make, token: str, *, event: str, rate: float, count: int) -> Result:
    """The seconds from ``count`` posts, ``rate`` a second, until ``token``'s socket hears ``event`` of each. Raises Failed."""
    return asyncio.run(_measure(service, make, token, event, rate, count))


async def _measure(service: Service, make: Make, token: str, event: str, rate: float, count: int) -> Result:
    url = f"ws://{HOST}:{service.gateway_port}/api/v1/realtime"
    headers = {"Authorization": f"Bearer {token}"}
    sent: dict[str, float] = {}
    taken: list[float] = []
    async with websockets.connect(url, additional_headers=headers, subprotocols=["rosetta.v1"]) as socket:  # type: ignore[list-item]
        await socket.recv()
        listener = asyncio.create_task(_listen(socket, event, sent, taken, count))
        began = time.perf_counter()
        await _post(service, make, rate, count, sent)
        await listener
    return Result(sorted(taken), time.perf_counter() - began)


async def _listen(socket: Any, event: str, sent: dict[str, float], taken: list[float], count: int) -> None:
    while len(taken) < count:
        try:
            raw = await asyncio.wait_for(socket.recv(), WAIT_SECONDS)
        except TimeoutError:
            raise Failed(f"{event}: {len(taken)} of {count} heard, then nothing for {WAIT_SECONDS:.0f} s") from None
        now, frame = time.perf_counter(), json.loads(raw)
        if frame.get("event") == event and (began := sent.pop(frame["data"]["original_content"], None)):
            taken.append(now - began)


async def _post(service: Service, make: Make, rate: float, count: int, sent: dict[str, float]) -> None:
    reader, writer = await asyncio.open_connection(HOST, service.web_port)
    for number in range(count):
        request = make(number)
        sent[json.loads(request.body)["content"]] = began = time.perf_counter()
        writer.write(request.encode(f"{HOST}:{service.web_port}"))
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        if not head.startswith(b"HTTP/1.1 201"):
            raise Failed(f"a post was refused: {head[:100]!r} {body[:500]!r}")
        await asyncio.sleep(max(0.0, 1 / rate - (time.perf_counter() - began)))
    writer.close()


def only(make: Callable[[int], Request], members: int) -> Make:
    """``make``'s requests of its first member, who writes in another language than the second one reads."""
    return lambda number: make(number * members)
