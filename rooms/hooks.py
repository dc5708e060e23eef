"""What this app adds to the apps below it.

``register`` is called once, when Django has loaded the app.
"""

from dataclasses import asdict
from typing import Any

from django.utils import timezone

from accounts import lifecycle
from messaging.actions import moderate
from rooms.actions import close_room, reopen_room
from rooms.models import Room, RoomLimits
from rosetta.errors import Conflict
from rosetta.times import moment


def register() -> None:
    """Let moderators close the room of a reported message, and undo it.

    Let exports show an owner's rooms and limits.
    """
    lifecycle.EXPORTERS += [_ROOMS, _LIMITS]
    moderate.EFFECTS[moderate.Decision.CLOSE_ROOM] = moderate.Effect(_close, _reopen)


def _room(row: Room) -> dict[str, Any]:
    return {
        "room_id": row.pk,
        "name": row.name,
        "status": row.status_at(timezone.now()),
        "external_reference": row.external_reference,
        "extension_count": row.extension_count,
        "created_at": moment(row.created_at),
        "expires_at": moment(row.expires_at),
        "closed_at": moment(row.closed_at),
    }


_ROOMS = lifecycle.lines(
    "temporary_rooms",
    rows=lambda user: Room.objects.filter(owner=user).order_by("pk"),
    line=_room,
    covers=("rooms.Room.owner",),
)
_LIMITS = lifecycle.lines(
    "temporary_room_limits",
    rows=lambda user: RoomLimits.objects.filter(owner=user).select_related("plan"),
    line=lambda row: asdict(row.effective()),
    covers=("rooms.RoomLimits.owner",),
)


def _room_of(report: Any) -> Room:
    """Return the room that a reported message is in.

    Raises Conflict where it is in none.
    """
    room = Room.objects.select_related("owner").filter(workspace__channels=report.message.conversation_id).first()
    if room is None:
        raise Conflict("This is no temporary room.")
    return room


def _close(report: Any, actor: Any) -> dict[str, Any]:
    room = _room_of(report)
    was_open = not room.has_ended(timezone.now())
    close_room(owner=room.owner, room_id=room.pk, actor=actor)
    return {"was_open": was_open}


def _reopen(report: Any, actor: Any) -> None:
    if report.undo.get("was_open"):
        reopen_room(room_id=_room_of(report).pk, actor=actor)
