"""Serve REST, admin and pages in service mode.

``python -m rosetta.serving rosetta.rest:application``.
"""

from typing import Any

from django.conf import settings

from rosetta.serving.bridge import Bridge
from rosetta.serving.probes import Probes
from rosetta.wsgi import application as wsgi_application

_bridge = Bridge(wsgi_application, threads=settings.WEB_THREADS)


async def _application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await _bridge(scope, receive, send)


application = Probes(_application)
