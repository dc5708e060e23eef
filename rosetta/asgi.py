"""Everything on one port, embedded: ``uvicorn rosetta.asgi:application``."""

from typing import Any

from a2wsgi import WSGIMiddleware

from rosetta.gateway import gateway
from rosetta.wsgi import application as wsgi_application

# A request takes one while it lasts, a download as long as its reader needs.
THREADS = 20

_rest = WSGIMiddleware(wsgi_application, workers=THREADS)


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await _rest(scope, receive, send)
    else:
        await gateway(scope, receive, send)
