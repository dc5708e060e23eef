"""What the service relies on, and who may read its metrics.

``rosetta.serving.probes`` answers the probes with it.
"""

import asyncio
import contextlib
import hmac
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from ipaddress import ip_address
from pathlib import Path

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from rosetta.celery import app
from rosetta.observability import metrics as prometheus
from rosetta.redis import clients

log = structlog.get_logger(__name__)

# Headers by which a proxy says for whom it asks, as WSGI names them: those that begin with one of these.
FORWARDING = (
    "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP", "HTTP_CLIENT_IP",
    "HTTP_X_CLUSTER_CLIENT_IP", "HTTP_TRUE_CLIENT_IP", "HTTP_X_ORIGINAL", "HTTP_X_ORIGINATING_IP", "HTTP_X_REMOTE",
    "HTTP_X_PROXY", "HTTP_X_HOST", "HTTP_X_SCHEME", "HTTP_X_ENVOY", "HTTP_X_AMZN_TRACE_ID", "HTTP_X_AZURE",
    "HTTP_X_APPENGINE", "HTTP_X_VARNISH", "HTTP_CF_", "HTTP_CDN_LOOP", "HTTP_FASTLY", "HTTP_FLY_", "HTTP_PROXY_CLIENT",
    "HTTP_WL_PROXY_CLIENT", "HTTP_TAILSCALE",
)  # fmt: skip


class Part:
    """Something that the service relies on: ``check`` raises while it is missing.

    A check runs in a thread of its own, one at a time, and what it found is kept for ``seconds``: anybody may ask, and a server
    that does not answer must hold no thread of the service. ``cut`` ends a check that takes too long. Thread-safe.
    """

    def __init__(self, name: str, check: Callable[[], None], *, seconds: float, cut: Callable[[], None] = lambda: None):
        self.name = name
        self._check, self._cut = check, cut
        self._seconds = seconds
        self._lock = threading.Lock()
        self._is_ready = False
        self._known_until = 0.0
        self._running: Future[bool] | None = None

    async def is_ready(self, within: float) -> bool:
        """Return whether it is there.

        False if that is not known ``within`` so many seconds.
        """
        try:
            # Shielded, because others may wait for the same check.
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._ask())), within)
        except TimeoutError:
            self._give_up()
            return False

    def _ask(self) -> "Future[bool]":
        with self._lock:
            if time.monotonic() < self._known_until:
                known: Future[bool] = Future()
                known.set_result(self._is_ready)
                return known
            if self._running is None:
                self._running = Future()
                # A daemon, because a process must be able to end while it waits for a server.
                threading.Thread(
                    target=self._look, args=(self._running,), name=f"check-{self.name}", daemon=True
                ).start()
            return self._running

    def _look(self, running: "Future[bool]") -> None:
        is_ready = self._passes()
        with self._lock:
            self._keep(is_ready)
            self._running = None
        running.set_result(is_ready)

    def _passes(self) -> bool:
        try:
            self._check()
        except Exception as error:  # drivers raise errors of many kinds, and each means that the part is missing
            log.warning("not_ready", part=self.name, error=f"{type(error).__name__}: {error}".splitlines()[0][:200])
            return False
        return True

    def _give_up(self) -> None:
        with self._lock:
            if self._running is None:
                return
            self._keep(False)
        log.warning("not_ready", part=self.name, error="no answer in time")
        self._cut()

    def _keep(self, is_ready: bool) -> None:
        self._is_ready, self._known_until = is_ready, time.monotonic() + self._seconds


async def missing(parts: Iterable[Part], *, within: float) -> list[str]:
    """Return the names of the parts that are not there, or do not say so ``within`` so many seconds."""
    parts = list(parts)
    found = await asyncio.gather(*(part.is_ready(within) for part in parts))
    return [part.name for part, is_ready in zip(parts, found, strict=True) if not is_ready]


class DatabaseCheck:
    """Read a row.

    ``cut`` breaks the connection while that takes too long, so that the pool replaces it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def __call__(self) -> None:
        try:
            connection.ensure_connection()
            if connection.vendor == "postgresql":
                self._hold(socket.socket(fileno=os.dup(connection.connection.fileno())))
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
        finally:
            self._hold(None)
            connection.close()

    def _hold(self, other: socket.socket | None) -> None:
        with self._lock:
            if self._socket is not None:
                self._socket.close()
            self._socket = other

    def cut(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)


def check_queue() -> None:
    if settings.BROKER_URL:
        with app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=settings.BROKER_URL.count(";"), timeout=2)  # each server once
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


def check_redis() -> None:
    clients.ping(settings.REDIS_URL, seconds=2)


def needed_parts() -> list[Part]:
    """Return what a process cannot serve without."""
    check = DatabaseCheck()
    return [Part("database", check, seconds=1, cut=check.cut)]


def other_parts() -> list[Part]:
    """Return what the service survives without.

    Messages are accepted, and the rest is made up for.
    """
    redis = [Part("redis", check_redis, seconds=5)] if settings.REDIS_URL else []
    return [
        *redis,
        Part("queue", check_queue, seconds=5),
        # Seldom, because each look at S3 costs money.
        Part("storage", check_storage_by_reading, seconds=60),
    ]


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
