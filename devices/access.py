"""Which devices a caller may reach: its own."""

from django.db.models import QuerySet

from accounts.models import User
from devices.models import Device
from rosetta.errors import NotFound


def devices_of(user: User) -> QuerySet[Device]:
    return Device.objects.filter(user=user)


def own_device(user: User, device_id: str) -> Device:
    """A device of ``user``'s. Raises NotFound for all others."""
    device = devices_of(user).filter(pk=device_id).first()
    if device is None:
        raise NotFound
    return device
