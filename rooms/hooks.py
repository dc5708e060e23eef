"""What this app adds to the apps below it; ``register`` is called once, when Django has loaded the app."""

from typing import Any

from django.utils import timezone

from messaging.actions import moderate
from rooms.actions import close_room, reopen_room
from rooms.models import Room
from rosetta.errors import Conflict


def register() -> None:
    """Let moderators close the room of a reported message, and undo it."""
    moderate.EFFECTS[moderate.Decision.CLOSE_ROOM] = moderate.Effect(_close, _reopen)


def _room_of(report: Any) -> Room:
    """Return the room that a reported message is in. Raises Conflict where it is in none."""
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
