"""Ask a process's probes, without starting one."""

import asyncio
from typing import Any

import httpx

from rosetta.serving.probes import Probes


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def ask(path: str, probes: Probes | None = None, **headers: str) -> httpx.Response:
    """Return what ``probes`` answers; by default a process that has just started."""

    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(app=probes or Probes(_nothing))
        async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1:8000") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(main())
