"""Every change to temporary rooms, their guests and their owners' limits."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from accounts.identity.secrets import digest, new_secret
from accounts.models import Guest, User
from accounts.staff.rank import check_is_below
from rooms import access, names, resources
from rooms.errors import (
    EXTENSION_EXCEEDS,
    TTL_EXCEEDS,
    ActiveLimitExceeded,
    ExtensionNotAllowed,
    MonthlyLimitExceeded,
)
from rooms.models import LIMIT_NAMES, Limits, Room, RoomLimits
from rosetta import access_changes, languages
from rosetta.errors import Conflict, Invalid, NotFound
from workspaces.actions import create_workspace, delete_workspace
from workspaces.errors import RoomEnded
from workspaces.models import Channel, Conversation, Workspace
from workspaces.streams import events

log = structlog.get_logger(__name__)

GUEST_PREFIX = "grst_"
PURGE_AFTER = timedelta(days=30)


def limits_of(owner: User) -> Limits:
    """Return the limits that apply to ``owner`` now."""
    row = RoomLimits.objects.select_related("plan").filter(owner=owner).first()
    return row.effective() if row is not None else Limits()


def counts_of(owner: User, now: datetime) -> tuple[int, int]:
    """Return how many rooms of ``owner`` are active, and how many were created this month (in UTC)."""
    rooms = Room.objects.filter(owner=owner)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    active = rooms.filter(access.with_status("active", now), workspace__deleted_at=None)
    return active.exclude(workspace=None).count(), rooms.filter(created_at__gte=month).count()


def _locked_limits(owner: User) -> Limits:
    """Return ``owner``'s limits, locked, so that concurrent creations cannot exceed them."""
    RoomLimits.objects.get_or_create(owner=owner)
    return RoomLimits.objects.select_for_update(of=("self",)).select_related("plan").get(owner=owner).effective()


@transaction.atomic
def create_room(
    *, owner: User, name: str, external_reference: str | None = None, ttl_hours: int | None = None
) -> tuple[Room, Limits]:
    """Create a room that is open from now on.

    Raises Invalid, ActiveLimitExceeded, MonthlyLimitExceeded.
    """
    limits = _locked_limits(owner)
    longest = min(limits.max_ttl_hours, limits.max_lifetime_hours)
    hours = min(limits.default_ttl_hours, longest) if ttl_hours is None else ttl_hours
    if hours > longest:
        raise Invalid({"ttl_hours": [TTL_EXCEEDS]})
    now = timezone.now()
    active, created = counts_of(owner, now)
    if active >= limits.active_limit:
        raise ActiveLimitExceeded
    if created >= limits.monthly_creation_limit:
        raise MonthlyLimitExceeded
    expires_at = now + timedelta(hours=hours)
    member = create_workspace(owner=owner, name=name, kind=Workspace.Kind.TEMPORARY_ROOM, expires_at=expires_at)
    room = Room.objects.create(
        pk=member.workspace.pk,
        owner=owner,
        workspace=member.workspace,
        channel_id=Channel.objects.get(workspace=member.workspace).pk,
        name=name,
        external_reference=external_reference,
        expires_at=expires_at,
        created_at=now,
    )
    # In every language, because the guests are not known yet, and a name is short.
    names.request_translations(room, list(languages.CODES))
    return room, limits


@transaction.atomic
def extend_room(*, owner: User, room_id: str, extension_hours: int | None = None) -> tuple[Room, Limits]:
    """Extend a room and its guests' tokens.

    Raises NotFound, RoomEnded, ExtensionNotAllowed, Invalid.
    """
    limits = _locked_limits(owner)
    room = access.own_room(owner, room_id, lock=True)
    if room.has_ended(timezone.now()):
        raise RoomEnded
    if not limits.extension_allowed:
        raise ExtensionNotAllowed
    hours = limits.single_extension_hours if extension_hours is None else extension_hours
    # In this order, because adding very many hours to a date overflows.
    if hours > limits.single_extension_hours or room.expires_at + timedelta(hours=hours) > room.latest_expiry(limits):
        raise Invalid({"extension_hours": [EXTENSION_EXCEEDS]})
    expires_at = room.expires_at + timedelta(hours=hours)
    room.expires_at, room.extension_count = expires_at, room.extension_count + 1
    room.save(update_fields=["expires_at", "extension_count"])
    Workspace.objects.filter(pk=room.pk).update(expires_at=expires_at)
    access.guests_in(room).update(expires_at=expires_at)
    _append_event(room, "room.extended")
    _guests_access_changed(room)
    return room, limits


@transaction.atomic
def close_room(*, owner: User, room_id: str, actor: User | None = None) -> Room:
    """End a room before its time. Idempotent, also after its time.

    ``actor`` is the staff member who does it, None for ``owner``. Raises NotFound; Conflict unless ``owner`` is below ``actor``.
    """
    check_is_below(owner, actor)
    room = access.own_room(owner, room_id, lock=True)
    now = timezone.now()
    if not room.has_ended(now):
        room.closed_at = now
        Workspace.objects.filter(pk=room.pk).update(closed_at=now)
        _end(room, now)
    return room


