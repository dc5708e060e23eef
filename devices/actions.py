"""Changes to push devices and notification preferences."""

from collections.abc import Collection
from datetime import datetime, time
from typing import Any

from django.db import transaction

from accounts.identity import credentials
from accounts.identity.secrets import digest
from accounts.models import User
from accounts.staff.rank import check_is_below
from devices.models import ConversationPreference, Delivery, Device, PushPreference, Receipt

# Beyond this, the least recently used device is deleted, because a script could register without end.
MAX_DEVICES = 100
# Fields that a new registration overwrites on a known device.
REFRESHED = (
    "platform", "provider", "p256dh", "auth", "device_id", "device_name", "app_version", "credential", "last_used_at",
)  # fmt: skip


def register_device(*, user: User, push_token: str, credential: str = "", **fields: Any) -> Device:
    """Register ``user``'s device with ``push_token``, or refresh it.

    A known one keeps its id. It ends with ``credential``.

    A token that another account registered moves to ``user`` under a new id, and its pending pushes are deleted, so that
    nobody receives the former owner's notifications. Raises AccessEnded when ``credential`` has ended meanwhile.
    """
    row = Device(user=user, push_token=push_token, token_hash=digest(push_token), credential=credential, **fields)
    device = _register(row)
    while device is None:  # it existed, and was deleted before it was locked
        device = _register(row)
    _drop_surplus(user)
    return device


@transaction.atomic
def _register(row: Device) -> Device | None:
    # Locked first, so that whoever ends the credential waits, and then also deletes the device.
    if row.credential:
        credentials.hold(row.credential)
    # Inserted before it is read: of parallel registrations of one token, the database accepts one row.
    Device.objects.bulk_create([row], ignore_conflicts=True)
    device = Device.objects.select_for_update().filter(token_hash=row.token_hash).first()
    if device is None or device.pk == row.pk:
        return device
    if device.user_id != row.user_id:
        for pending in (Delivery, Receipt):
            pending.objects.filter(device=device).delete()
        Device.objects.filter(pk=device.pk).update(id=row.pk, user=row.user, created_at=row.created_at)
        device.pk, device.user, device.created_at = row.pk, row.user, row.created_at
    for name in REFRESHED:
        setattr(device, name, getattr(row, name))
    device.save(update_fields=REFRESHED)
    return device


def _drop_surplus(user: User) -> None:
    newest_first = Device.objects.filter(user=user).order_by("-last_used_at", "-pk").values_list("pk", flat=True)
    Device.objects.filter(pk__in=list(newest_first[MAX_DEVICES:])).delete()


def remove_device(*, device: Device, actor: User | None = None) -> None:
    """Delete a device, which gets no more pushes.

    ``actor`` is the staff member who does it, None for its owner. Raises Conflict unless its owner is below ``actor``.
    """
    check_is_below(device.user, actor)
    device.delete()


def end_devices(user_ids: Collection[int], names: Collection[str]) -> None:
    """Delete the devices that were registered by ended credentials with these ``names``."""
    Device.objects.filter(user__in=user_ids, credential__in=names).delete()


def end_devices_of(user: User, but: str) -> None:
    """Delete every device of ``user`` but those that the credential ``but`` registered."""
    devices = Device.objects.filter(user=user)
    if but:
        devices = devices.exclude(credential=but)
    devices.delete()


def delete_devices_of(*, user: User) -> int:
    """Delete all devices and preferences of ``user``, for a deleted account.

    Returns the number of rows deleted.
    """
    deleted = PushPreference.objects.filter(user=user).delete()[0]
    deleted += ConversationPreference.objects.filter(user=user).delete()[0]
    return deleted + Device.objects.filter(user=user).delete()[0]


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
