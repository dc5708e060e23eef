"""Every change of access leaves a row in its own transaction, which gateways read when pub/sub loses their message."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import passwords, profile, staff, tokens
from accounts.models import Session, User
from accounts.tests.factories import AccessTokenFactory, UserFactory
from messaging.actions import direct
from rooms import actions as rooms
from rooms.tests.factories import GuestFactory, RoomFactory
from rosetta.models import AccessChange
from workspaces import access, actions
from workspaces.models import Member, Workspace
from workspaces.tests.factories import ChannelFactory, MemberFactory, OwnerFactory

pytestmark = pytest.mark.django_db


@dataclass
class World:
    owner: Member
    member: Member
    other: User

    @property
    def workspace(self) -> Workspace:
        return self.owner.workspace


@pytest.fixture
def world() -> World:
    owner = OwnerFactory.create()
    return World(owner, MemberFactory.create(workspace=owner.workspace), UserFactory.create())


def rows_of(change: Callable[[], object]) -> set[tuple[str, str]]:
    before = AccessChange.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    change()
    return set(AccessChange.objects.filter(pk__gt=before).values_list("kind", "subject"))


def test_memberships(world: World) -> None:
    joined = ("user", str(world.other.pk))
    assert rows_of(lambda: actions.add_member(workspace=world.workspace, user=world.other)) == {joined}
    by, pk = world.owner.user, world.workspace.pk
    member = ("user", str(world.member.user_id))
    change: Any = {"by": by, "workspace_id": pk, "member_id": world.member.pk}
    assert rows_of(lambda: actions.update_member(**change, role="member", preferred_language="th")) == {member}
    assert rows_of(lambda: actions.remove_member(**change)) == {member}
    suspend = lambda: actions.suspend_member(workspace=world.workspace, user=world.other)  # noqa: E731
    assert rows_of(suspend) == {joined}


def test_channels(world: World) -> None:
    channel = ChannelFactory.create(member=world.owner)
    own = access.known_channel(world.owner.user, world.workspace.pk, channel.pk)
    everybody, member = ("workspace", world.workspace.pk), ("user", str(world.member.user_id))
    assert rows_of(lambda: actions.update_channel(channel_access=own, visibility="private")) == {everybody}
    own = access.known_channel(world.owner.user, world.workspace.pk, channel.pk)
    assert rows_of(lambda: actions.add_to_channel(channel_access=own, member=world.member)) == {member}
    assert rows_of(lambda: actions.remove_from_channel(channel_access=own, member=world.member)) == {member}
    assert rows_of(lambda: actions.purge_channel(channel=own.channel)) == {everybody}


def test_a_deleted_workspace(world: World) -> None:
    assert rows_of(lambda: actions.delete_workspace(workspace=world.workspace)) == {("members", world.workspace.pk)}


def test_direct_conversations_and_blocks(world: World) -> None:
    user, other = world.owner.user, world.other
    both = {("user", str(user.pk)), ("user", str(other.pk))}
    assert rows_of(lambda: direct.open_direct(user=user, other_id=other.pk)) == both
    blocked = {("user", str(other.pk))}
    assert rows_of(lambda: direct.set_block(user=user, other_id=other.pk, blocked=True)) == blocked
    assert rows_of(lambda: direct.set_block(user=user, other_id=other.pk, blocked=False)) == blocked


def test_credentials(world: World, client: Client) -> None:
    user, token = world.other, AccessTokenFactory.create(user=world.other)
    own = ("token", str(token.pk))
    assert rows_of(lambda: tokens.revoke_token(token=token)) == {own}
    client.force_login(user)
    session = Session.objects.get(user=user)
    assert rows_of(client.logout) == {("session", session.id)}
    client.force_login(user)
    session = Session.objects.get(user=user)
    assert rows_of(lambda: tokens.end_session(session=session)) == {("session", session.id)}
    everything = {("user", str(user.pk))}
    assert rows_of(lambda: passwords.set_password(user=user, password="another long sentence")) == everything
    assert rows_of(lambda: staff.set_active(user=user, is_active=False)) == everything
    assert rows_of(lambda: profile.change_profile(user=user, changes={"preferred_language": "ja"})) == everything


def test_rooms(world: World) -> None:
    room = RoomFactory.create(owner=world.other)
    guest, removed = GuestFactory.create(room=room), GuestFactory.create(room=room)
    change: Any = {"owner": world.other, "room_id": room.pk}
    assert rows_of(lambda: rooms.remove_guest(**change, guest_id=removed.pk)) == {("guest", removed.pk)}
    assert rows_of(lambda: rooms.close_room(**change)) == {("guest", guest.pk)}
    assert rows_of(lambda: rooms.reopen_room(room_id=room.pk)) == set()  # its sockets are closed already
    room.refresh_from_db()
    room.expires_at = timezone.now() - timedelta(seconds=1)
    room.save()
    assert ("guest", guest.pk) in rows_of(lambda: rooms.end_expired(batch=5))
