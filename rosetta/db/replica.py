"""Reads that a streaming replica takes off the primary: search, exports, admin's lists and its dashboard.

`read` runs a function whose queries go to the replica, where that is fit for the reader, and otherwise to the primary:

- The replica has replayed all that the primary had written ``DATABASE_REPLICA_LAG_SECONDS`` ago. Each process compares the
  two servers' positions in the write-ahead log once a second, so that neither clocks nor a quiet primary deceive it.
- The reader has written nothing for as long, so that everybody finds what they have just written.
- The replica answers; if it ends a query, the function runs again, on the primary.

Everything else, and all that is written, is the primary's.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections, transaction
from django.http import HttpRequest, HttpResponse

from rosetta.cache import is_available as is_cache_available

log = structlog.get_logger(__name__)

ALIAS = "replica"
CHECK_SECONDS = 1.0
# Seconds that a replica which failed is left alone.
BACKOFF_SECONDS = 5.0
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
# How far the write-ahead log goes, in bytes.
_WRITTEN = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
# Nothing on a server that is no standby: a replica that was promoted is the primary, or was left behind by it.
_REPLAYED = "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') WHERE pg_is_in_recovery()"

T = TypeVar("T")

_is_reading: ContextVar[bool] = ContextVar("is_reading_from_replica", default=False)


class Router:
    """Django's router: the replica inside of `read`, the primary everywhere else."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return ALIAS if _is_reading.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == ALIAS else None


class Freshness:
    """How far behind the primary the replica is, asked at most once in CHECK_SECONDS. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._checked_at = float("-inf")
        self._unavailable_until = 0.0
        # When the primary had written how many bytes, oldest first.
        self._written: deque[tuple[float, int]] = deque(maxlen=600)
        self._caught_up_at = float("-inf")

    def lag(self) -> float:
        """Return the seconds within which all that was written has been replayed; infinity while it is unavailable."""
        if self._lock.acquire(blocking=False):  # one thread asks, and the others go by what is known
            try:
                self._check()
            finally:
                self._lock.release()
        now = time.monotonic()
        return float("inf") if now < self._unavailable_until else now - self._caught_up_at

    def failed(self, error: Exception) -> None:
        """Leave the replica alone for BACKOFF_SECONDS."""
        self._unavailable_until = time.monotonic() + BACKOFF_SECONDS
        log.warning("replica_unavailable", error=str(error).strip())

    def _check(self) -> None:
        now = time.monotonic()
        if now < max(self._checked_at + CHECK_SECONDS, self._unavailable_until):
            return
        self._checked_at = now
        self._written.append((now, int(_number(DEFAULT_DB_ALIAS, _WRITTEN) or 0)))
        try:
            replayed = _number(ALIAS, _REPLAYED)
        except (DatabaseError, InterfaceError) as error:
            self.failed(error)
            return
        while replayed is not None and self._written and self._written[0][1] <= replayed:
            self._caught_up_at = self._written.popleft()[0]


def _number(alias: str, sql: str) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return row[0] if row else None


freshness = Freshness()


def read(function: Callable[[], T], *, reader: str | None = None) -> T:
    """Return what ``function`` returns, which may run twice, and changes nothing but what it returns.

    ``reader``: a key of `key_of`, whose own writes it has to find.
    """
    if not _is_fit(reader):
        return function()
    token = _is_reading.set(True)
    try:
        return function()
    except (DatabaseError, InterfaceError) as error:
        freshness.failed(error)
        connections[ALIAS].close()
    finally:
        _is_reading.reset(token)
    return function()


def _is_fit(reader: str | None) -> bool:
    if ALIAS not in settings.DATABASES or transaction.get_connection().in_atomic_block:
        return False
    if reader is not None and (not is_cache_available() or cache.get(_name(reader)) is not None):
        return False
    return freshness.lag() <= settings.DATABASE_REPLICA_LAG_SECONDS


def key_of(user: Any) -> str:
    """Return the key of a user or guest."""
    return f"{type(user).__name__}:{user.pk}"


def wrote(reader: str) -> None:
    """Let ``reader`` read from the primary until the replica has what was written just now."""
    if ALIAS in settings.DATABASES:
        cache.set(_name(reader), 1, timeout=settings.DATABASE_REPLICA_LAG_SECONDS + 2 * CHECK_SECONDS)


def _name(reader: str) -> str:
    return f"wrote:{reader}"


class WroteMiddleware:
    """Mark whoever may have written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Looked at here, because authentication of the API knows the caller only by now.
        if request.method not in SAFE_METHODS and getattr(request.user, "pk", None):
            wrote(key_of(request.user))
        return response
