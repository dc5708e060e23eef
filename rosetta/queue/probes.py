"""A worker's own small door for probes: ``/healthz`` and ``/metrics`` on WORKER_METRICS_PORT."""

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

# Without a look at the database: the worker's children fork from the process that answers here.
PATHS: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/healthz": health.healthz, "/metrics": health.counted}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    page = PATHS.get(environ.get("PATH_INFO", ""))
    answer = page(WSGIRequest(environ)) if page else JsonResponse({"message": "Not found."}, status=404)
    start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.headers.items()))
    return [answer.content]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        return None


class Probes(bootsteps.StartStopStep):  # type: ignore[misc]
    """Celery's way to have something beside the pool."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        self.server: WSGIServer | None = None
        self.enabled = bool(settings.WORKER_METRICS_PORT)
        super().__init__(parent, **options)

    def start(self, parent: Any) -> None:
        port = settings.WORKER_METRICS_PORT
        try:
            self.server = make_server(settings.HOST, port, application, handler_class=_Quiet)
        except OSError as error:  # another worker of this machine has the port; work goes before counting
            log.warning("probes_off", port=port, error=str(error))
            return
        threading.Thread(target=self.server.serve_forever, name="probes", daemon=True).start()

    def stop(self, parent: Any) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    terminate = stop
