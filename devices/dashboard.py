"""Pushes that are owed, for the dashboard."""

from devices.models import Delivery
from rosetta.observability.dashboard import count, figure


@figure("pushes_owed", "Pushes owed", page=("devices.delivery", ""))
def _owed() -> int:
    return count(Delivery.objects.all())
