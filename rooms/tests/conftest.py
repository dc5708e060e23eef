"""Olivia opens rooms, Mei and Lin visit them."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from rooms.models import Room
from rooms.tests.client import joined
from rooms.tests.factories import RoomFactory


@pytest.fixture
def room(owner: User) -> Room:
    return RoomFactory.create(owner=owner, external_reference="customer-123")


@pytest.fixture
def join() -> Callable[..., APIClient]:
    """Join a room and get a client that calls as that guest."""

    def make(room: Room, nickname: str = "Mei", language: str = "zh-CN") -> APIClient:
        client = APIClient()
        client.credentials(HTTP_X_ROSETTA_GUEST_TOKEN=joined(room, nickname, language)["session"]["token"])
        return client

    return make
