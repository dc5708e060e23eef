"""Every change to devices and to what their owners want to hear of."""

from collections.abc import Collection
from datetime import datetime, time
from typing import Any

from django.db import transaction

from accounts.identity import credentials
from accounts.identity.secrets import digest
from accounts.models import User
from devices.models import ConversationPreference, Delivery, Device, PushPreference, Receipt

# Beyond it the least used one goes: nobody carries more, and a script could register for ever.
MAX_DEVICES = 100
# What a device that is known already takes over from a new registration.
REFRESHED = ("platform", "provider", "device_id", "device_name", "app_version", "credential", "last_used_at")


def register_device(*, user: User, push_token: str, credential: str = "", **fields: Any) -> Device:
    """``user``'s device with ``push_token``: a known one is refreshed and keeps its id. It ends with ``credential``.

    A token that another account sent last moves here under a new id, so that nobody hears of what a former owner of the
    device is told. Raises AccessEnded where ``credential`` is over meanwhile.
    """
    row = Device(user=user, push_token=push_token, token_hash=digest(push_token), credential=credential, **fields)
    device = _register(row)
    while device is None:  # found, and removed before it was locked
        device = _register(row)
    _drop_surplus(user)
    return device


@transaction.atomic
def _register(row: Device) -> Device | None:
    # Held before anything is written: who ends it waits, and then finds the device.
    if row.credential:
        credentials.hold(row.credential)
    # Inserted before it is looked for: of many who send one token at once, the database lets one row in.
    Device.objects.bulk_create([row], ignore_conflicts=True)
    device = Device.objects.select_for_update().filter(token_hash=row.token_hash).first()
    if device is None or device.pk == row.pk:
        return device
    if device.user_id != row.user_id:
        for owed in (Delivery, Receipt):
            owed.objects.filter(device=device).delete()
        Device.objects.filter(pk=device.pk).update(id=row.pk, user=row.user, created_at=row.created_at)
        device.pk, device.user, device.created_at = row.pk, row.user, row.created_at
    for name in REFRESHED:
        setattr(device, name, getattr(row, name))
    device.save(update_fields=REFRESHED)
    return device


def _drop_surplus(user: User) -> None:
    kept = Device.objects.filter(user=user).order_by("-last_used_at", "-pk").values_list("pk", flat=True)
    Device.objects.filter(pk__in=list(kept[MAX_DEVICES:])).delete()


def remove_device(*, device: Device) -> None:
    device.delete()


def end_devices(user_ids: Collection[int], names: Collection[str]) -> None:
    """Forget the devices that the ``names`` of ended credentials registered."""
    Device.objects.filter(user__in=user_ids, credential__in=names).delete()


def end_devices_of(user: User, but: str) -> None:
    """Forget every device of ``user``, but those that the credential ``but`` registered."""
    devices = Device.objects.filter(user=user)
    if but:
        devices = devices.exclude(credential=but)
    devices.delete()


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
