"""What happens at once ends in one order.

Threads have connections of their own, so nothing here rolls back.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from accounts.models import User
from accounts.tests.factories import UserFactory
from conftest import make_user
from rosetta.errors import DomainError
from workspaces import actions
from workspaces.models import Channel, Event, Invite, Member, Placement, Role, Workspace
from workspaces.tests.factories import MemberFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="an in-memory SQLite has one connection, which threads cannot share"
    ),
]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run ``calls`` side by side; each one's result, or the refusal that it raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(timeout=10)
        try:
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=30) for future in [pool.submit(run, call) for call in calls]]


def refusals(results: list[Any]) -> list[int]:
    return sorted(one.status for one in results if isinstance(one, DomainError))


@pytest.fixture
def two_owners(owner: User, workspace: Workspace) -> Iterator[list[Member]]:
    second = MemberFactory.create(workspace=workspace, user__name="Oscar", role=Role.OWNER)
    yield [Member.objects.get(user=owner), second]


def owners(workspace: Workspace) -> int:
    return Member.objects.filter(workspace=workspace, role=Role.OWNER).count()


@pytest.mark.parametrize("attempt", range(5))
def test_two_owners_who_demote_each_other_leave_one(
    workspace: Workspace, two_owners: list[Member], attempt: int
) -> None:
    one, other = two_owners

    def demote(by: Member, whom: Member) -> Callable[[], Member]:
        return lambda: actions.update_member(by=by.user, workspace_id=workspace.pk, member_id=whom.pk, role=Role.MEMBER)

    results = at_once(demote(one, other), demote(other, one))
    assert refusals(results) == [403]
    assert owners(workspace) == 1


@pytest.mark.parametrize("attempt", range(5))
def test_two_owners_who_leave_at_once_leave_one(workspace: Workspace, two_owners: list[Member], attempt: int) -> None:
    results = at_once(
        *[lambda m=m: actions.leave_workspace(user=m.user, workspace_id=workspace.pk) for m in two_owners]
    )
    assert refusals(results) == [409]
    assert owners(workspace) == 1


def test_one_person_joins_eight_times_at_once_and_is_one_member(workspace: Workspace, outsider: User) -> None:
    invite = actions.create_invite(member=Member.objects.get(workspace=workspace))
    results = at_once(*[lambda: actions.accept_invite(token=invite.token, user=outsider)] * 8)
    assert len({one.pk for one in results}) == 1
    workspace.refresh_from_db()
    invite.refresh_from_db()
    assert (workspace.member_count, invite.accepted_count) == (2, 1)
    assert Event.objects.filter(stream_id=workspace.pk, kind="member.joined").count() == 2


def test_the_last_use_of_an_invite_is_used_once(workspace: Workspace) -> None:
    invite = actions.create_invite(member=Member.objects.get(workspace=workspace), max_uses=1)
    people = UserFactory.create_batch(4)
    results = at_once(*[lambda user=user: actions.accept_invite(token=invite.token, user=user) for user in people])
    assert refusals(results) == [404] * 3
    invite.refresh_from_db()
    assert (invite.accepted_count, Member.objects.filter(workspace=workspace).count()) == (1, 2)


@pytest.mark.parametrize("attempt", range(5))
def test_an_invite_revoked_while_it_is_accepted_ends_in_one_order(
    workspace: Workspace, outsider: User, attempt: int
) -> None:
    invite = actions.create_invite(member=Member.objects.get(workspace=workspace))
    accepted, _ = at_once(
        lambda: actions.accept_invite(token=invite.token, user=outsider), lambda: actions.revoke_invite(invite=invite)
    )
    is_member = Member.objects.filter(workspace=workspace, user=outsider).exists()
    assert is_member is isinstance(accepted, Member)
    assert Invite.objects.get(pk=invite.pk).accepted_count == int(is_member)


def test_eight_people_who_join_at_once_are_all_counted(workspace: Workspace) -> None:
    people = [make_user(f"P{n}") for n in range(8)]
    at_once(*[partial(actions.add_member, workspace=workspace, user=person) for person in people])
    workspace.refresh_from_db()
    assert workspace.member_count == Member.objects.filter(workspace=workspace).count() == 9
    seqs = list(Event.objects.filter(stream_id=workspace.pk).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


def test_channels_of_one_name_made_at_once_get_slugs_of_their_own(workspace: Workspace) -> None:
    member = Member.objects.select_related("workspace", "user").get(workspace=workspace)
    made = at_once(*[lambda: actions.create_channel(member=member, name="Plans")] * 4)
    assert refusals(made) == []
    assert len({one.slug for one in made}) == 4


def test_channels_of_one_slug_made_at_once_are_one(workspace: Workspace) -> None:
    member = Member.objects.select_related("workspace", "user").get(workspace=workspace)
    made = at_once(*[lambda: actions.create_channel(member=member, name="Plans", slug="plans")] * 4)
    assert refusals(made) == [422] * 3
    assert Channel.objects.filter(workspace=workspace, slug="plans").count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_who_joins_a_workspace_while_it_is_deleted_is_in_no_workspace(
    workspace: Workspace, outsider: User, attempt: int
) -> None:
    at_once(
        lambda: actions.add_member(workspace=workspace, user=outsider),
        lambda: actions.delete_workspace(workspace=workspace),
    )
    assert not Member.objects.filter(workspace=workspace).exists()


@pytest.mark.parametrize("attempt", range(3))
def test_who_is_removed_while_being_let_into_a_channel_is_in_none(
    workspace: Workspace, owner: User, outsider: User, attempt: int
) -> None:
    from workspaces import access

    guest = actions.add_member(workspace=workspace, user=outsider)
    host = Member.objects.select_related("workspace", "user").get(user=owner)
    channel = actions.create_channel(member=host, name="Secret", visibility="private")
    channel_access = access.readable_channel(owner, workspace.pk, channel.pk)
    results = at_once(
        lambda: actions.add_to_channel(channel_access=channel_access, member=guest),
        lambda: actions.remove_member(by=owner, workspace_id=workspace.pk, member_id=guest.pk),
    )
    assert results[1] is None
    assert not channel.channel_members.filter(member_id=guest.pk).exists()


@pytest.mark.parametrize("attempt", range(3))
def test_who_leaves_while_closing_a_channel_is_not_in_it(
    workspace: Workspace, two_owners: list[Member], attempt: int
) -> None:
    from workspaces import access

    _, second = two_owners
    channel = Channel.objects.get(workspace=workspace, slug="general")
    channel_access = access.readable_channel(second.user, workspace.pk, channel.pk)
    closed, left = at_once(
        lambda: actions.update_channel(channel_access=channel_access, visibility="private"),
        lambda: actions.leave_workspace(user=second.user, workspace_id=workspace.pk),
    )
    assert isinstance(left, Workspace)
    assert isinstance(closed, Channel) or closed.status == 404
    assert not channel.channel_members.filter(member_id=second.pk).exists()


def test_parallel_changes_of_where_a_channel_stands_are_all_kept(owner: User, channel: Channel) -> None:
    names = ("is_favourite", "is_muted", "is_hidden")
    calls = [partial(actions.place, user=owner, conversation_id=channel.pk, **{name: True}) for name in names]
    at_once(*calls)
    row = Placement.objects.get(user=owner, conversation=channel.pk)
    assert [getattr(row, name) for name in names] == [True, True, True]
