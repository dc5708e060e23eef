"""The probes: liveness, readiness and metrics."""

import hmac
import uuid
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from rosetta.celery import app
from rosetta.observability import metrics as prometheus


def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200, or 503 with the checks that failed."""
    missing = {name: error for name, check in CHECKS.items() if (error := _error_of(check))}
    if missing:
        return JsonResponse({"status": "unavailable", "missing": missing}, status=503)
    return JsonResponse({"status": "ok", "checks": list(CHECKS)})


def _error_of(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # drivers raise errors of many kinds, and each means that the service is missing
        return f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return ""


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
    """Write and delete a small file, because only a write shows that a disk is full or read-only."""
    name = default_storage.save(f"ready/{uuid.uuid4().hex}", ContentFile(b"ready"))
    default_storage.delete(name)


CHECKS: dict[str, Callable[[], None]] = {"database": check_database, "queue": check_queue, "storage": check_storage}


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
    if request.META.get("HTTP_X_FORWARDED_FOR"):
        return False  # because a proxy on this machine forwards the request of another
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
