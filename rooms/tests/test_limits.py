"""Limits of rooms: refused beyond them, counted exactly, and set by plan, command or staff."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from conftest import PASSWORD, token_client
from rooms import actions
from rooms.models import Plan, Room, RoomLimits
from rooms.tests.client import ROOMS, create, expire
from workspaces.actions import delete_workspace
from workspaces.models import Workspace

pytestmark = pytest.mark.django_db


def test_a_life_longer_than_allowed_is_refused_as_documented(as_owner: APIClient, owner: User) -> None:
    answer = create(as_owner, ttl_hours=25)
    assert answer.status_code == 422
    assert answer.json() == {
        "message": "The given data was invalid.",
        "errors": {"ttl_hours": ["ttl_hours_exceeds_limit"]},
    }
    actions.set_limits(owner=owner, max_ttl_hours=48)
    assert create(as_owner, ttl_hours=48).status_code == 422  # its whole life is bounded too
    actions.set_limits(owner=owner, max_lifetime_hours=48)
    assert create(as_owner, ttl_hours=48).status_code == 201


TOO_MANY_HOURS = (25, 87_601, 10**9, 10**18, 10**30, 10**300, "99999999999999999999", 1e9)


@pytest.mark.parametrize("hours", TOO_MANY_HOURS)
def test_however_many_hours_too_many_have_the_documented_code(
    as_owner: APIClient, owner: User, room: Room, hours: float
) -> None:
    actions.set_limits(owner=owner, extension_allowed=True, max_lifetime_hours=1_000_000_000)
    answer = create(as_owner, ttl_hours=hours)
    assert (answer.status_code, answer.json()["errors"]) == (422, {"ttl_hours": ["ttl_hours_exceeds_limit"]})
    answer = as_owner.post(f"{ROOMS}/{room.pk}/extend", {"extension_hours": hours}, format="json")
    errors = {"extension_hours": ["extension_hours_exceeds_limit"]}
    assert (answer.status_code, answer.json()["errors"]) == (422, errors)


@pytest.mark.parametrize("limit", [100_000, 10**9, 2**31 - 1])
def test_limits_beyond_ten_years_count_as_ten_years(as_owner: APIClient, owner: User, limit: int) -> None:
    names = ("max_ttl_hours", "default_ttl_hours", "single_extension_hours", "max_lifetime_hours")
    actions.set_limits(owner=owner, extension_allowed=True, active_limit=limit, **dict.fromkeys(names, limit))
    created = create(as_owner).json()["data"]
    assert created["expires_at"] == created["max_expires_at"]
    assert create(as_owner, ttl_hours=87_601).json()["errors"] == {"ttl_hours": ["ttl_hours_exceeds_limit"]}
    refused = as_owner.post(f"{ROOMS}/{created['room_id']}/extend", {"extension_hours": 87_600}, format="json")
    assert refused.json()["errors"] == {"extension_hours": ["extension_hours_exceeds_limit"]}
    assert as_owner.get(f"{ROOMS}/usage").json()["data"]["limits"]["active_limit"] == limit


def test_the_fourth_active_room_is_refused_as_documented(as_owner: APIClient, owner: User) -> None:
    ids = [create(as_owner).json()["data"]["room_id"] for _ in range(3)]
    answer = create(as_owner)
    assert answer.status_code == 403
    assert answer.json() == {
        "message": "Temporary Room active room limit exceeded.",
        "errors": {"code": ["temporary_room_quota_exceeded"]},
    }
    as_owner.post(f"{ROOMS}/{ids[0]}/close")
    assert create(as_owner).status_code == 201
    assert create(as_owner).status_code == 403
    delete_workspace(workspace=Workspace.objects.get(pk=ids[1]))
    assert create(as_owner).status_code == 201


def test_closed_and_expired_rooms_count_for_their_month(as_owner: APIClient, owner: User) -> None:
    actions.set_limits(owner=owner, monthly_creation_limit=2)
    with time_machine.travel(datetime(2026, 6, 30, 23, 50, tzinfo=UTC)):
        first = create(as_owner).json()["data"]["room_id"]
        as_owner.post(f"{ROOMS}/{first}/close")
        expire(Room.objects.get(pk=create(as_owner).json()["data"]["room_id"]))
        answer = create(as_owner)
        assert (answer.status_code, answer.json()) == (
            403,
            {
                "message": "Temporary Room monthly creation limit exceeded.",
                "errors": {"code": ["temporary_room_quota_exceeded"]},
            },
        )
    with time_machine.travel(datetime(2026, 7, 1, 0, 0, 5, tzinfo=UTC)):
        assert create(as_owner).status_code == 201


def test_usage_is_answered_as_documented(as_owner: APIClient, owner: User, room: Room) -> None:
    as_owner.post(f"{ROOMS}/{room.pk}/close")
    create(as_owner)
    expected = {
        "limits": {"active_limit": 3, "monthly_creation_limit": 10},
        "usage": {"active_room_count": 1, "monthly_creation_count": 2},
        "abuse_signals": {"active_limit_reached": False, "monthly_creation_limit_reached": False},
    }
    assert as_owner.get(f"{ROOMS}/usage").json() == {"data": expected}
    actions.set_limits(owner=owner, active_limit=1, monthly_creation_limit=2)
    signals = as_owner.get(f"{ROOMS}/usage").json()["data"]["abuse_signals"]
    assert signals == {"active_limit_reached": True, "monthly_creation_limit_reached": True}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL's row locks")
@pytest.mark.django_db(transaction=True)
def test_of_ten_creations_at_once_with_three_places_three_win(owner: User) -> None:
    client = token_client(owner)

    def try_it(_: int) -> int:
        try:
            one = APIClient()
            one.credentials(**client._credentials)
            return create(one).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        outcomes = sorted(pool.map(try_it, range(10)))
    assert outcomes == [201] * 3 + [403] * 7
    assert Room.objects.count() == 3


def test_a_plan_stands_behind_an_owners_own_limits(owner: User) -> None:
    plan = Plan.objects.create(name="Pro", active_limit=50, extension_allowed=True)
    RoomLimits.objects.create(owner=owner, plan=plan, active_limit=5)
    limits = actions.limits_of(owner)
    assert (limits.active_limit, limits.extension_allowed, limits.monthly_creation_limit) == (5, True, 10)


def test_limits_are_set_by_a_command(owner: User) -> None:
    told = StringIO()
    call_command(
        "set_room_limits", "OLIVIA@example.com", "--active-limit", "7", "--extension-allowed", "on", stdout=told
    )
    assert "active_limit = 7\n" in told.getvalue()
    call_command("set_room_limits", owner.email, "--max-ttl-hours", "72", stdout=StringIO())
    limits = actions.limits_of(owner)
    assert (limits.active_limit, limits.extension_allowed, limits.max_ttl_hours) == (7, True, 72)
    for bad in (["nobody@example.com"], [owner.email, "--active-limit", "-1"]):
        with pytest.raises(CommandError):
            call_command("set_room_limits", *bad)


def test_staff_see_rooms_limits_and_plans(owner: User, room: Room) -> None:
    staff = User.objects.create_superuser("staff@example.com", PASSWORD)
    RoomLimits.objects.get_or_create(owner=owner)
    browser = Client()
    browser.force_login(staff)
    for page in ("room", "roomlimits", "plan", "roomlimits/add", f"roomlimits/{owner.pk}/change"):
        assert browser.get(f"/admin/rooms/{page}/").status_code == 200, page
    browser.post("/admin/rooms/room/", {"action": "close", "_selected_action": room.pk})
    assert Room.objects.get().closed_at
