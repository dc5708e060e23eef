"""Presence: who is online, over several gateway processes that come, go and die."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import presence
from accounts.models import GatewayProcess, User
from rosetta.ids import new_ulid

pytestmark = pytest.mark.django_db

FIRST, SECOND = new_ulid(), new_ulid()


def note(process_id: str, came: tuple[User, ...] = (), left: tuple[User, ...] = ()) -> tuple[set[int], set[int]]:
    return presence.note(process_id=process_id, came=[user.pk for user in came], left=[user.pk for user in left])


def let_die(process_id: str) -> None:
    """Let a process miss its beats."""
    GatewayProcess.objects.filter(pk=process_id).update(seen_at=timezone.now() - presence.ALIVE - timedelta(seconds=1))


def test_a_user_is_online_from_the_first_socket_to_the_last(owner: User, member_user: User) -> None:
    assert note(FIRST, came=(owner, member_user)) == ({owner.pk, member_user.pk}, set())
    assert presence.online([owner.pk, member_user.pk]) == {owner.pk, member_user.pk}
    assert note(FIRST, left=(owner,)) == (set(), {owner.pk})
    assert presence.online([owner.pk, member_user.pk]) == {member_user.pk}


def test_a_user_with_sockets_at_two_processes_comes_once_and_leaves_once(owner: User) -> None:
    assert note(FIRST, came=(owner,)) == ({owner.pk}, set())
    assert note(SECOND, came=(owner,)) == (set(), set())
    assert note(FIRST, left=(owner,)) == (set(), set())
    assert presence.online([owner.pk]) == {owner.pk}
    assert note(SECOND, left=(owner,)) == (set(), {owner.pk})


def test_noting_twice_changes_nothing(owner: User) -> None:
    note(FIRST, came=(owner,))
    note(FIRST, came=(owner,))
    assert presence.online([owner.pk]) == {owner.pk}
    assert note(FIRST) == (set(), set())


def test_a_user_who_was_deleted_meanwhile_does_not_come(owner: User) -> None:
    assert presence.note(process_id=FIRST, came=[owner.pk, 10**9], left=[]) == ({owner.pk}, set())


def test_users_of_a_dead_process_are_offline(owner: User) -> None:
    note(FIRST, came=(owner,))
    let_die(FIRST)
    assert presence.online([owner.pk]) == set()
    assert note(SECOND, came=(owner,)) == ({owner.pk}, set())


def test_a_process_that_is_slow_but_beats_again_keeps_its_users(owner: User) -> None:
    note(FIRST, came=(owner,))
    let_die(FIRST)
    note(FIRST)
    assert presence.online([owner.pk]) == {owner.pk}


def test_dead_processes_are_deleted_with_their_users(owner: User, member_user: User) -> None:
    note(FIRST, came=(owner, member_user))
    note(SECOND, came=(member_user,))
    let_die(FIRST)
    assert presence.forget_dead() == 3
    assert presence.forget_dead() == 0
    assert presence.online([owner.pk, member_user.pk]) == {member_user.pk}


def test_a_process_that_stops_takes_its_users_offline(owner: User) -> None:
    note(FIRST, came=(owner,))
    presence.end(FIRST)
    assert presence.online([owner.pk]) == set()
