"""The first page of admin: how much is said, translated, owed and reported."""

import json
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Min
from django.db.models.functions import TruncHour
from django.http import HttpRequest
from django.utils import timezone
from ulid import ULID

from messaging.models import Message, MessageTranslation, Report
from translation.models import Usage, this_month
from translation.service import engines_health
from workspaces.models import Workspace

# One look a minute at the database, however many staff look.
KEPT_SECONDS = 60
State = MessageTranslation.State


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's hook: the page's context with ``figures``, ``charts`` and ``engines``."""
    if not request.user.is_staff:  # type: ignore[union-attr]
        return context
    told = cache.get("dashboard")
    if told is None:
        told = {"figures": _figures(), "hours": _hours(), "engines": _engines(), "usage": _usage()}
        cache.set("dashboard", told, KEPT_SECONDS)
    return {**context, **told, "chart": json.dumps(told["hours"])}


def _figures() -> list[dict[str, Any]]:
    now = timezone.now()
    pending = MessageTranslation.objects.filter(state=State.PENDING)
    oldest = pending.aggregate(oldest=Min("created_at"))["oldest"]
    rooms = Workspace.objects.filter(kind=Workspace.Kind.TEMPORARY_ROOM, closed_at=None, expires_at__gt=now)
    return [
        {"name": "Messages, 24 h", "value": _since(24).count()},
        {"name": "Translations owed", "value": pending.count()},
        {"name": "Oldest owed, seconds", "value": int((now - oldest).total_seconds()) if oldest else 0},
        {"name": "Translations failed", "value": MessageTranslation.objects.filter(state=State.FAILED).count()},
        {"name": "Open reports", "value": Report.objects.filter(resolved_at=None).count()},
        {"name": "Open rooms", "value": rooms.count()},
    ]


def _since(hours: int) -> Any:
    """Messages of the last ``hours``, by their key: its first 48 bits are the time."""
    since = timezone.now() - timedelta(hours=hours)
    lowest = int(since.timestamp() * 1000) << 80
    return Message.objects.filter(pk__gte=str(ULID(lowest.to_bytes(16, "big"))).lower())


def _hours() -> dict[str, Any]:
    rows = _since(24).annotate(hour=TruncHour("created_at")).values("hour").annotate(said=Count("pk")).order_by("hour")
    by_hour = {row["hour"]: row["said"] for row in rows}
    last = timezone.now().replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in range(23, -1, -1)]
    said = [by_hour.get(hour, 0) for hour in hours]
    return {
        "labels": [f"{hour:%H}" for hour in hours],
        "datasets": [{"label": "Messages an hour (UTC)", "data": said, "backgroundColor": "#9333ea"}],
    }


def _engines() -> list[dict[str, Any]]:
    return [
        {name: row[name] for name in ("engine", "status", "pairs", "failures", "last_error")}
        for row in engines_health()
    ]


def _usage() -> list[dict[str, Any]]:
    """This month's characters by engine."""
    found: dict[str, int] = {}
    for engine, characters in Usage.objects.filter(month=this_month()).values_list("engine", "characters"):
        found[engine] = found.get(engine, 0) + characters
    return [{"engine": engine, "characters": count} for engine, count in sorted(found.items())]
