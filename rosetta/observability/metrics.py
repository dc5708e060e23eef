"""What Prometheus learns of the service as a whole; apps add their own counters beside their code."""

import os
import time

import structlog
from django.conf import settings
from django.db import DatabaseError
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
    multiprocess,
)
from prometheus_client.registry import Collector

log = structlog.get_logger(__name__)

# A database that is away holds each look up as long as the wait for a connection: scrapes must go on meanwhile.
REST_SECONDS = 60
_rest_until = 0.0

CONTENT_TYPE = CONTENT_TYPE_LATEST
# No path: ids in it would make a series of each.
_requests = Histogram(
    "rosetta_request_seconds",
    "Time to answer, by method and status",
    ("method", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
# What is read from the database when somebody asks, and so the same whichever process answers.
_computed = CollectorRegistry()
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def request_answered(method: str, status: int, seconds: float) -> None:
    _requests.labels(method if method in _METHODS else "other", str(status)).observe(seconds)


def compute(collector: Collector) -> None:
    """Tell what ``collector`` finds too, whenever ``text`` is asked for; it may raise DatabaseError."""
    _computed.register(collector)


def text() -> bytes:
    """What processes count, and what the tables say."""
    return counted() + _of_tables()


def counted() -> bytes:
    """Every counter of the processes that share PROMETHEUS_MULTIPROC_DIR, or of this one; without a look at the database."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return _about_this(CollectorRegistry(), with_process=False) + generate_latest(REGISTRY)
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return _about_this(CollectorRegistry(), with_process=True) + generate_latest(shared)


def _of_tables() -> bytes:
    """What is computed, the same in every process, so that a query takes the highest; left out while the database is away."""
    global _rest_until
    told = b""
    is_up = time.monotonic() >= _rest_until
    if is_up:
        try:
            told = generate_latest(_computed)
        except DatabaseError as error:
            is_up, _rest_until = False, time.monotonic() + REST_SECONDS
            log.warning("tables_not_measured", error=type(error).__name__)
    registry = CollectorRegistry()
    Gauge("rosetta_database_up", "Whether the database answered", registry=registry).set(is_up)
    return told + generate_latest(registry)


def _about_this(registry: CollectorRegistry, *, with_process: bool) -> bytes:
    # Not among the shared ones: values that are no sums cannot be added up over processes.
    if with_process:
        ProcessCollector(registry=registry)
    info = Info("rosetta_build", "The version that runs", registry=None)
    info.info({"version": settings.VERSION})
    registry.register(info)
    return generate_latest(registry)
