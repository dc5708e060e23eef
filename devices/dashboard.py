"""Pending pushes, for the dashboard."""

from devices.models import Delivery
from rosetta.observability.dashboard import count, figure


@figure("pushes_owed", "Pending pushes", page=("devices.delivery", ""))
def _pending() -> int:
    return count(Delivery.objects.all())
