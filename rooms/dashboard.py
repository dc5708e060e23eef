"""Temporary rooms, for the dashboard."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from rooms.models import Room
from rosetta.ids import first_ulid_at
from rosetta.observability.dashboard import CHARTS, Chart, count, figure, series


def _opened(start: datetime, end: datetime) -> QuerySet[Room]:
    return Room.objects.filter(pk__gte=first_ulid_at(start), pk__lt=first_ulid_at(end))


CHARTS["rooms"] = Chart("Rooms opened per day", lambda: series("rooms", _opened, step=timedelta(days=1), steps=14))


@figure("rooms_open", "Open rooms", page=("rooms.room", ""))
def _open() -> int:
    return count(Room.objects.filter(ended_at=None, expires_at__gt=timezone.now()))
