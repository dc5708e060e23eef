"""The probes: liveness, readiness and metrics."""

import hmac
import os
import time
import uuid
from collections.abc import Callable, Hashable
from ipaddress import ip_address
from pathlib import Path
from threading import Lock

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from rosetta.celery import app
from rosetta.observability import metrics as prometheus

log = structlog.get_logger(__name__)

# Headers by which a proxy says for whom it asks, as WSGI names them: those that begin with one of these.
FORWARDING = (
    "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP", "HTTP_CLIENT_IP",
    "HTTP_X_CLUSTER_CLIENT_IP", "HTTP_TRUE_CLIENT_IP", "HTTP_X_ORIGINAL", "HTTP_X_ORIGINATING_IP", "HTTP_X_REMOTE",
    "HTTP_X_PROXY", "HTTP_X_HOST", "HTTP_X_SCHEME", "HTTP_X_ENVOY", "HTTP_X_AMZN_TRACE_ID", "HTTP_X_AZURE",
    "HTTP_X_APPENGINE", "HTTP_X_VARNISH", "HTTP_CF_", "HTTP_CDN_LOOP", "HTTP_FASTLY", "HTTP_FLY_", "HTTP_PROXY_CLIENT",
    "HTTP_WL_PROXY_CLIENT", "HTTP_TAILSCALE",
)  # fmt: skip
# For so many seconds what a check found is kept: anybody may ask, and a service that is down must not be waited for by each.
FAILED_SECONDS = 1.0


def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200, or 503 with the names of the parts that are missing. Why they are is logged, because anybody may ask."""
    missing = {part.name: "unavailable" for part in PARTS if not part.is_ready()}
    if missing:
        return JsonResponse({"status": "unavailable", "missing": missing}, status=503)
    return JsonResponse({"status": "ok", "checks": [part.name for part in PARTS]})


class Part:
    """Something that the service needs: ``check`` raises while it is missing.

    What was found is kept for ``seconds``, while ``configuration`` returns the same. Thread-safe; one thread checks at a time,
    and the others answer what was found last, so that a server that is down holds one thread and not all.
    """

    def __init__(
        self, name: str, check: Callable[[], None], *, seconds: float, configuration: Callable[[], Hashable] = tuple
    ) -> None:
        self.name = name
        self._check = check
        self._seconds = seconds
        self._configuration = configuration
        self._lock = Lock()
        self._is_ready = False
        self._found: tuple[Hashable, float] | None = None

    def is_ready(self) -> bool:
        configuration = self._configuration()
        if self._is_known(configuration) or not self._lock.acquire(blocking=self._found is None):
            return self._is_ready
        try:
            if not self._is_known(configuration):  # by the thread that had the lock
                self._is_ready = self._passes()
                kept = self._seconds if self._is_ready else min(self._seconds, FAILED_SECONDS)
                self._found = configuration, time.monotonic() + kept
            return self._is_ready
        finally:
            self._lock.release()

    def _is_known(self, configuration: Hashable) -> bool:
        return self._found is not None and self._found[0] == configuration and time.monotonic() < self._found[1]

    def _passes(self) -> bool:
        try:
            self._check()
        except Exception as error:  # drivers raise errors of many kinds, and each means that the part is missing
            log.warning("not_ready", part=self.name, error=f"{type(error).__name__}: {error}".splitlines()[0][:200])
            return False
        return True


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")


def check_queue() -> None:
    if settings.BROKER_URL:
        with app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=0, timeout=2)
    elif not settings.QUEUE_DIR.is_dir():
        raise FileNotFoundError(f"{settings.QUEUE_DIR} is missing")


def check_storage() -> None:
    """Write and delete a small file, because only a write shows everything that may be wrong. For operators alone."""
    name = default_storage.save(f"ready/{uuid.uuid4().hex}", ContentFile(b"ready"))
    default_storage.delete(name)


def check_storage_by_reading() -> None:
    """Ask S3 for an object, or the folder's disk whether it can be written, and change nothing."""
    if settings.S3_BUCKET:
        default_storage.exists("ready")
        return
    folder = Path(default_storage.path(""))
    while not folder.exists():  # it is created with the first file
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} cannot be written")
    disk = os.statvfs(folder)
    if disk.f_flag & os.ST_RDONLY or not disk.f_bavail:
        raise OSError(f"the disk of {folder} is full or read-only")


PARTS = (
    Part("database", check_database, seconds=1),
    Part("queue", check_queue, seconds=5, configuration=lambda: (settings.BROKER_URL, settings.QUEUE_DIR)),
    Part(
        "storage",
        check_storage_by_reading,
        seconds=60,
        configuration=lambda: (settings.S3_BUCKET, repr(settings.STORAGES["default"])),
    ),
)


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer all metrics to loopback and to bearers of METRICS_TOKEN."""
    return _metrics_response(request, prometheus.text)


def process_metrics(request: HttpRequest) -> HttpResponse:
    """Answer the metrics that need no database, to the same callers."""
    return _metrics_response(request, prometheus.process_metrics)


def _metrics_response(request: HttpRequest, text: Callable[[], bytes]) -> HttpResponse:
    if not _may_read_metrics(request):
        return JsonResponse({"message": "Not found."}, status=404)
    return HttpResponse(text(), content_type=prometheus.CONTENT_TYPE)


def _may_read_metrics(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN and hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return True
    if any(name.startswith(FORWARDING) for name in request.META):
        return False  # because a proxy on this machine forwards the request of another
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
