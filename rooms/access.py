"""Which temporary rooms a caller may reach.

Owners their own, guests the one that they joined.
"""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Guest, User
from messaging.access import room_context
from messaging.context import ConversationContext
from rooms.models import Room
from rosetta.errors import NotFound, Unauthenticated
from workspaces.errors import RoomEnded

STATUSES = ("active", "expired", "closed")


def rooms_of(owner: User, *, status: str | None = None, external_reference: str | None = None) -> QuerySet[Room]:
    """Return ``owner``'s rooms.

    Only those with the ``status`` and ``external_reference`` where these are given.
    """
    rooms = Room.objects.filter(owner=owner)
    if status is not None:
        rooms = rooms.filter(with_status(status, timezone.now()))
    if external_reference is not None:
        rooms = rooms.filter(external_reference=external_reference)
    return rooms


def with_status(status: str, now: datetime) -> Q:
    """Match rooms that are ``active``, ``expired`` or ``closed``, by the same rule as ``Room.status_at``."""
    return {
        "active": Q(closed_at=None, expires_at__gt=now),
        "expired": Q(closed_at=None, expires_at__lte=now),
        "closed": Q(closed_at__isnull=False),
    }[status]


def own_room(owner: User, room_id: str, *, lock: bool = False) -> Room:
    """Return a room of ``owner``. Raises NotFound for all others."""
    rooms = rooms_of(owner)
    if lock:
        rooms = rooms.select_for_update(no_key=True)
    room = rooms.filter(pk=room_id).first()
    if room is None:
        raise NotFound
    return room


def open_room(room_id: str, *, lock: bool = False) -> Room:
    """Return a room that everybody who knows its id may join.

    Raises NotFound; RoomEnded when it has ended.
    """
    rooms = Room.objects.select_for_update(no_key=True) if lock else Room.objects.all()
    room = rooms.filter(pk=room_id).first()
    if room is None:
        raise NotFound
    if room.has_ended(timezone.now()):
        raise RoomEnded
    return room


def guests_in(room: Room) -> QuerySet[Guest]:
    """Return the guests of ``room`` who were not removed."""
    return Guest.objects.filter(workspace_id=room.pk, removed_at=None)


def guest_context(guest: Guest, room_id: str, *, to_write: bool = False) -> ConversationContext:
    """Return the channel of the room that ``guest`` joined.

    Raises Unauthenticated for every other room; RoomEnded when the guest's room has ended.
    """
    if guest.workspace_id != room_id:
        raise Unauthenticated
    if not guest.is_admitted(timezone.now()):
        raise RoomEnded
    try:
        context = room_context(guest, to_write=to_write)
    except NotFound:
        raise RoomEnded from None  # the workspace was deleted
    workspace = context.workspace
    if workspace is None or workspace.has_ended(timezone.now()):
        raise RoomEnded
    return context
