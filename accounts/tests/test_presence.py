"""Who has a live socket."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import presence
from accounts.models import GatewayProcess, User
from rosetta.ids import new_ulid

pytestmark = pytest.mark.django_db


def test_who_comes_is_online_until_they_leave(owner: User, member_user: User) -> None:
    process = new_ulid()
    assert presence.note(process_id=process, came=[owner.pk], left=[]) == ({owner.pk}, set())
    assert presence.online([owner.pk, member_user.pk]) == {owner.pk}
    assert presence.note(process_id=process, came=[], left=[owner.pk]) == (set(), {owner.pk})
    assert presence.online([owner.pk]) == set()


def test_a_socket_elsewhere_keeps_somebody_online(owner: User) -> None:
    one, other = new_ulid(), new_ulid()
    presence.note(process_id=one, came=[owner.pk], left=[])
    assert presence.note(process_id=other, came=[owner.pk], left=[]) == (set(), set())
    assert presence.note(process_id=one, came=[], left=[owner.pk]) == (set(), set())
    assert presence.online([owner.pk]) == {owner.pk}
    presence.end(other)
    assert presence.online([owner.pk]) == set()


def test_a_process_that_died_has_nobody(owner: User) -> None:
    process = new_ulid()
    presence.note(process_id=process, came=[owner.pk], left=[])
    GatewayProcess.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    assert presence.online([owner.pk]) == set()
    presence.note(process_id=new_ulid(), came=[], left=[])
    assert presence.forget_dead() > 0
    assert GatewayProcess.objects.count() == 1


def test_an_account_that_is_gone_is_nobody(owner: User) -> None:
    assert presence.note(process_id=new_ulid(), came=[owner.pk, 999_999], left=[]) == ({owner.pk}, set())
