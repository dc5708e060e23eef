"""Metrics of messaging: posts of this process, and pending translations, counted from the rows that all machines share."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, F, Min
from django.utils import timezone
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from messaging.models import MessageTranslation
from rosetta.observability.dashboard import COUNTED

State = MessageTranslation.State
_PAIR = ("source", "target")
_messages = Counter("rosetta_messages", "Messages posted, by who sent them", ("sender",))


def posted(sender: str) -> None:
    """Count a post; ``sender`` is user, guest, webhook or automation."""
    _messages.labels(sender).inc()


class TranslationQueue(Collector):
    """Pending and failed translations, and the wait of the oldest pending one, by language pair."""

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # registering must not read the database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        count = GaugeMetricFamily("rosetta_translations_owed", "Translations by state", labels=(*_PAIR, "state"))
        age = GaugeMetricFamily(
            "rosetta_translation_queue_age_seconds", "The wait of the oldest pending translation", labels=_PAIR
        )
        now = timezone.now()
        for row in _rows():
            pair = [row["source"], row["target"]]
            count.add_metric([*pair, row["state"]], row["rows"])
            if row["state"] == State.PENDING:
                age.add_metric(pair, max(0.0, (now - row["oldest"]).total_seconds()))
        yield count
        yield age


def _rows() -> list[dict[str, Any]]:
    """Count the COUNTED rows that are next.

    One query for each state, as each has a partial index of its own.
    """
    pair = {"source": F("message__language"), "target": F("language")}
    counts: list[dict[str, Any]] = []
    for state, order in ((State.PENDING, "turn"), (State.FAILED, "due_at")):
        next_rows = MessageTranslation.objects.filter(state=state).order_by(order).values("pk")[:COUNTED]
        rows = MessageTranslation.objects.filter(pk__in=next_rows).order_by().values("state", **pair)
        counts += [dict(row) for row in rows.annotate(rows=Count("pk"), oldest=Min("created_at"))]
    return counts
