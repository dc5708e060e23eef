"""Guests: what their token opens, and that it opens nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from rest_framework.test import APIClient

from accounts.models import Guest, User
from files.tasks import make_thumbnail
from files.tests.samples import picture
from messaging.models import MessageTranslation
from rooms import actions
from rooms.models import Room
from rooms.tasks import end_expired_rooms, translate_name
from rooms.tests.client import GONE, ROOMS, expire, joined
from rosetta.celery import app as celery_app
from rosetta.ids import new_ulid
from rosetta.languages import CODES
from rosetta.times import moment
from translation.tests import servers
from translation.tests.conftest import libre as libre
from workspaces.actions import delete_workspace
from workspaces.models import Channel, Workspace

pytestmark = pytest.mark.django_db


def test_joining_is_answered_as_documented(room: Room) -> None:
    data = joined(room)
    guest = Guest.objects.get()
    token = data["session"].pop("token")
    assert token.startswith("grst_")
    assert data == {
        "guest": {"id": guest.pk, "nickname": "Mei", "preferred_language": "zh-CN"},
        "session": {
            "token_type": "guest",
            "header": "X-Rosetta-Guest-Token",
            "expires_at": moment(room.expires_at),
        },
        "room": {
            "room_id": room.pk,
            "workspace_id": room.pk,
            "channel_id": room.channel_id,
            "name": "Customer Support Room",
            "display_name": "Customer Support Room",
            "status": "active",
            "expires_at": moment(room.expires_at),
        },
    }
    assert token not in guest.token_hash


def test_a_rooms_name_is_read_in_the_visitors_language(room: Room, libre: servers.Service) -> None:
    assert joined(room, "Lin", "ja")["room"]["display_name"] == "Customer Support Room"
    # What a worker does for the nudge at the room's opening; a second visitor finds it in the memory.
    assert translate_name(room.pk, list(CODES)) == 4
    shown = joined(room, "Mei", "zh-CN")["room"]
    assert (shown["name"], shown["display_name"]) == (
        "Customer Support Room",
        servers.said("zh-CN", "Customer Support Room"),
    )
    assert joined(room, "Ann", "en")["room"]["display_name"] == "Customer Support Room"
    assert translate_name(room.pk, list(CODES)) == 4
    assert len(libre.requests) == 4


def test_a_rooms_name_in_a_language_that_we_lack_is_shown_as_it_is(owner: User, libre: servers.Service) -> None:
    room = actions.create_room(owner=owner, name="고객 상담실")[0]
    assert joined(room, "Lin", "ja")["room"]["display_name"] == "고객 상담실"
    assert translate_name(room.pk, list(CODES)) == 0
    assert libre.requests == []


def test_a_room_that_opens_asks_for_its_name_in_all_languages(
    owner: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with celery_app.connection_for_read() as broker, broker.SimpleQueue("rosetta-translation") as queue:
        queue.clear()
        with django_capture_on_commit_callbacks(execute=True):
            room = actions.create_room(owner=owner, name="Customer Support Room")[0]
        tasks = []
        while not tasks or tasks[-1].headers["task"] != "rooms.tasks.translate_name":
            tasks.append(queue.get(timeout=20))
        assert tasks[-1].payload[0] == [room.pk, list(CODES)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"nickname": ""}, "nickname"),
        ({"nickname": "\u0007 "}, "nickname"),
        ({"nickname": "\u202e\u200b"}, "nickname"),
        ({"nickname": "x" * 81}, "nickname"),
        ({"nickname": 7}, "nickname"),
        ({"preferred_language": "xx"}, "preferred_language"),
        ({"preferred_language": None}, "preferred_language"),
    ],
)
def test_a_bad_body_is_named(room: Room, body: dict[str, Any], field: str) -> None:
    full = {"nickname": "Mei", "preferred_language": "zh-CN", **body}
    answer = APIClient().post(f"{ROOMS}/{room.pk}/guests", full, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_a_nickname_turns_nothing_around_and_keeps_its_script(room: Room) -> None:
    assert joined(room, " \u202enimdA\u2066 ")["guest"]["nickname"] == "nimdA"
    for name in ("เมย์", "👩\u200d💻 Mei", "می\u200cخواهم"):
        assert joined(room, name)["guest"]["nickname"] == name


@pytest.mark.parametrize("room_id", ["nonsense", "01hzzzzzzzzzzzzzzzzzzzzzzz"])
def test_nobody_joins_a_room_that_is_none(room: Room, room_id: str) -> None:
    body = {"nickname": "Mei", "preferred_language": "ja"}
    assert APIClient().post(f"{ROOMS}/{room_id}/guests", body, format="json").status_code == 404


def test_somebody_signed_in_joins_as_a_guest_like_anybody(as_member: APIClient, room: Room) -> None:
    bad = APIClient()
    bad.credentials(HTTP_AUTHORIZATION="Bearer 1|old")
    for client in (as_member, bad):
        body = {"nickname": "M", "preferred_language": "th"}
        assert client.post(f"{ROOMS}/{room.pk}/guests", body, format="json").status_code == 201


def test_joins_are_limited_by_address(room: Room) -> None:
    for _ in range(20):
        joined(room)
    body = {"nickname": "Mei", "preferred_language": "ja"}
    answer = APIClient().post(f"{ROOMS}/{room.pk}/guests", body, format="json")
    assert (answer.status_code, answer.json()) == (429, {"message": "Too Many Attempts."})
    elsewhere = APIClient(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post(f"{ROOMS}/{room.pk}/guests", body, format="json").status_code == 201


def test_guest_and_owner_write_to_each_other(as_owner: APIClient, room: Room, join: Callable[..., APIClient]) -> None:
    guest = join(room)
    url = f"{ROOMS}/{room.pk}/messages"
    asked = guest.post(url, {"content": "你好，我的订单在哪里？"}, format="json")
    assert asked.status_code == 201
    data = asked.json()["data"]
    assert (data["original_content"], data["translation_status"]) == ("你好，我的订单在哪里？", "pending")
    assert data["sender"] == {"kind": "guest", "id": Guest.objects.get().pk, "name": "Mei", "avatar_url": None}
    owners = f"/api/v1/workspaces/{room.pk}/channels/{room.channel_id}/messages"
    answered = as_owner.post(owners, {"content": "We will look."}, format="json").json()["data"]
    assert {row.language for row in MessageTranslation.objects.all()} == {"en", "zh-CN"}
    MessageTranslation.objects.filter(message=answered["id"]).update(state="ready", text="我们会看一下。")
    page = guest.get(url).json()["data"]
    assert [(one["display_content"], one["display_source"]) for one in page] == [
        ("我们会看一下。", "translation"),
        ("你好，我的订单在哪里？", "original"),
    ]
    assert as_owner.get(owners).json()["data"][1]["original_content"] == "你好，我的订单在哪里？"


def test_a_guest_posts_again_only_once(room: Room, join: Callable[..., APIClient]) -> None:
    guest = join(room)
    url = f"{ROOMS}/{room.pk}/messages"
    answers = [guest.post(url, {"content": "hi"}, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json()["data"]["id"] == answers[1].json()["data"]["id"]
    assert answers[1]["Idempotent-Replayed"] == "true"


def test_a_guest_attaches_its_own_file_and_no_other(
    as_owner: APIClient, room: Room, join: Callable[..., APIClient]
) -> None:
    guest = join(room)

    def uploaded(client: APIClient) -> str:
        answer = client.post("/api/v1/files", {"file": SimpleUploadedFile("a.txt", b"hi")}, format="multipart")
        return str(answer.json()["data"]["id"])

    url = f"{ROOMS}/{room.pk}/messages"
    mine, hers = uploaded(guest), uploaded(as_owner)
    assert list(guest.post(url, {"attachment_ids": [hers]}, format="json").json()["errors"]) == ["attachment_ids.0"]
    answer = guest.post(url, {"attachment_ids": [mine]}, format="json")
    assert answer.json()["data"]["attachments"][0]["client_name"] == "a.txt"


@pytest.fixture
def picture_in(room: Room, as_owner: APIClient) -> dict[str, Any]:
    """The attachment of a message in the room: a picture whose thumbnail is made."""
    content = SimpleUploadedFile("a.png", picture("PNG", (960, 480)))
    file = as_owner.post("/api/v1/files", {"file": content}, format="multipart").json()["data"]["id"]
    assert make_thumbnail(file)
    path = f"/api/v1/workspaces/{room.pk}/channels/{room.channel_id}/messages"
    said = as_owner.post(path, {"attachment_ids": [file]}, format="json").json()["data"]
    return dict(said["attachments"][0])


def test_a_guest_sees_the_rooms_pictures(
    owner: User, room: Room, join: Callable[..., APIClient], picture_in: dict[str, Any]
) -> None:
    assert (picture_in["width"], picture_in["height"]) == (960, 480)
    guest = join(room)
    elsewhere = join(actions.create_room(owner=owner, name="other")[0])
    for url, kind in ((picture_in["download_url"], "image/png"), (picture_in["thumbnail_url"], "image/webp")):
        answer = guest.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, kind)
        assert elsewhere.get(url).status_code == 404
        assert guest.get(url.replace("message-att", "direct-message-att")).status_code == 401
        assert APIClient().get(url).status_code == 401


def test_a_guest_is_nobody_in_every_other_place(
    room: Room, owner: User, join: Callable[..., APIClient], channel: Channel
) -> None:
    guest = join(room)
    other = actions.create_room(owner=owner, name="other")[0]
    owners = f"/api/v1/workspaces/{room.pk}/channels/{room.channel_id}/messages"
    for method, url in (
        ("GET", f"{ROOMS}/{other.pk}/messages"),
        ("POST", f"{ROOMS}/{other.pk}/messages"),
        ("GET", f"{ROOMS}/{new_ulid()}/messages"),
        ("GET", ROOMS),
        ("POST", ROOMS),
        ("GET", f"{ROOMS}/usage"),
        ("GET", f"{ROOMS}/{room.pk}"),
        ("POST", f"{ROOMS}/{room.pk}/extend"),
        ("POST", f"{ROOMS}/{room.pk}/close"),
        ("GET", f"{ROOMS}/{room.pk}/guests"),
        ("GET", owners),
        ("POST", owners),
        ("GET", "/api/v1/me"),
        ("GET", "/api/v1/me/files"),
        ("GET", "/api/v1/workspaces"),
        ("GET", "/api/v1/direct-conversations"),
    ):
        answer = guest.generic(method, url, '{"content": "x"}', "application/json")
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."}), url


@pytest.mark.parametrize("token", [None, "", "grst_", "grst_wrong", "1|abc"])
def test_without_a_guests_token_there_is_no_way_in(as_owner: APIClient, room: Room, token: str | None) -> None:
    headers = {} if token is None else {"X-Rosetta-Guest-Token": token}
    for client in (APIClient(), as_owner):
        assert client.get(f"{ROOMS}/{room.pk}/messages", headers=headers).status_code == 401
        assert client.post(f"{ROOMS}/{room.pk}/messages", {}, headers=headers).status_code == 401


@pytest.mark.parametrize("how", ["closed", "expired", "deleted"])
def test_when_the_room_has_ended_every_guest_call_is_a_410(
    as_owner: APIClient, room: Room, join: Callable[..., APIClient], picture_in: dict[str, Any], how: str
) -> None:
    guest = join(room)
    file = guest.post("/api/v1/files", {"file": SimpleUploadedFile("a.txt", b"hi")}, format="multipart")
    mine = f"/api/v1/files/{file.json()['data']['id']}"
    if how == "closed":
        as_owner.post(f"{ROOMS}/{room.pk}/close")
    elif how == "expired":
        expire(room)
    else:
        delete_workspace(workspace=Workspace.objects.get(pk=room.pk))
        end_expired_rooms()
    body = {"content": "x", "nickname": "Mei", "preferred_language": "ja"}
    for answer in (
        guest.get(f"{ROOMS}/{room.pk}/messages"),
        guest.post(f"{ROOMS}/{room.pk}/messages", body, format="json"),
        APIClient().post(f"{ROOMS}/{room.pk}/guests", body, format="json"),
        guest.get(f"/api/v1/conversations/{room.channel_id}/events"),
        guest.get(picture_in["download_url"]),
        guest.get(picture_in["thumbnail_url"]),
        guest.post("/api/v1/files", {"file": SimpleUploadedFile("a.txt", b"hi")}, format="multipart"),
        guest.get(mine),
        guest.get(f"{mine}/download"),
        guest.delete(mine),
    ):
        assert (answer.status_code, answer.json()) == (410, GONE)
    if how == "deleted":
        assert as_owner.get(f"{ROOMS}/{room.pk}").json()["data"]["status"] == "closed"


def test_the_owner_lists_guests_and_sends_one_out(
    as_owner: APIClient, room: Room, join: Callable[..., APIClient]
) -> None:
    mei, lin = join(room), join(room, "Lin", "ja")
    guests = as_owner.get(f"{ROOMS}/{room.pk}/guests").json()
    assert [set(one) for one in guests["data"]] == [
        {"id", "nickname", "preferred_language", "joined_at", "last_seen_at"}
    ] * 2
    assert [one["nickname"] for one in guests["data"]] == ["Mei", "Lin"]
    url = f"{ROOMS}/{room.pk}/guests/{guests['data'][0]['id']}"
    assert as_owner.delete(url).status_code == 204
    assert as_owner.delete(url).status_code == 404
    assert mei.get(f"{ROOMS}/{room.pk}/messages").status_code == 401
    assert lin.get(f"{ROOMS}/{room.pk}/messages").status_code == 200
    assert len(as_owner.get(f"{ROOMS}/{room.pk}/guests").json()["data"]) == 1


def test_a_token_dies_on_the_moment_even_before_the_sweep(room: Room, join: Callable[..., APIClient]) -> None:
    guest = join(room)
    Guest.objects.update(expires_at=timezone.now() - timedelta(milliseconds=1))
    assert guest.get(f"{ROOMS}/{room.pk}/messages").status_code == 410
