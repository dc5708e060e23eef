"""Temporary rooms and their guests."""

from typing import Any

import factory

from accounts.models import Guest
from accounts.tests.factories import UserFactory
from rooms.actions import create_room, join_room
from rooms.models import Room
from rosetta.tests.factories import ActionFactory


class RoomFactory(ActionFactory[Room]):
    """A room that is open from now on."""

    class Meta:
        model = Room

    owner = factory.SubFactory(UserFactory)
    name = "Customer Support Room"

    @classmethod
    def act(cls, **fields: Any) -> Room:
        return create_room(**fields)[0]


class GuestFactory(ActionFactory[Guest]):
    """Somebody who joined ``room``.

    ``guest.shown`` is the token that the guest sees once.
    """

    class Meta:
        model = Guest

    room = factory.SubFactory(RoomFactory)
    nickname = "Mei"
    preferred_language = "zh-CN"

    @classmethod
    def act(cls, *, room: Room, **fields: Any) -> Guest:
        guest, token, _room = join_room(room_id=room.pk, **fields)
        guest.shown = token  # type: ignore[attr-defined]
        return guest