@transaction.atomic
def reopen_room(*, room_id: str, actor: User | None = None) -> None:
    """Undo a closing and renew the tokens that ended with it.

    Raises Conflict when the room has expired or was purged, and unless its owner is below ``actor``.
    """
    room = Room.objects.select_for_update(of=("self",)).select_related("owner").get(pk=room_id)
    check_is_below(room.owner, actor)
    if room.expires_at <= timezone.now() or room.purged_at is not None:
        raise Conflict("The room has expired, so it cannot be reopened.")
    if room.ended_at is None:
        return
    access.guests_in(room).filter(expires_at=room.ended_at).update(expires_at=room.expires_at)
    room.closed_at = room.ended_at = None
    room.save(update_fields=["closed_at", "ended_at"])
    Workspace.objects.filter(pk=room.pk).update(closed_at=None)
    # Clients read the room's new end from this event.
    _append_event(room, "room.extended")


@transaction.atomic
def end_expired(*, batch: int) -> int:
    """End up to ``batch`` rooms that have expired or whose workspace was deleted.

    Return how many.

    Ending expires the guests' tokens and notifies everybody in the room.
    """
    now = timezone.now()
    deleted = Workspace.objects.filter(kind=Workspace.Kind.TEMPORARY_ROOM, deleted_at__isnull=False)
    due = Room.objects.filter(Q(expires_at__lte=now) | Q(workspace=None) | Q(workspace__in=deleted), ended_at=None)
    rooms = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("expires_at")[:batch])
    for room in rooms:
        if not room.has_ended(now):
            room.closed_at = now
        _end(room, now)
    return len(rooms)


def _end(room: Room, now: datetime) -> None:
    room.ended_at = now
    room.save(update_fields=["ended_at", "closed_at"])
    # Expired, not removed, because a guest of an ended room gets a 410 that says so.
    access.guests_in(room).filter(expires_at__gt=now).update(expires_at=now)
    _append_event(room, "room.closed")
    _guests_access_changed(room)


def _append_event(room: Room, kind: str) -> None:
    conversation = Conversation.objects.filter(pk=room.channel_id, channel__isnull=False).first()
    if conversation is not None:
        events.append(conversation, events.NewEvent(kind, resources.room_for_guests(room)))


def _guests_access_changed(room: Room) -> None:
    access_changes.record(access_changes.Kind.GUEST, access.guests_in(room).values_list("pk", flat=True))


@transaction.atomic
def join_room(*, room_id: str, nickname: str, preferred_language: str) -> tuple[Guest, str, Room]:
    """Create a guest of a room; return it with its token, to be shown this once.

    Raises NotFound, RoomEnded.
    """
    # Locked, so that nobody joins while the room is being closed.
    room = access.open_room(room_id, lock=True)
    if not Workspace.objects.filter(pk=room.pk, deleted_at=None).exists():
        raise RoomEnded
    token = new_secret(GUEST_PREFIX)
    guest = Guest.objects.create(
        workspace_id=room.pk,
        nickname=nickname,
        preferred_language=preferred_language,
        token_hash=digest(token),
        expires_at=room.expires_at,
    )
    return guest, token, room


@transaction.atomic
def remove_guest(*, owner: User, room_id: str, guest_id: str) -> None:
    """Remove a guest, whose token is invalid from now on. Raises NotFound."""
    room = access.own_room(owner, room_id)
    if not access.guests_in(room).filter(pk=guest_id).update(removed_at=timezone.now()):
        raise NotFound
    access_changes.record(access_changes.Kind.GUEST, [guest_id])


@transaction.atomic
def purge_ended(*, batch: int) -> int:
    """Delete the workspaces of up to ``batch`` rooms that ended 30 days ago, and anonymise their guests; return how many.

    The rooms' own rows stay, because they count for their month and their owners refer to them.
    """
    now = timezone.now()
    due = Room.objects.filter(ended_at__lte=now - PURGE_AFTER, purged_at=None)
    rooms = list(due.select_for_update(skip_locked=True).order_by("ended_at")[:batch])
    for room in rooms:
        workspace = Workspace.objects.filter(pk=room.pk, deleted_at=None).first()
        if workspace is not None:
            delete_workspace(workspace=workspace)
        room.workspace, room.purged_at = None, now
        room.save(update_fields=["workspace", "purged_at"])
        for guest in Guest.objects.filter(workspace_id=room.pk):
            _anonymise(guest, now)
    return len(rooms)


def _anonymise(guest: Guest, now: datetime) -> None:
    guest.nickname, guest.token_hash, guest.removed_at = "Guest", digest(new_secret()), guest.removed_at or now
    guest.save(update_fields=["nickname", "token_hash", "removed_at"])


def drop_purged_guests(*, batch: int) -> int:
    """Delete guests of purged rooms whose messages have been erased; return how many."""
    recent = Room.objects.filter(purged_at__gte=timezone.now() - timedelta(days=7)).values("pk")
    deleted = 0
    for guest in Guest.objects.filter(workspace_id__in=recent)[:batch]:
        try:
            deleted += guest.delete()[0]
        except ProtectedError:  # its messages are still being erased
            continue
    return deleted


@transaction.atomic
def set_limits(*, owner: User, **values: int | bool | None) -> Limits:
    """Set limits of ``owner`` by name.

    Limits that are left out stay; None means the plan's.
    """
    unknown = set(values) - set(LIMIT_NAMES)
    if unknown:
        raise ValueError(f"no such limit: {', '.join(sorted(unknown))}")
    row, _ = RoomLimits.objects.get_or_create(owner=owner)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row.effective()
