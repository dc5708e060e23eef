"""Serve ``/healthz`` and ``/metrics`` from a worker, on WORKER_METRICS_PORT."""

import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from celery import bootsteps
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, JsonResponse

from rosetta.observability import health

log = structlog.get_logger(__name__)

# These read no database, because the worker's children are forked from the process that answers here.
PATHS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": lambda request: JsonResponse({"status": "ok"}),
    "/metrics": health.process_metrics,
}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    page = PATHS.get(environ.get("PATH_INFO", ""))
    response = page(WSGIRequest(environ)) if page else JsonResponse({"message": "Not found."}, status=404)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.headers.items()))
    return [response.content]


class _SilentHandler(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        return None


class _Server(WSGIServer):
    def __init__(self, address: tuple[str, int], handler: type[WSGIRequestHandler]) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler)


class Probes(bootsteps.StartStopStep):  # type: ignore[misc]
    """Run the HTTP server of the probes beside the worker's pool."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        self.server: WSGIServer | None = None
        self.enabled = bool(settings.WORKER_METRICS_PORT)
        super().__init__(parent, **options)

    def start(self, parent: Any) -> None:
        port = settings.WORKER_METRICS_PORT
        try:
            self.server = make_server(settings.HOST, port, application, _Server, _SilentHandler)
        except OSError as error:  # another worker on this machine has the port; this one works without probes
            log.warning("probes_off", port=port, error=str(error))
            return
        threading.Thread(target=self.server.serve_forever, name="probes", daemon=True).start()

    def stop(self, parent: Any) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    terminate = stop
