"""Opening, listing, extending and closing rooms, within the owner's limits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Guest, User
from conftest import PASSWORD, token_client
from files.models import File
from messaging.models import Message
from rooms import actions, tasks
from rooms.models import Room
from rooms.tests.client import GONE, ROOMS, create, expire, joined
from rosetta.ids import new_ulid
from rosetta.times import moment
from workspaces.models import Event, Workspace
from workspaces.tasks import erase

pytestmark = pytest.mark.django_db


@time_machine.travel(datetime(2026, 6, 12, tzinfo=UTC), tick=False)
def test_a_new_room_is_answered_as_documented(owner: User) -> None:
    client = token_client(owner, ["temporary-rooms:create"])
    answer = create(client, external_reference="customer-123", ttl_hours=12)
    room = Room.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "data": {
            "room_id": room.pk,
            "workspace_id": room.pk,
            "channel_id": room.channel_id,
            "name": "Customer Support Room",
            "kind": "temporary_room",
            "status": "active",
            "external_reference": "customer-123",
            "expires_at": "2026-06-12T12:00:00+00:00",
            "max_expires_at": "2026-06-13T00:00:00+00:00",
            "extension_count": 0,
            "join": {"method": "POST", "endpoint": f"http://127.0.0.1:8000/api/v1/external/rooms/{room.pk}/guests"},
        }
    }
    workspace = Workspace.objects.get(pk=room.pk)
    assert (workspace.kind, workspace.expires_at) == ("temporary_room", room.expires_at)


def test_its_owner_writes_there_like_anywhere(as_owner: APIClient, room: Room) -> None:
    path = f"/api/v1/workspaces/{room.pk}/channels/{room.channel_id}/messages"
    assert as_owner.post(path, {"content": "Hello"}, format="json").status_code == 201
    channels = as_owner.get(f"/api/v1/workspaces/{room.pk}/channels").json()["data"]
    assert [one["id"] for one in channels] == [room.channel_id]


def test_a_session_and_a_full_token_do_everything(owner: User, as_owner: APIClient, room: Room) -> None:
    browser = Client()
    browser.login(username=owner.email, password=PASSWORD)
    assert browser.get(ROOMS).json()["data"][0]["room_id"] == room.pk
    assert browser.get(f"{ROOMS}/usage").status_code == 200
    assert as_owner.get(f"{ROOMS}/{room.pk}").status_code == 200


ROUTES = [
    ("POST", "", "create"),
    ("GET", "", "read"),
    ("GET", "/usage", "read"),
    ("GET", "/{id}", "read"),
    ("POST", "/{id}/extend", "extend"),
    ("POST", "/{id}/close", "close"),
    ("GET", "/{id}/guests", "read"),
    ("DELETE", "/{id}/guests/{guest}", "close"),
]


@pytest.mark.parametrize(("method", "path", "ability"), ROUTES)
def test_each_route_asks_for_its_own_ability(owner: User, room: Room, method: str, path: str, ability: str) -> None:
    guest = joined(room)["guest"]["id"]
    url = ROOMS + path.replace("{id}", room.pk).replace("{guest}", guest)
    others = [f"temporary-rooms:{one}" for one in ("create", "read", "extend", "close") if one != ability]
    for abilities in (others, ["automation:messages"]):
        refused = token_client(owner, abilities).generic(method, url, "{}", "application/json")
        assert (refused.status_code, refused.json()) == (403, {"message": "Invalid ability provided."})
    allowed = token_client(owner, [f"temporary-rooms:{ability}"]).generic(
        method, url, '{"name": "x"}', "application/json"
    )
    assert allowed.json() if allowed.content else True
    assert "Invalid ability provided." not in allowed.content.decode()
    assert APIClient().generic(method, url, "{}", "application/json").status_code == 401


@pytest.mark.parametrize(("method", "path", "ability"), [route for route in ROUTES if "{id}" in route[1]])
def test_an_outsider_is_told_nothing(as_outsider: APIClient, room: Room, method: str, path: str, ability: str) -> None:
    guest = joined(room)["guest"]["id"]
    for room_id in (room.pk, new_ulid(), "nonsense"):
        url = ROOMS + path.replace("{id}", room_id).replace("{guest}", guest)
        answer = as_outsider.generic(method, url, '{"extension_hours": "x"}', "application/json")
        assert (answer.status_code, answer.json()) == (404, {"message": "Not found."})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"external_reference": "x" * 256}, "external_reference"),
        ({"ttl_hours": 0}, "ttl_hours"),
        ({"ttl_hours": -1}, "ttl_hours"),
        ({"ttl_hours": 1.5}, "ttl_hours"),
        ({"ttl_hours": True}, "ttl_hours"),
        ({"ttl_hours": "soon"}, "ttl_hours"),
    ],
)
def test_a_bad_body_is_named(as_owner: APIClient, body: dict[str, Any], field: str) -> None:
    answer = create(as_owner, **body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_the_list_has_ones_own_rooms_by_status_and_reference(
    as_owner: APIClient, as_outsider: APIClient, owner: User, room: Room
) -> None:
    closed, late = (actions.create_room(owner=owner, name=name)[0] for name in ("closed", "late"))
    actions.close_room(owner=owner, room_id=closed.pk)
    expire(late)

    def listed(query: str) -> list[str]:
        return [one["room_id"] for one in as_owner.get(f"{ROOMS}?{query}").json()["data"]]

    assert listed("") == [late.pk, closed.pk, room.pk]
    assert listed("status=active") == [room.pk]
    assert listed("status=closed") == [closed.pk]
    assert listed("status=expired") == [late.pk]
    assert listed("external_reference=customer-123") == [room.pk]
    assert listed("external_reference=customer") == []
    assert listed("per_page=1&page=2") == [closed.pk]
    assert as_outsider.get(ROOMS).json()["data"] == []
    first = as_owner.get(ROOMS).json()["data"][-1]
    assert first == as_owner.get(f"{ROOMS}/{room.pk}").json()["data"]
    for bad in ("status=open", "external_reference=%00", "page=0"):
        assert as_owner.get(f"{ROOMS}?{bad}").status_code == 422


def test_lists_cost_the_same_for_many(as_owner: APIClient, owner: User, room: Room) -> None:
    actions.set_limits(owner=owner, active_limit=100, monthly_creation_limit=100)
    for url in (ROOMS, f"{ROOMS}/{room.pk}/guests"):
        as_owner.get(url)
        counts = []
        for rows in (1, 10):
            for _ in range(rows):
                actions.create_room(owner=owner, name="more")
                actions.join_room(room_id=room.pk, nickname="Mei", preferred_language="ja")
            with CaptureQueriesContext(connection) as seen:
                as_owner.get(url)
            counts.append(len(seen))
        assert counts[0] == counts[1]


def test_extension_is_refused_as_documented_unless_allowed(as_owner: APIClient, room: Room) -> None:
    answer = as_owner.post(f"{ROOMS}/{room.pk}/extend")
    assert (answer.status_code, answer.json()) == (
        403,
        {
            "message": "Temporary Room extension is not allowed.",
            "errors": {"code": ["temporary_room_extension_not_allowed"]},
        },
    )


def test_extension_extends_the_room_and_its_guests(as_owner: APIClient, owner: User, room: Room) -> None:
    actions.set_limits(owner=owner, extension_allowed=True, max_lifetime_hours=72)
    joined(room)
    url = f"{ROOMS}/{room.pk}/extend"
    answer = as_owner.post(url, {"extension_hours": 2}, format="json")
    longer = room.expires_at + timedelta(hours=2)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data["room_id"] == room.pk
    assert data["expires_at"] == moment(longer)
    assert data["max_expires_at"] == moment(room.created_at + timedelta(hours=72))
    assert data["extension_count"] == 1
    assert Guest.objects.get().expires_at == longer
    assert Workspace.objects.get(pk=room.pk).expires_at == longer
    event = Event.objects.get(stream_id=room.channel_id, kind="room.extended")
    assert event.data["expires_at"] == moment(longer)
    assert as_owner.post(url).json()["data"]["extension_count"] == 2  # by the largest single extension
    for hours in (25, 24):  # more than one may be, more than the life may be
        refused = as_owner.post(url, {"extension_hours": hours}, format="json")
        assert (refused.status_code, refused.json()["errors"]) == (
            422,
            {"extension_hours": ["extension_hours_exceeds_limit"]},
        )
    assert as_owner.post(url, {"extension_hours": 0}, format="json").status_code == 422


@pytest.mark.parametrize("how", ["closed", "expired"])
def test_an_ended_room_is_not_extended_and_still_read(as_owner: APIClient, owner: User, room: Room, how: str) -> None:
    actions.set_limits(owner=owner, extension_allowed=True, max_lifetime_hours=72)
    messages = f"/api/v1/workspaces/{room.pk}/channels/{room.channel_id}/messages"
    as_owner.post(messages, {"content": "Hello"}, format="json")
    if how == "closed":
        assert as_owner.post(f"{ROOMS}/{room.pk}/close").json()["data"]["status"] == "closed"
    else:
        expire(room)
    answer = as_owner.post(f"{ROOMS}/{room.pk}/extend")
    assert (answer.status_code, answer.json()) == (410, GONE)
    posted = as_owner.post(messages, {"content": "Anyone?"}, format="json")
    assert (posted.status_code, posted.json()) == (410, GONE)
    assert [one["original_content"] for one in as_owner.get(messages).json()["data"]] == ["Hello"]
    again = as_owner.post(f"{ROOMS}/{room.pk}/close")
    assert (again.status_code, again.json()["data"]["status"]) == (200, how)
    assert as_owner.get(f"{ROOMS}/{room.pk}").json()["data"]["status"] == how


@pytest.mark.parametrize("how", ["closed", "expired"])
def test_the_end_is_told_once(as_owner: APIClient, room: Room, how: str) -> None:
    joined(room)
    if how == "closed":
        as_owner.post(f"{ROOMS}/{room.pk}/close")
        as_owner.post(f"{ROOMS}/{room.pk}/close")
    else:
        expire(room)
    assert tasks.end_expired_rooms() == (how == "expired")
    assert tasks.end_expired_rooms() == 0
    told = Event.objects.get(stream_id=room.channel_id, kind="room.closed").data
    assert (told["room_id"], told["status"]) == (room.pk, how)
    assert "external_reference" not in told
    assert not Guest.objects.get().is_admitted(timezone.now())


def test_thirty_days_after_the_end_the_content_is_gone_and_the_books_stay(
    as_owner: APIClient, owner: User, room: Room
) -> None:
    guest, token, _ = actions.join_room(room_id=room.pk, nickname="Mei", preferred_language="ja")
    client = APIClient()
    client.credentials(HTTP_X_ROSETTA_GUEST_TOKEN=token)
    client.post(f"{ROOMS}/{room.pk}/messages", {"content": "My address is…"}, format="json")
    actions.close_room(owner=owner, room_id=room.pk)
    Room.objects.update(ended_at=timezone.now() - timedelta(days=29, hours=23))
    assert tasks.purge_rooms() == 0
    Room.objects.update(ended_at=timezone.now() - timedelta(days=30))
    assert tasks.purge_rooms() == 1
    erase()
    tasks.purge_rooms()
    assert not Message.objects.exists()
    assert not Workspace.objects.filter(pk=room.pk).exists()
    assert not Guest.objects.filter(pk=guest.pk).exists()
    assert not File.objects.exists()
    assert as_owner.get(f"{ROOMS}/{room.pk}").json()["data"]["status"] == "closed"
    assert as_owner.get(f"{ROOMS}/usage").json()["data"]["usage"]["monthly_creation_count"] == 1
    assert client.get(f"{ROOMS}/{room.pk}/messages").status_code == 401
