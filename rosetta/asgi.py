"""Serve HTTP and WebSockets on one port, for embedded mode.

Started by ``python -m rosetta.serving rosetta.asgi:application --sockets``.
"""

from typing import Any

from rosetta.gateway import gateway
from rosetta.serving.bridge import Bridge
from rosetta.serving.probes import Probes
from rosetta.wsgi import application as wsgi_application

# Concurrent requests. None waits for its client; some wait for a translation engine or hash a password.
THREADS = 20

_rest = Bridge(wsgi_application, threads=THREADS)


async def _application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await _rest(scope, receive, send)
    else:
        await gateway(scope, receive, send)


application = Probes(_application)
