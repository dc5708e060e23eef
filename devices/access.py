"""Access to devices: each caller's own only."""

from django.db.models import QuerySet

from accounts.models import User
from devices.models import ConversationPreference, Device, PushPreference
from rosetta.errors import NotFound


def devices_of(user: User) -> QuerySet[Device]:
    return Device.objects.filter(user=user)


def own_device(user: User, device_id: str) -> Device:
    """Return a device of ``user``. Raises NotFound for any other device."""
    device = devices_of(user).filter(pk=device_id).first()
    if device is None:
        raise NotFound
    return device


def push_preference_of(user: User) -> PushPreference:
    """Return ``user``'s push preference, or an unsaved one with the defaults."""
    return PushPreference.objects.filter(user=user).first() or PushPreference(user=user)


def conversation_preference_of(user: User, conversation_id: str) -> ConversationPreference | None:
    return ConversationPreference.objects.filter(user=user, conversation_id=conversation_id).first()
