"""Figures and charts of messages, translations and reports, for the dashboard."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from messaging.models import Message, MessageTranslation, Report
from rosetta.ids import first_ulid_at
from rosetta.observability.dashboard import CHARTS, COUNTED, Chart, count, figure, series

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
State = MessageTranslation.State
AGES = (("under 10 s", 10), ("under 1 min", 60), ("under 10 min", 600), ("under 1 h", 3600), ("older", 10**9))
PENDING = MessageTranslation.objects.filter(state=State.PENDING)


def _messages_between(start: datetime, end: datetime) -> QuerySet[Message]:
    return Message.objects.filter(pk__gte=first_ulid_at(start), pk__lt=first_ulid_at(end))


def _translations_between(start: datetime, end: datetime) -> QuerySet[MessageTranslation]:
    rows = MessageTranslation.objects
    return rows.filter(message_id__gte=first_ulid_at(start), message_id__lt=first_ulid_at(end))


def _reports_between(start: datetime, end: datetime) -> QuerySet[Report]:
    return Report.objects.filter(created_at__gte=start, created_at__lt=end)


def _hourly(name: str, between: Callable[[datetime, datetime], QuerySet[Any]]) -> tuple[list[str], list[int]]:
    return series(name, between, step=HOUR, steps=24)


def _ages() -> list[float]:
    """Return the seconds that pending translations have waited, of the COUNTED ones that are next."""
    now = timezone.now()
    waiting = PENDING.order_by("turn").values_list("created_at", flat=True)[:COUNTED]
    return [(now - created_at).total_seconds() for created_at in waiting]


def _by_age() -> tuple[list[str], list[int]]:
    ages, bars, low = _ages(), [], 0
    for _, high in AGES:
        bars.append(sum(low <= age < high for age in ages))
        low = high
    return [name for name, _ in AGES], bars


CHARTS["messages"] = Chart("Messages an hour (UTC)", lambda: _hourly("messages", _messages_between))
CHARTS["translations"] = Chart(
    "Translations requested an hour (UTC)", lambda: _hourly("translations", _translations_between)
)
CHARTS["queue"] = Chart("Pending translations, by age", _by_age)
CHARTS["reports"] = Chart("Reports a day", lambda: series("reports", _reports_between, step=DAY, steps=14))


@figure("messages_day", "Messages, last 24 h", page=("messaging.message", ""), is_metric=False)
def _messages() -> int:
    return sum(_hourly("messages", _messages_between)[1])


@figure(
    "translations_owed",
    "Translations pending",
    page=("messaging.messagetranslation", "?state=pending"),
    is_metric=False,
)
def _pending() -> int:
    return count(PENDING)


@figure(
    "translation_queue_seconds",
    "Oldest pending, seconds",
    page=("messaging.messagetranslation", "?state=pending"),
    is_metric=False,
)
def _oldest() -> float:
    return max(_ages(), default=0.0)


@figure(
    "translations_failed",
    "Translations failed",
    page=("messaging.messagetranslation", "?state=failed"),
    is_metric=False,
)
def _failed() -> int:
    return count(MessageTranslation.objects.filter(state=State.FAILED))


@figure("reports_open", "Open reports", page=("messaging.report", ""))
def _open() -> int:
    return count(Report.objects.filter(resolved_at=None))
