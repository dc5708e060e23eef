from typing import Any

from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from messaging.actions import moderate

        moderate.EFFECTS[moderate.Decision.CLOSE_ROOM] = moderate.Effect(_close, _open_again)


def _room_of(report: Any) -> Any:
    """The room that a reported message is in. Raises Conflict where it is in none."""
    from rooms.models import Room
    from rosetta.errors import Conflict

    room = Room.objects.select_related("owner").filter(workspace__channels=report.message.conversation_id).first()
    if room is None:
        raise Conflict("This is no temporary room.")
    return room


def _close(report: Any, actor: Any) -> dict[str, Any]:
    from django.utils import timezone

    from rooms.actions import close_room

    room = _room_of(report)
    was_open = not room.has_ended(timezone.now())
    close_room(owner=room.owner, room_id=room.pk)
    return {"was_open": was_open}


def _open_again(report: Any, actor: Any) -> None:
    from rooms.actions import reopen_room

    if report.undo.get("was_open"):
        reopen_room(room_id=_room_of(report).pk)
