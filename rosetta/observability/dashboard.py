"""How the service is, at a glance: figures, charts and tables, each registered by the app that knows it.

Admin's first page shows all of them; ``/metrics`` has the figures too. Each looks at a bounded number of rows, by an index.
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

from rosetta.models import JobRun
from rosetta.queue import jobs

# One look at the database in so many seconds, however many staff look.
KEPT_SECONDS = 60
COUNTED = 10_000
CHARTED = 1_000_000
COLOURS = ("#9333ea", "#2563eb", "#059669", "#d97706", "#dc2626")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number. ``page`` names the model and the query of the list that it counts; ``is_metric``: whether Prometheus hears it."""

    told: str
    value: Callable[[], float]
    page: tuple[str, str] | None = None
    is_metric: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars: ``bars`` gives their labels and heights."""

    told: str
    bars: Callable[[], tuple[list[str], list[int]]]


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: Callable[[], list[tuple[Any, ...]]]
    told: str = ""


FIGURES: dict[str, Figure] = {}
CHARTS: dict[str, Chart] = {}
TABLES: dict[str, Table] = {}


def figure(
    name: str, told: str, *, page: tuple[str, str] | None = None, is_metric: bool = True
) -> Callable[[Callable[[], float]], Callable[[], float]]:
    """Register a figure; Prometheus knows it as ``rosetta_`` and ``name``."""

    def register(value: Callable[[], float]) -> Callable[[], float]:
        FIGURES[name] = Figure(told, value, page, is_metric)
        return value

    return register


def count(rows: QuerySet[Any], at_most: int = COUNTED) -> int:
    """How many rows there are, but no more than ``at_most``: a backlog of millions is not counted to its end."""
    return rows.order_by()[:at_most].count()


def series(
    name: str, between: Callable[[datetime, datetime], QuerySet[Any]], *, step: timedelta, steps: int
) -> tuple[list[str], list[int]]:
    """Rows ``between`` the ends of each of the last ``steps``, the latest last. What is over is counted once."""
    now = timezone.now()
    start_of_day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    latest = start_of_day + step * ((now - start_of_day) // step)
    starts = [latest - step * back for back in range(steps - 1, -1, -1)]
    label = "%H" if step < timedelta(days=1) else "%d %b"
    return [f"{start:{label}}" for start in starts], [_counted(name, between, start, start + step) for start in starts]


def _counted(name: str, between: Callable[[datetime, datetime], QuerySet[Any]], start: datetime, end: datetime) -> int:
    key = f"dashboard:{name}:{start:%Y%m%d%H}"
    known = cache.get(key)
    if known is None:
        known = count(between(start, end), CHARTED)
        if end < timezone.now():
            cache.set(key, known, timeout=int(timedelta(days=31).total_seconds()))
    return int(known)


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's hook: the context of admin's first page, with ``figures``, ``charts`` and ``tables``."""
    if not request.user.is_staff:  # type: ignore[union-attr]
        return context
    told = cache.get("dashboard")
    if told is None:
        autodiscover_modules("dashboard")
        told = {
            "figures": {name: one.value() for name, one in FIGURES.items()},
            "charts": {name: _drawn(one, number) for number, (name, one) in enumerate(CHARTS.items())},
            "tables": [(name, one.columns, one.rows(), one.told) for name, one in TABLES.items()],
        }
        cache.set("dashboard", told, KEPT_SECONDS)
    cards = [_card(request, FIGURES[name], value) for name, value in told["figures"].items() if name in FIGURES]
    charts = [(CHARTS[name].told, data) for name, data in told["charts"].items() if name in CHARTS]
    return {**context, "figures": cards, "charts": charts, "tables": told["tables"]}


def _card(request: HttpRequest, one: Figure, value: float) -> dict[str, str]:
    shown = f"{int(value):,}{' or more' if value == COUNTED else ''}"
    return {"name": one.told, "value": shown, "href": _link(request, one.page)}


def _link(request: HttpRequest, page: tuple[str, str] | None) -> str:
    """The list behind a figure, for who may see it."""
    if page is None:
        return ""
    app, model = page[0].split(".")
    if not request.user.has_perm(f"{app}.view_{model}"):  # type: ignore[union-attr]
        return ""
    return f"{reverse(f'admin:{app}_{model}_changelist')}{page[1]}"


def _drawn(chart: Chart, number: int) -> str:
    labels, heights = chart.bars()
    colour = COLOURS[number % len(COLOURS)]
    data = {"label": chart.told, "data": heights, "backgroundColor": colour, "displayYAxis": True}
    return json.dumps({"labels": labels, "datasets": [data]})


class Measured(Collector):
    """The figures that Prometheus hears, and how the jobs went."""

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # so that registering it reads nothing

    def collect(self) -> Iterator[GaugeMetricFamily]:
        autodiscover_modules("dashboard")
        for name, one in FIGURES.items():
            if one.is_metric:
                yield GaugeMetricFamily(f"rosetta_{name}", one.told, value=one.value())
        yield from _measured_jobs()


def _measured_jobs() -> list[GaugeMetricFamily]:
    def gauge(name: str, told: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"rosetta_job_{name}", told, labels=("name",))

    success = gauge("last_success_timestamp_seconds", "When a job last succeeded, in Unix time")
    seconds = gauge("seconds", "How long that took")
    failures = gauge("failures", "Failures in a row since")
    every = gauge("period_seconds", "How often it runs")
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
