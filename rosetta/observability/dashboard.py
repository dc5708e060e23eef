"""The dashboard: figures, charts and tables that apps register in their ``dashboard`` modules.

Admin's first page shows all of them; ``/metrics`` exports the figures. Each reads a bounded number of rows by an index.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from rosetta.db import replica
from rosetta.models import JobRun
from rosetta.queue import jobs

# However many staff look, the database is read once within this time.
CACHE_SECONDS = 60
# Counting ends at these numbers.
COUNTED = 10_000
CHARTED = 1_000_000
COLOURS = ("#9333ea", "#2563eb", "#059669", "#d97706", "#dc2626")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number.

    ``page``: model and query string of the admin list that it counts; ``is_metric``: exported to Prometheus.
    """

    label: str
    value: Callable[[], float]
    page: tuple[str, str] | None = None
    is_metric: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart: ``bars`` returns the labels and the heights."""

    label: str
    bars: Callable[[], tuple[list[str], list[int]]]


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: Callable[[], list[tuple[Any, ...]]]
    label: str = ""


FIGURES: dict[str, Figure] = {}
CHARTS: dict[str, Chart] = {}
TABLES: dict[str, Table] = {}


def figure(
    name: str, label: str, *, page: tuple[str, str] | None = None, is_metric: bool = True
) -> Callable[[Callable[[], float]], Callable[[], float]]:
    """Register a figure, which Prometheus gets as ``rosetta_<name>``."""

    def register(value: Callable[[], float]) -> Callable[[], float]:
        FIGURES[name] = Figure(label, value, page, is_metric)
        return value

    return register


def count(rows: QuerySet[Any], at_most: int = COUNTED) -> int:
    """Count rows up to ``at_most``, because counting a backlog of millions takes too long."""
    return rows.order_by()[:at_most].count()


def series(
    name: str, between: Callable[[datetime, datetime], QuerySet[Any]], *, step: timedelta, steps: int
) -> tuple[list[str], list[int]]:
    """Return labels and row counts of the last ``steps`` periods, oldest first.

    Ended periods are counted once.
    """
    now = timezone.now()
    start_of_day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    latest = start_of_day + step * ((now - start_of_day) // step)
    starts = [latest - step * back for back in range(steps - 1, -1, -1)]
    label = "%H" if step < timedelta(days=1) else "%d %b"
    counts = [_cached_count(name, between, start, start + step) for start in starts]
    return [f"{start:{label}}" for start in starts], counts


def _cached_count(
    name: str, between: Callable[[datetime, datetime], QuerySet[Any]], start: datetime, end: datetime
) -> int:
    key = f"dashboard:{name}:{start:%Y%m%d%H}"
    number = cache.get(key)
    if number is None:
        number = count(between(start, end), CHARTED)
        if end < timezone.now():
            cache.set(key, number, timeout=int(timedelta(days=31).total_seconds()))
    return int(number)


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add ``figures``, ``charts`` and ``tables`` to the context of admin's first page.

    Unfold's hook.
    """
    if not request.user.is_staff:  # type: ignore[union-attr]
        return context
    data = cache.get("dashboard")
    if data is None:
        autodiscover_modules("dashboard")
        data = replica.read(_read_all)
        cache.set("dashboard", data, CACHE_SECONDS)
    cards = [_card(request, FIGURES[name], value) for name, value in data["figures"].items() if name in FIGURES]
    charts = [(CHARTS[name].label, bars) for name, bars in data["charts"].items() if name in CHARTS]
    return {**context, "figures": cards, "charts": charts, "tables": data["tables"]}


def _read_all() -> dict[str, Any]:
    return {
        "figures": {name: figure.value() for name, figure in FIGURES.items()},
        "charts": {name: _chart_data(chart, number) for number, (name, chart) in enumerate(CHARTS.items())},
        "tables": [(name, table.columns, table.rows(), table.label) for name, table in TABLES.items()],
    }


def _card(request: HttpRequest, figure: Figure, value: float) -> dict[str, str]:
    shown = f"{int(value):,}{' or more' if value == COUNTED else ''}"
    return {"name": figure.label, "value": shown, "href": _link(request, figure.page)}


def _link(request: HttpRequest, page: tuple[str, str] | None) -> str:
    """Return the address of the list behind a figure, or nothing if the user may not see it."""
    if page is None:
        return ""
    app, model = page[0].split(".")
    if not request.user.has_perm(f"{app}.view_{model}"):  # type: ignore[union-attr]
        return ""
    return f"{reverse(f'admin:{app}_{model}_changelist')}{page[1]}"


def _chart_data(chart: Chart, number: int) -> str:
    labels, heights = chart.bars()
    colour = COLOURS[number % len(COLOURS)]
    data = {"label": chart.label, "data": heights, "backgroundColor": colour, "displayYAxis": True}
    return json.dumps({"labels": labels, "datasets": [data]})


class DatabaseCollector(Collector):
    """Collect the figures that are metrics, and the state of the periodic jobs."""

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # because Prometheus' client would otherwise read the database on registration

    def collect(self) -> Iterator[GaugeMetricFamily]:
        autodiscover_modules("dashboard")
        for name, figure in FIGURES.items():
            if figure.is_metric:
                yield GaugeMetricFamily(f"rosetta_{name}", figure.label, value=figure.value())
        yield from _job_metrics()


def _job_metrics() -> list[GaugeMetricFamily]:
    def gauge(name: str, description: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"rosetta_job_{name}", description, labels=("name",))

    success = gauge("last_success_timestamp_seconds", "When a job last succeeded, in Unix time")
    seconds = gauge("seconds", "How long the last success took")
    failures = gauge("failures", "Consecutive failures since the last success")
    every = gauge("period_seconds", "The interval at which a job runs")
    for run in JobRun.that_ran().filter(pk__in=settings.CELERY_BEAT_SCHEDULE):
        success.add_metric([run.name], run.succeeded_at.timestamp() if run.succeeded_at else 0)
        seconds.add_metric([run.name], run.seconds)
        failures.add_metric([run.name], run.failures)
        every.add_metric([run.name], jobs.period(run.name).total_seconds())
    return [success, seconds, failures, every]


def _jobs() -> list[tuple[Any, ...]]:
    runs = {run.name: run for run in JobRun.objects.all()}
    late = {name for name, _ in jobs.late()}
    rows = []
    for name in settings.CELERY_BEAT_SCHEDULE:
        run = runs.get(name) or JobRun(name=name)
        last = f"{run.succeeded_at:%Y-%m-%d %H:%M:%S}" if run.succeeded_at else "–"
        state = "late" if name in late else "failing" if run.failures else ""
        rows.append((name, str(jobs.period(name)), last, f"{run.seconds:g} s", state, run.error))
    return rows


TABLES["Periodic jobs"] = Table(("Job", "Every", "Last success (UTC)", "Took", "State", "Last error"), _jobs)


@figure("jobs_late", "Jobs that are late", page=("rosetta.jobrun", ""))
def _late() -> int:
    return sum(1 for _ in jobs.late())
