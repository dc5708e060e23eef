"""Every change to devices and to what their owners want to hear of."""

from datetime import datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.secrets import digest
from devices.models import ConversationPreference, Device, PushPreference

# Beyond it the least used one goes: nobody carries more, and a script could register for ever.
MAX_DEVICES = 100


def register_device(*, user: User, push_token: str, **fields: Any) -> Device:
    """``user``'s device with ``push_token``: a known one is refreshed and keeps its id.

    A token that another account sent last moves here under a new id, so that nobody hears of what a former owner of the
    device is told.
    """
    for _ in range(3):
        try:
            return _register(user, push_token, fields)
        except IntegrityError:
            continue  # the same token was registered at the same moment
    return _register(user, push_token, fields)


@transaction.atomic
def _register(user: User, push_token: str, fields: dict[str, Any]) -> Device:
    token_hash = digest(push_token)
    known = Device.objects.select_for_update(no_key=True).filter(token_hash=token_hash).first()
    if known is not None and known.user_id != user.pk:
        known.delete()
        known = None
    if known is None:
        device = Device.objects.create(user=user, push_token=push_token, token_hash=token_hash, **fields)
        surplus = Device.objects.filter(user=user).order_by("-last_used_at").values_list("pk", flat=True)
        Device.objects.filter(pk__in=list(surplus[MAX_DEVICES:])).delete()
        return device
    for name, value in fields.items():
        setattr(known, name, value)
    known.last_used_at = timezone.now()
    known.save()
    return known


def remove_device(*, device: Device) -> None:
    device.delete()


def forget_devices_of(*, user: User) -> int:
    """Every device of ``user`` and all preferences, for the end of an account; returns how many rows went."""
    gone = PushPreference.objects.filter(user=user).delete()[0]
    gone += ConversationPreference.objects.filter(user=user).delete()[0]
    return gone + Device.objects.filter(user=user).delete()[0]


@transaction.atomic
def set_push_preference(
    *, user: User, is_enabled: bool, quiet_from: time | None, quiet_until: time | None, time_zone: str
) -> PushPreference:
    row, _ = PushPreference.objects.update_or_create(
        user=user,
        defaults={
            "is_enabled": is_enabled,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "time_zone": time_zone,
        },
    )
    return row


@transaction.atomic
def set_conversation_preference(
    *, user: User, conversation_id: str, level: str, muted_until: datetime | None
) -> ConversationPreference:
    row, _ = ConversationPreference.objects.update_or_create(
        user=user, conversation_id=conversation_id, defaults={"level": level, "muted_until": muted_until}
    )
    return row
