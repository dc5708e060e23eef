"""Answer ``/healthz`` and ``/readyz`` on the event loop, whatever the application's threads wait for.

``/healthz`` says that the process is alive, and depends on nothing else: who restarts processes asks it. ``/readyz`` says
whether this process can serve: a load balancer asks it. ``/readyz?deep`` looks at everything, for people and alarms.
"""

import uuid
from typing import Any
from urllib.parse import parse_qsl

import orjson

from rosetta.observability import health
from rosetta.serving.bodies import Receive
from rosetta.serving.bridge import OWN_HEADERS, Scope, Send

# What a load balancer is made to wait at most, and what the deep look may take.
READY_SECONDS = 1.0
DEEP_SECONDS = 3.0


class Probes:
    """An ASGI application that answers the probes and passes everything else to ``application``."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._needed, self._others = health.needed_parts(), health.other_parts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path == "/healthz":
            await _send(send, 200, {"status": "ok"})
        elif path == "/readyz":
            is_deep = "deep" in dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
            await _send(send, *await self._readiness(is_deep=is_deep))
        else:
            await self._application(scope, receive, send)

    async def _readiness(self, *, is_deep: bool) -> tuple[int, dict[str, Any]]:
        """Return 200, or 503 with the names of what is missing.

        Why it is is logged, because anybody may ask.
        """
        parts = [*self._needed, *self._others] if is_deep else self._needed
        missing = await health.missing(parts, within=DEEP_SECONDS if is_deep else READY_SECONDS)
        if missing:
            return 503, {"status": "unavailable", "missing": dict.fromkeys(missing, "unavailable")}
        return 200, {"status": "ok", "checks": [part.name for part in parts]}


async def _send(send: Send, status: int, answer: dict[str, Any]) -> None:
    body = orjson.dumps(answer)
    headers = [
        *OWN_HEADERS,
        (b"x-request-id", uuid.uuid4().hex.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
