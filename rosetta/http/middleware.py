"""Middleware around every request: its id, its log line, and the metrics."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from rosetta.http.throttles import client_address
from rosetta.observability import health, metrics

log = structlog.get_logger("rosetta.request")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Path segments that are too long to be an id: an invite's token, the hash of an address.
_SECRET_PART = re.compile(r"[^/]{32,}")


class RequestIdMiddleware:
    """Give each request an id, bind it to the log, return it in a header, and log the response.

    A plain ``X-Request-Id`` of a proxy is kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        seconds = time.perf_counter() - began
        is_scrape = request.path == MetricsMiddleware.PATH
        if not is_scrape:
            metrics.request_answered(request.method or "", _route_of(request), response.status_code, seconds)
        note = log.debug if is_scrape else log.info
        note(
            "request",
            method=request.method,
            path=_SECRET_PART.sub("…", request.path),
            status=response.status_code,
            address=client_address(request),
            ms=round(seconds * 1000, 1),
        )
        return response


def _route_of(request: HttpRequest) -> str:
    """Return the name of the route that ``request`` took; empty if none."""
    match = request.resolver_match
    return match.view_name if match else ""


class MetricsMiddleware:
    """Answer the metrics before the host is checked, because Prometheus calls a process by its address."""

    PATH = "/metrics"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return health.metrics(request) if request.path == self.PATH else self.get_response(request)
