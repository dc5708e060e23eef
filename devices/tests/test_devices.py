"""Registering, listing and removing devices, and saying when they may ring."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from conftest import PASSWORD
from devices import actions
from devices.models import Delivery, Device, PushPreference
from rosetta.ids import new_ulid
from rosetta.times import moment

pytestmark = pytest.mark.django_db

URL = "/api/v1/devices"
PHONE = {
    "platform": "ios",
    "provider": "fcm",
    "push_token": "fGc1:token-1",
    "device_id": "7B3F2A10",
    "device_name": "John's iPhone",
    "app_version": "1.4.2",
}


def register(client: APIClient, **body: Any) -> Any:
    return client.post(URL, {**PHONE, **body}, format="json")


def test_a_device_is_registered_and_its_token_never_shown(as_member: APIClient) -> None:
    answer = register(as_member)
    device = Device.objects.get()
    assert answer.status_code == 201
    assert answer.json()["data"] == {
        "id": device.pk,
        "platform": "ios",
        "provider": "fcm",
        "device_id": "7B3F2A10",
        "device_name": "John's iPhone",
        "app_version": "1.4.2",
        "last_used_at": moment(device.last_used_at),
        "created_at": moment(device.created_at),
    }
    listed = as_member.get("/api/v1/me/devices")
    assert PHONE["push_token"] not in answer.content.decode() + listed.content.decode()


def test_the_same_token_again_is_the_same_device(as_member: APIClient) -> None:
    first = register(as_member).json()["data"]
    Device.objects.update(last_used_at=timezone.now() - timedelta(days=3))
    again = register(as_member, app_version="2.0", device_name=None)
    assert again.status_code == 201
    data = again.json()["data"]
    assert (data["id"], data["app_version"], data["device_name"]) == (first["id"], "2.0", None)
    assert Device.objects.get().last_used_at > timezone.now() - timedelta(minutes=1)


def test_a_token_moves_to_the_account_that_sent_it_last(
    as_member: APIClient, as_outsider: APIClient, outsider: User
) -> None:
    first = register(as_member).json()["data"]["id"]
    second = register(as_outsider).json()["data"]["id"]
    assert first != second
    assert Device.objects.get().user == outsider
    assert as_member.get("/api/v1/me/devices").json()["data"] == []
    assert as_member.delete(f"{URL}/{first}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"platform": "amiga"}, "platform"),
        ({"provider": "pigeon"}, "provider"),
        ({"push_token": ""}, "push_token"),
        ({"push_token": None}, "push_token"),
        ({"push_token": 5}, "push_token"),
        ({"push_token": "x" * 4097}, "push_token"),
        ({"push_token": "a\nb"}, "push_token"),
        ({"push_token": "é"}, "push_token"),
        ({"device_name": "x" * 256}, "device_name"),
        ({"app_version": ["1"]}, "app_version"),
    ],
)
def test_a_bad_body_is_named(as_member: APIClient, body: dict[str, Any], field: str) -> None:
    answer = register(as_member, **body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


@pytest.mark.parametrize("missing", ["platform", "provider", "push_token"])
def test_what_is_required_is_named(as_member: APIClient, missing: str) -> None:
    body = {name: value for name, value in PHONE.items() if name != missing}
    assert list(as_member.post(URL, body, format="json").json()["errors"]) == [missing]


def test_devices_of_others_are_unknown(as_member: APIClient, as_outsider: APIClient) -> None:
    device = register(as_member).json()["data"]["id"]
    for device_id in (device, new_ulid(), "nonsense"):
        answer = as_outsider.delete(f"{URL}/{device_id}")
        assert (answer.status_code, answer.json()) == (404, {"message": "Not found."})
    assert as_member.delete(f"{URL}/{device}").status_code == 204
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", URL), ("DELETE", f"{URL}/x"), ("GET", "/api/v1/me/devices"), ("PUT", "/api/v1/me/notifications")],
)
def test_devices_need_a_signed_in_caller(method: str, path: str) -> None:
    assert APIClient().generic(method, path, "{}", "application/json").status_code == 401


def test_the_list_is_sorted_filtered_and_paged(as_member: APIClient, member_user: User) -> None:
    for day, provider in enumerate(("fcm", "expo", "apns"), start=1):
        device = actions.register_device(user=member_user, push_token=f"t{day}", platform="ios", provider=provider)
        moved = timezone.now() - timedelta(days=day)
        Device.objects.filter(pk=device.pk).update(created_at=moved, last_used_at=timezone.now() + timedelta(days=day))

    def listed(query: str = "") -> list[str]:
        return [row["provider"] for row in as_member.get(f"/api/v1/me/devices?{query}").json()["data"]]

    assert listed() == ["apns", "expo", "fcm"]
    assert listed("sort=last_used_at") == ["fcm", "expo", "apns"]
    assert listed("sort=created_at") == ["apns", "expo", "fcm"]
    assert listed("sort=-created_at") == ["fcm", "expo", "apns"]
    assert listed("provider=expo") == ["expo"]
    assert listed("per_page=1&page=2") == ["expo"]
    for bad in ("provider=pigeon", "sort=name", "per_page=0"):
        assert as_member.get(f"/api/v1/me/devices?{bad}").status_code == 422


def test_the_list_costs_the_same_for_many(as_member: APIClient, member_user: User) -> None:
    as_member.get("/api/v1/me/devices")
    counts = []
    for rows in (1, 10):
        for _ in range(rows):
            actions.register_device(user=member_user, push_token=new_ulid(), platform="ios", provider="fcm")
        with CaptureQueriesContext(connection) as seen:
            as_member.get("/api/v1/me/devices")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_beyond_a_hundred_devices_the_least_recently_used_is_deleted(member_user: User) -> None:
    for number in range(actions.MAX_DEVICES + 1):
        actions.register_device(user=member_user, push_token=f"t{number}", platform="ios", provider="fcm")
    tokens = set(Device.objects.values_list("push_token", flat=True))
    assert len(tokens) == actions.MAX_DEVICES
    assert "t0" not in tokens


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL's row locks")
@pytest.mark.django_db(transaction=True)
def test_one_token_sent_by_many_at_once_is_one_device(member_user: User, outsider: User) -> None:
    def try_it(number: int) -> None:
        try:
            user = (member_user, outsider)[number % 2]
            actions.register_device(user=user, push_token="same", platform="ios", provider="fcm")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(try_it, range(40)))
    assert Device.objects.count() == 1


def test_pending_pushes_of_a_former_owner_are_dropped(as_member: APIClient, as_outsider: APIClient) -> None:
    device = register(as_member).json()["data"]["id"]
    Delivery.objects.create(device_id=device, subject_id=new_ulid())
    register(as_outsider)
    assert not Delivery.objects.exists()


def test_quiet_hours_are_stored_and_shown(as_member: APIClient, settings: Settings) -> None:
    settings.WEB_PUSH = False
    url = "/api/v1/me/notifications"
    assert as_member.get(url).json()["data"] == {
        "enabled": True,
        "quiet_hours": None,
        "transports": {"fcm": False, "expo": False, "apns": False, "webpush": False},
        "web_push_key": None,
    }
    hours = {"from": "22:00", "until": "07:30", "time_zone": "Asia/Bangkok"}
    answer = as_member.put(url, {"enabled": True, "quiet_hours": hours}, format="json")
    assert answer.json()["data"]["quiet_hours"] == hours
    assert as_member.get(url).json() == answer.json()
    assert as_member.put(url, {"enabled": False}, format="json").json()["data"]["quiet_hours"] is None
    assert PushPreference.objects.get().is_enabled is False


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ({"from": "22:00"}, "quiet_hours.until"),
        ({"from": "25:00", "until": "07:00"}, "quiet_hours.from"),
        ({"from": "07:00", "until": "07:00"}, "quiet_hours.until"),
        ({"from": "22:00", "until": "07:00", "time_zone": "Mars/Olympus"}, "quiet_hours.time_zone"),
        ({"from": "22:00", "until": "07:00", "time_zone": "../../etc/passwd"}, "quiet_hours.time_zone"),
    ],
)
def test_bad_quiet_hours_are_named(as_member: APIClient, hours: dict[str, str], field: str) -> None:
    answer = as_member.put("/api/v1/me/notifications", {"quiet_hours": hours}, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_staff_see_devices_without_tokens(as_member: APIClient) -> None:
    device = register(as_member).json()["data"]["id"]
    browser = Client()
    browser.force_login(User.objects.create_superuser("staff@example.com", PASSWORD))
    for page in ("device/", f"device/{device}/change/", "delivery/", "announcement/"):
        answer = browser.get(f"/admin/devices/{page}", follow=True)
        assert answer.status_code == 200, page
        assert PHONE["push_token"] not in answer.content.decode()
