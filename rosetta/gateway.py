"""The WebSocket gateway in a process of its own: ``uvicorn rosetta.gateway:application``, or ``python -m rosetta.gateway``."""

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")
django.setup()

from a2wsgi import WSGIMiddleware  # noqa: E402  (the settings come first)
from django.core.wsgi import get_wsgi_application  # noqa: E402

from realtime.gateway import Gateway  # noqa: E402

# What a supervisor, a balancer and Prometheus ask of any process.
PATHS = frozenset({"/healthz", "/readyz", "/metrics"})

gateway = Gateway()
_pages = WSGIMiddleware(get_wsgi_application(), workers=2)


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        await gateway(scope, receive, send)
    elif scope["path"] in PATHS:
        await _pages(scope, receive, send)
    else:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'{"message":"Not found."}'})


def main() -> None:
    import uvicorn

    # Deflate would cost each socket 40 KB and its frames most of their speed.
    uvicorn.run(
        application,
        host=os.environ.get("HOST", "127.0.0.1"),
        port=int(os.environ.get("GATEWAY_PORT", "8001")),
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
    )


if __name__ == "__main__":
    main()
