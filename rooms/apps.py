from typing import Any

from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from messaging.actions import moderating

        moderating.EFFECTS[moderating.Decision.CLOSE_ROOM] = moderating.Effect(_close, _cannot_open)


def _close(report: Any, actor: Any) -> dict[str, Any]:
    """Close the room that a reported message is in. Raises Conflict where it is in none."""
    from rooms.actions import close_room
    from rooms.models import Room
    from rosetta.errors import Conflict

    room = Room.objects.select_related("owner").filter(workspace__channels=report.message.conversation_id).first()
    if room is None:
        raise Conflict("This is no temporary room.")
    close_room(owner=room.owner, room_id=room.pk)
    return {}


def _cannot_open(report: Any, actor: Any) -> None:
    from rosetta.errors import Conflict

    raise Conflict("A room that was closed does not open again: its guests' tokens are dead.")
