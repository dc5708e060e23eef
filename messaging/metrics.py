"""What Prometheus learns of translations that are owed, from their rows: the same on every machine."""

from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError
from django.db.models import Count, F, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from messaging.models import MessageTranslation
from rosetta import metrics

State = MessageTranslation.State
_PAIR = ("source", "target")


class Owed(Collector):
    """How many translations are owed or failed, and how long the oldest has waited, by language pair."""

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # so that registering it reads nothing

    def collect(self) -> Iterator[GaugeMetricFamily]:
        count = GaugeMetricFamily("rosetta_translations_owed", "Translations by state", labels=(*_PAIR, "state"))
        age = GaugeMetricFamily("rosetta_translation_queue_age_seconds", "The wait of the oldest owed", labels=_PAIR)
        now = timezone.now()
        for row in _rows():
            pair = [row["source"], row["target"]]
            count.add_metric([*pair, row["state"]], row["rows"])
            if row["state"] == State.PENDING:
                age.add_metric(pair, max(0.0, (now - row["oldest"]).total_seconds()))
        yield count
        yield age


def _rows() -> list[dict[str, Any]]:
    """A query for each state, as each has a partial index of its own; nothing while the database is away."""
    pair = {"source": F("message__language"), "target": F("language")}
    found: list[dict[str, Any]] = []
    try:
        for state in (State.PENDING, State.FAILED):
            rows = MessageTranslation.objects.filter(state=state).order_by().values("state", **pair)
            found += [dict(row) for row in rows.annotate(rows=Count("pk"), oldest=Min("created_at"))]
    except DatabaseError:
        return []
    return found


def register() -> None:
    metrics.compute(Owed())
