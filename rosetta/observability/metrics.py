"""Prometheus metrics of the whole service.

Apps define their own counters beside their code.
"""

import os
import time
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
    multiprocess,
)
from prometheus_client.registry import Collector

log = structlog.get_logger(__name__)

# While the database is unavailable, a scrape would wait for the connection's timeout, so scrapes skip it for this long.
BACKOFF_SECONDS = 60
_unavailable_until = 0.0

CONTENT_TYPE = CONTENT_TYPE_LATEST
# By the route's name rather than the path, because ids in it would make a series of each.
_requests = Histogram(
    "rosetta_request_seconds",
    "Time to answer, by method, route and status",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
# Collectors that read the database on each scrape; every process returns the same values.
_database_registry = CollectorRegistry()
# Collectors that ask Redis and the broker, also while the database is unavailable.
_server_registry = CollectorRegistry()
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# The route of a request that none fits, that was refused before routes are looked at, or that is for a static file.
NO_ROUTE = "none"
_waits = Counter(
    "rosetta_database_wait_seconds", "Time that requests and tasks waited for a connection to the database"
)
_failures = Counter("rosetta_database_connection_failures", "How often there was no connection to the database in time")


def request_answered(method: str, route: str, status: int, seconds: float) -> None:
    _requests.labels(method if method in _METHODS else "other", route or NO_ROUTE, str(status)).observe(seconds)


def connection_awaited(seconds: float) -> None:
    """Count what a thread waited for a connection to the database."""
    _waits.inc(seconds)


def connection_failed() -> None:
    """Count that a thread got no connection to the database."""
    _failures.inc()


def register_database_collector(collector: Collector) -> None:
    """Add the metrics of ``collector`` to ``text``; it may raise DatabaseError."""
    _database_registry.register(collector)


def register_server_collector(collector: Collector) -> None:
    """Add the metrics of ``collector`` to ``text``; it raises nothing."""
    _server_registry.register(collector)


def text() -> bytes:
    """Return all metrics: those of the processes, those read from the database, and the state of the servers."""
    return process_metrics() + _database_metrics() + generate_latest(_server_registry)


def process_metrics() -> bytes:
    """Return the metrics of all processes that share PROMETHEUS_MULTIPROC_DIR, or of this one. Reads no database."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return _build_metrics(CollectorRegistry(), with_process=False) + generate_latest(REGISTRY)
    shared = CollectorRegistry()
    _forget_ended(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return _build_metrics(CollectorRegistry(), with_process=True) + generate_latest(shared)


def _forget_ended(folder: Path) -> None:
    """Delete the gauges of processes that have ended, which would be summed up with those of their successors."""
    for path in folder.glob("gauge_live*_*.db"):
        process = int(path.stem.rpartition("_")[2])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            multiprocess.mark_process_dead(process, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            pass  # it is alive, and another user's


def _database_metrics() -> bytes:
    """Return what the database collectors find.

    Nothing but ``rosetta_database_up`` while it is unavailable.

    Every process returns the same values, so a query over processes takes their maximum.
    """
    global _unavailable_until
    text = b""
    is_up = time.monotonic() >= _unavailable_until
    if is_up:
        try:
            text = generate_latest(_database_registry)
        except DatabaseError as error:
            is_up, _unavailable_until = False, time.monotonic() + BACKOFF_SECONDS
            log.warning("database_not_measured", error=type(error).__name__)
    registry = CollectorRegistry()
    Gauge("rosetta_database_up", "Whether the database answered", registry=registry).set(is_up)
    return text + generate_latest(registry)


def _build_metrics(registry: CollectorRegistry, *, with_process: bool) -> bytes:
    # Apart from the shared registry, because these values cannot be summed over processes.
    if with_process:
        ProcessCollector(registry=registry)
    info = Info("rosetta_build", "The running version", registry=None)
    info.info({"version": settings.VERSION})
    registry.register(info)
    return generate_latest(registry)
