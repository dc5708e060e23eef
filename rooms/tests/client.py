"""Call the rooms' API as guests do, and let a room's time pass."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Guest
from rooms.models import Room
from workspaces.models import Workspace

ROOMS = "/api/v1/external/rooms"
GONE = {"message": "Temporary Room is not available.", "errors": {"code": ["temporary_room_expired"]}}


def create(client: APIClient, **body: Any) -> Any:
    return client.post(ROOMS, {"name": "Customer Support Room", **body}, format="json")


def joined(room: Room, nickname: str = "Mei", language: str = "zh-CN") -> dict[str, Any]:
    answer = APIClient().post(
        f"{ROOMS}/{room.pk}/guests", {"nickname": nickname, "preferred_language": language}, format="json"
    )
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


def expire(room: Room) -> None:
    """Let the room's time be over, as the clock would."""
    past = timezone.now() - timedelta(seconds=1)
    Room.objects.filter(pk=room.pk).update(expires_at=past)
    Workspace.objects.filter(pk=room.pk).update(expires_at=past)
    Guest.objects.filter(workspace_id=room.pk).update(expires_at=past)
