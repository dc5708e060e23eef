"""Run the WebSocket gateway in its own process.

``python -m rosetta.serving rosetta.gateway:application --sockets``.

``python -m rosetta.gateway`` does the same on GATEWAY_PORT.
"""

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402  (the settings come first)

from realtime.gateway import Gateway  # noqa: E402
from rosetta.serving.bridge import Bridge  # noqa: E402
from rosetta.serving.probes import Probes  # noqa: E402

gateway = Gateway()
_metrics = Bridge(get_wsgi_application(), threads=1)


async def _application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        await gateway(scope, receive, send)
    elif scope["path"] == "/metrics":
        await _metrics(scope, receive, send)
    else:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'{"message":"Not found."}'})


application = Probes(_application)


def main() -> None:
    from django.conf import settings

    from rosetta.serving.__main__ import main as serve

    serve(["rosetta.gateway:application", "--sockets", "--port", str(settings.GATEWAY_PORT)])


if __name__ == "__main__":
    main()
