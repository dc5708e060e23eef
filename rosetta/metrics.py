"""What Prometheus learns of the service as a whole; apps add their own counters beside their code."""

import os
from collections.abc import Callable

from django.conf import settings
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
    multiprocess,
    start_http_server,
)
from prometheus_client.registry import Collector

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
    """Tell what ``collector`` finds too, whenever ``text`` is asked for; it must not raise."""
    _computed.register(collector)


def text() -> bytes:
    """Every counter of the processes that share PROMETHEUS_MULTIPROC_DIR, or of this one, and what is computed."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        told = _about_this(CollectorRegistry(), with_process=False) + generate_latest(REGISTRY)
    else:
        told = _about_this(CollectorRegistry(), with_process=True) + generate_latest(_shared())
    return told + generate_latest(_computed)


def serve(host: str, port: int) -> Callable[[], None]:
    """Answer with the counters of this process and its children on a port of their own; returns how to stop."""
    registry = _shared() if "PROMETHEUS_MULTIPROC_DIR" in os.environ else REGISTRY
    server, _thread = start_http_server(port, addr=host, registry=registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return stop


def _shared() -> CollectorRegistry:
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


def _about_this(registry: CollectorRegistry, *, with_process: bool) -> bytes:
    # Not among the shared ones: values that are no sums cannot be added up over processes.
    if with_process:
        ProcessCollector(registry=registry)
    info = Info("rosetta_build", "The version that runs", registry=None)
    info.info({"version": settings.VERSION})
    registry.register(info)
    return generate_latest(registry)
