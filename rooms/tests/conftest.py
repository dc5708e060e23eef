"""Olivia opens rooms, Mei and Lin visit them."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from rooms import actions
from rooms.models import Room

ROOMS = "/api/v1/external/rooms"


@pytest.fixture
def room(owner: User) -> Room:
    return actions.create_room(owner=owner, name="Customer Support Room", external_reference="customer-123")[0]


def joined(room: Room, nickname: str = "Mei", language: str = "zh-CN") -> dict[str, Any]:
    answer = APIClient().post(
        f"{ROOMS}/{room.pk}/guests", {"nickname": nickname, "preferred_language": language}, format="json"
    )
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


@pytest.fixture
def join() -> Callable[..., APIClient]:
    """Join a room and get a client that calls as that guest."""

    def make(room: Room, nickname: str = "Mei", language: str = "zh-CN") -> APIClient:
        client = APIClient()
        client.credentials(HTTP_X_ROSETTA_GUEST_TOKEN=joined(room, nickname, language)["session"]["token"])
        return client

    return make


def expire(room: Room) -> None:
    """Let the room's time be over, as the clock would."""
    from datetime import timedelta

    from django.utils import timezone

    from accounts.models import Guest
    from workspaces.models import Workspace

    past = timezone.now() - timedelta(seconds=1)
    Room.objects.filter(pk=room.pk).update(expires_at=past)
    Workspace.objects.filter(pk=room.pk).update(expires_at=past)
    Guest.objects.filter(workspace_id=room.pk).update(expires_at=past)
