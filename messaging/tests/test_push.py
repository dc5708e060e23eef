"""Who is told of a message on their devices, when, and in which words."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import presence
from accounts.models import User
from devices.models import Announcement, Delivery, Device, PushPreference
from devices.tests import servers
from devices.tests.browser import Browser
from messaging.models import MessageTranslation
from messaging.push import recipients
from messaging.tasks import push_owed
from messaging.tests.pushing import Told, messages, phone, post, to
from rooms.actions import create_room
from rosetta.ids import new_ulid
from workspaces.models import Channel, Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("expo", "phones")]


def test_a_direct_message_rings_the_others_phones(
    as_owner: APIClient, owner: User, member_user: User, membership: Member, told: Told
) -> None:
    phone(member_user, "tablet")
    opened = as_owner.post("/api/v1/direct-conversations", {"participant_user_id": member_user.pk}, format="json")
    direct = opened.json()["data"]["id"]
    url = f"/api/v1/direct-conversations/{direct}/messages"
    message = as_owner.post(url, {"content": "Hello", "translations": {"th": "สวัสดี"}}, format="json").json()["data"]
    got = told()
    assert to(got) == ["Mali's phone", "Mali's tablet"]
    assert (got[0]["title"], got[0]["body"], got[0]["badge"]) == ("Olivia", "สวัสดี", 1)
    assert got[0]["data"] == {
        "conversation_id": direct,
        "message_id": message["id"],
        "workspace_id": None,
        "channel_id": None,
    }
    assert got[0]["collapseId"] == direct
    assert told() == []
    assert not Announcement.objects.exists()
    assert not Delivery.objects.exists()


def test_in_a_channel_a_mention_rings_and_the_rest_does_not(
    as_owner: APIClient, channel: Channel, member_user: User, told: Told
) -> None:
    post(as_owner, channel, "Hello all")
    assert told() == []
    message = post(as_owner, channel, f"@[Mali](user:{member_user.pk}) look", skip_translation=True)
    got = told()
    assert to(got) == ["Mali's phone"]
    assert (got[0]["title"], got[0]["body"]) == ("Olivia (#general)", "@Mali look")
    assert got[0]["badge"] == 2
    assert got[0]["data"] == {
        "conversation_id": channel.pk,
        "message_id": message.pk,
        "workspace_id": channel.workspace_id,
        "channel_id": channel.pk,
    }


@pytest.mark.parametrize(
    ("kind", "body"),
    [("markdown", "@Mali read\nthe manual | now\nfirst\nx = 1"), ("text", None)],
)
def test_a_push_shows_markdown_without_its_marks_and_text_as_it_is(
    as_owner: APIClient, channel: Channel, member_user: User, told: Told, kind: str, body: str | None
) -> None:
    rest = "**read**\n\n| [the manual](https://a.example) | ~~now~~ |\n|---|---|\n\n- [x] first\n\n```\nx = 1\n```"
    post(as_owner, channel, f"@[Mali](user:{member_user.pk}) {rest}", type=kind, skip_translation=True)
    assert [one["body"] for one in told()] == [body or f"@Mali {rest}"]


def test_a_badge_does_not_count_what_was_deleted(
    as_owner: APIClient, channel: Channel, member_user: User, told: Told
) -> None:
    for text in ("one", "two", "three"):
        gone = post(as_owner, channel, text)
        as_owner.delete(f"{messages(channel)}/{gone.pk}")
    post(as_owner, channel, "four")
    post(as_owner, channel, f"@[Mali](user:{member_user.pk}) look", skip_translation=True)
    assert [one["badge"] for one in told()] == [2]


def test_everybody_hears_of_at_channel_but_the_sender_and_the_outsider(
    as_owner: APIClient, channel: Channel, outsider: User, told: Told
) -> None:
    phone(outsider)
    post(as_owner, channel, "@channel lunch")
    assert to(told()) == ["Mali's phone"]


def test_a_private_channel_rings_its_members_alone(as_owner: APIClient, channel: Channel, told: Told) -> None:
    made = as_owner.post(
        f"/api/v1/workspaces/{channel.workspace_id}/channels", {"name": "Board", "visibility": "private"}, format="json"
    ).json()["data"]
    post(as_owner, Channel.objects.get(pk=made["id"]), "@channel secret")
    assert told() == []


@pytest.mark.parametrize(
    ("level", "plain", "named"), [("all", True, True), ("mentions", False, True), ("none", False, False)]
)
def test_one_says_per_channel_what_one_hears(
    as_owner: APIClient,
    as_member: APIClient,
    channel: Channel,
    member_user: User,
    told: Told,
    level: str,
    plain: bool,
    named: bool,
) -> None:
    url = messages(channel, "notifications")
    assert as_member.get(url).json() == {"data": {"level": "mentions", "muted_until": None}}
    answer = as_member.put(url, {"level": level}, format="json")
    assert (answer.status_code, answer.json()["data"]["level"]) == (200, level)
    assert as_member.get(url).json() == answer.json()
    post(as_owner, channel, "Hello all")
    assert bool(told()) == plain
    post(as_owner, channel, f"@[Mali](user:{member_user.pk}) look")
    assert bool(told()) == named


def test_a_muted_conversation_is_silent_until_then(
    as_owner: APIClient, as_member: APIClient, channel: Channel, told: Told
) -> None:
    url = messages(channel, "notifications")
    for muted_until, rings in ((timezone.now() + timedelta(hours=1), False), (timezone.now(), True)):
        body = {"level": "all", "muted_until": muted_until.isoformat()}
        assert as_member.put(url, body, format="json").status_code == 200
        post(as_owner, channel, "@channel Hello")
        assert bool(told()) == rings


@pytest.mark.parametrize("body", [{}, {"level": "loud"}, {"level": "all", "muted_until": "soon"}])
def test_a_bad_preference_is_a_422(as_member: APIClient, channel: Channel, body: dict[str, str]) -> None:
    assert as_member.put(messages(channel, "notifications"), body, format="json").status_code == 422


def test_an_outsider_says_nothing_of_a_conversation(as_outsider: APIClient, channel: Channel) -> None:
    url = messages(channel, "notifications")
    assert as_outsider.get(url).status_code == 404
    assert as_outsider.put(url, {"level": "all"}, format="json").status_code == 404


def test_quiet_hours_are_in_the_persons_own_day_and_go_over_midnight() -> None:
    row = PushPreference(quiet_from=time(22), quiet_until=time(7), time_zone="Asia/Bangkok")
    for hour, quiet in ((14, False), (15, True), (20, True), (23, True), (0, False), (6, False)):  # in UTC; Bangkok +7
        assert recipients.is_quiet(row, datetime(2026, 6, 12, hour, 30, tzinfo=UTC)) == quiet, hour
    row = PushPreference(quiet_from=time(12), quiet_until=time(13), time_zone="UTC")
    for moment, quiet in ((time(11, 59), False), (time(12), True), (time(13), False)):
        assert recipients.is_quiet(row, datetime.combine(datetime(2026, 6, 12), moment, UTC)) == quiet


@pytest.mark.parametrize("body", [{"enabled": False}, {"quiet_hours": {"from": "00:00", "until": "23:59"}}])
def test_who_wants_quiet_is_left_alone(
    as_owner: APIClient, as_member: APIClient, channel: Channel, told: Told, body: dict[str, Any]
) -> None:
    if timezone.now().time() >= time(23, 58):
        pytest.skip("the one minute of the day that is not quiet")
    as_member.put("/api/v1/me/notifications", body, format="json")
    post(as_owner, channel, "@channel Hello")
    assert told() == []


def test_who_is_connected_or_has_read_it_is_left_alone(
    as_owner: APIClient, as_member: APIClient, channel: Channel, member_user: User, told: Told
) -> None:
    gateway = new_ulid()
    presence.note(process_id=gateway, came=[member_user.pk], left=[])
    post(as_owner, channel, "@channel one")
    assert told() == []
    presence.note(process_id=gateway, came=[], left=[member_user.pk])
    second = post(as_owner, channel, "@channel two")
    as_member.post(messages(channel, "read"), {"message_id": second.pk}, format="json")
    assert told() == []
    post(as_owner, channel, "@channel three")
    assert to(told()) == ["Mali's phone"]


def test_a_deleted_message_rings_nobody(as_owner: APIClient, channel: Channel, told: Told) -> None:
    message = post(as_owner, channel, "@channel oops")
    as_owner.delete(f"{messages(channel)}/{message.pk}")
    assert told() == []
    assert not Announcement.objects.exists()


def test_a_push_waits_a_few_seconds_for_its_words(
    as_owner: APIClient, channel: Channel, told: Told, settings: Settings
) -> None:
    settings.PUSH_WORDS_SECONDS = 7.0
    message = post(as_owner, channel, "@channel Good morning everybody, lunch is ready")
    assert told() == []  # translators are at work
    Delivery.objects.update(due_at=timezone.now())
    MessageTranslation.objects.filter(message=message).update(state="ready", text="อรุณสวัสดิ์")
    assert [one["body"] for one in told()] == ["อรุณสวัสดิ์"]


@pytest.mark.parametrize("how", ["read", "connected"])
def test_who_has_seen_it_while_the_push_waited_is_left_alone(
    as_owner: APIClient,
    as_member: APIClient,
    channel: Channel,
    member_user: User,
    told: Told,
    settings: Settings,
    how: str,
) -> None:
    settings.PUSH_WORDS_SECONDS = 7.0
    message = post(as_owner, channel, "@channel Good morning everybody, lunch is ready")
    assert told() == []
    assert Delivery.objects.count() == 1
    if how == "read":
        as_member.post(messages(channel, "read"), {"message_id": message.pk}, format="json")
    else:
        presence.note(process_id=new_ulid(), came=[member_user.pk], left=[])
    Delivery.objects.update(due_at=timezone.now())
    assert told() == []
    assert not Delivery.objects.exists()


def test_a_push_comes_in_the_original_when_the_words_take_too_long(
    as_owner: APIClient, channel: Channel, told: Told, settings: Settings
) -> None:
    settings.PUSH_WORDS_SECONDS = 7.0
    post(as_owner, channel, "@channel Good morning everybody, lunch is ready")
    assert told() == []
    settings.PUSH_WORDS_SECONDS = 0.0
    Delivery.objects.update(due_at=timezone.now())
    assert [one["body"] for one in told()] == ["@channel Good morning everybody, lunch is ready"]


def test_each_reads_the_push_in_the_language_of_the_workspace(
    as_owner: APIClient, channel: Channel, membership: Member, told: Told
) -> None:
    Member.objects.filter(pk=membership.pk).update(language="ja", preferred_language="ja")
    words = {"ja": "お昼です", "th": "เที่ยงแล้ว"}
    post(as_owner, channel, "@channel lunch", translations=words)
    assert [one["body"] for one in told()] == ["お昼です"]


def test_a_file_alone_is_told_of(as_owner: APIClient, channel: Channel, as_member: APIClient, told: Told) -> None:
    from files.tests.samples import upload

    as_member.put(messages(channel, "notifications"), {"level": "all"}, format="json")
    file = as_owner.post("/api/v1/files", {"file": upload()}, format="multipart").json()["data"]["id"]
    answer = as_owner.post(messages(channel), {"attachment_ids": [file]}, format="json")
    assert answer.status_code == 201
    assert told()[0]["body"]


def test_the_owner_of_a_temporary_room_hears_its_guests(owner: User, told: Told) -> None:
    from rooms.tests.client import ROOMS, joined

    room = create_room(owner=owner, name="Support")[0]
    guest = APIClient()
    guest.credentials(HTTP_X_ROSETTA_GUEST_TOKEN=joined(room)["session"]["token"])
    body = {"content": "订单在哪里？", "translations": {"en": "Where is my order?"}}
    assert guest.post(f"{ROOMS}/{room.pk}/messages", body, format="json").status_code == 201
    got = told()
    assert to(got) == ["Olivia's phone"]
    assert (got[0]["title"], got[0]["body"]) == ("Mei (#general)", "Where is my order?")


def test_a_browser_gets_the_readers_language_and_words_for_its_buttons(
    as_owner: APIClient, as_member: APIClient, channel: Channel, member_user: User, settings: Settings
) -> None:
    settings.WEB_PUSH_ALLOW_PRIVATE = True
    with servers.http(lambda asked: (201, None, {})) as service:
        browser = Browser(f"{service.url}/p/1")
        body = {"platform": "web", "provider": "webpush", "push_token": browser.endpoint, "keys": browser.keys}
        assert as_member.post("/api/v1/devices", body, format="json").status_code == 201
        parent = post(as_owner, channel, "Lunch?", skip_translation=True)
        content = f"@[Mali](user:{member_user.pk}) Hello"
        translations = {"th": f"@[Mali](user:{member_user.pk}) สวัสดี"}
        message = post(as_owner, channel, content, translations=translations, parent_message_id=parent.pk)
        push_owed()
        told = browser.read(service.asked[0])
        assert (told["title"], told["body"], told["lang"]) == ("Olivia (#general)", "@Mali สวัสดี", "th")
        assert told["labels"] == {"open": "เปิด", "read": "ทำเครื่องหมายว่าอ่านแล้ว", "reply": "ตอบกลับ"}
        assert (told["data"]["message_id"], told["data"]["parent_message_id"]) == (message.pk, parent.pk)
        service.handle = lambda asked: (410, None, {})
        post(as_owner, channel, content, skip_translation=True)
        push_owed()
    assert not Device.objects.filter(provider="webpush").exists()
