"""Report errors to Sentry and traces to OpenTelemetry, where a setting names their address.

Their packages come with requirements-observing.txt and are imported here alone. Neither bodies, headers, query strings nor
local variables are sent, because they hold what people write and sign in with.
"""

import os
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest

PROBES = "healthz,readyz,metrics"
# Span attributes that hold an address with its query, in both generations of OpenTelemetry's semantic conventions.
ADDRESSES = ("http.url", "http.target", "url.full", "url.query")


def start() -> None:
    """Start reporting in this process and those that it forks."""
    if settings.SENTRY_DSN:
        _start_sentry()
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        _start_tracing()


def _start_sentry() -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=f"rosetta@{settings.VERSION}",
        environment=settings.SENTRY_ENVIRONMENT,
        traces_sample_rate=settings.SENTRY_TRACES_PERCENT / 100 or None,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        before_send=_without_secrets,
        before_send_transaction=_without_secrets,
        before_breadcrumb=_log_lines_only,
    )


def _without_secrets(event: Any, hint: Any) -> Any:
    """Remove what the client sent from the event, and add the request's id."""
    request = event.get("request") or {}
    for name in ("headers", "cookies", "data", "query_string", "env"):
        request.pop(name, None)
    if request_id := structlog.contextvars.get_contextvars().get("request_id"):
        event.setdefault("tags", {})["request_id"] = request_id
    return event


def _log_lines_only(crumb: Any, hint: Any) -> Any:
    """Keep log lines, which hold no secrets.

    Drop calls to other services, whose addresses may hold some.
    """
    return crumb if crumb.get("type") == "log" else None


def _start_tracing() -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    os.environ.setdefault("OTEL_SERVICE_NAME", "rosetta")
    os.environ.setdefault("OTEL_PYTHON_DJANGO_EXCLUDED_URLS", PROBES)
    provider = TracerProvider(resource=Resource.create({"service.version": settings.VERSION}))
    # The exporter reads its address and headers from OpenTelemetry's own variables.
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(request_hook=_without_query, response_hook=_with_id)
    CeleryInstrumentor().instrument()
    PsycopgInstrumentor().instrument()


def _without_query(span: Any, request: HttpRequest) -> None:
    for name in ADDRESSES:
        if name in (span.attributes or {}):
            span.set_attribute(name, request.path if name != "url.query" else "")


def _with_id(span: Any, request: HttpRequest, response: Any) -> None:
    span.set_attribute("rosetta.request_id", getattr(request, "request_id", ""))
