"""Pushes on their way: one dead token, provider or worker costs nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from devices import actions as devices
from devices.models import Announcement, Delivery, Device, Receipt
from devices.tasks import read_receipts
from devices.tests import servers
from devices.tests.servers import Provider, ok
from messaging.push import badges, recipients, requests
from messaging.tasks import push_owed
from messaging.tests.pushing import Told, phone, post, to
from workspaces.models import Channel
from workspaces.tests.factories import MemberFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("expo", "phones")]


def test_a_dead_token_goes_and_takes_no_other_with_it(
    as_owner: APIClient, channel: Channel, member_user: User, expo: Provider, told: Told
) -> None:
    phone(member_user, "old phone")

    def handle(asked: servers.Asked) -> servers.Answer:
        dead = {"status": "error", "details": {"error": "DeviceNotRegistered"}}
        return ok({"data": [dead if "old" in one["to"] else {"status": "ok"} for one in asked.json]})

    expo.handle = handle
    post(as_owner, channel, "@channel one")
    assert to(told()) == ["Mali's old phone", "Mali's phone"]
    post(as_owner, channel, "@channel two")
    assert to(told()) == ["Mali's phone"]
    assert not Device.objects.filter(device_name="old phone").exists()


def test_a_token_of_which_the_provider_hears_later_goes_too(
    as_owner: APIClient, channel: Channel, expo: Provider
) -> None:
    dead = {"status": "error", "details": {"error": "DeviceNotRegistered"}}
    expo.handle = lambda asked: ok(
        {"data": [{"status": "ok", "id": "t1"}] if asked.path.endswith("/send") else {"t1": dead}}
    )

    def push_and_ask(registered_since: bool) -> int:
        post(as_owner, channel, "@channel Hello")
        push_owed()
        assert read_receipts() == 0  # not before a quarter of an hour
        Receipt.objects.update(due_at=timezone.now())
        if registered_since:
            Device.objects.update(last_used_at=timezone.now())
        assert read_receipts() == 1
        assert not Receipt.objects.exists()
        return Device.objects.count()

    assert push_and_ask(registered_since=True) == 2
    assert push_and_ask(registered_since=False) == 1


def test_a_receipt_that_never_comes_is_forgotten_after_a_day(
    as_owner: APIClient, channel: Channel, expo: Provider, told: Told
) -> None:
    post(as_owner, channel, "@channel Hello")
    told()
    expo.handle = lambda asked: ok({"data": {}})
    for age, left in ((timedelta(hours=23), 1), (timedelta(hours=25), 0)):
        Receipt.objects.update(due_at=timezone.now(), created_at=timezone.now() - age)
        assert read_receipts() == 1
        assert Receipt.objects.count() == left


def test_a_provider_that_fails_is_tried_again_with_patience_and_given_up_at_last(
    as_owner: APIClient, channel: Channel, expo: Provider, told: Told
) -> None:
    expo.handle = lambda asked: (503, None, {"Retry-After": "60"} if len(asked.json) > 5 else {})
    post(as_owner, channel, "@channel one", skip_translation=True)
    waits = []
    for _ in range(4):
        assert len(told()) == 1
        assert told() == []  # not before its time
        waits.append(round((Delivery.objects.get().due_at - timezone.now()).total_seconds()))
        Delivery.objects.update(due_at=timezone.now())
    assert waits == [5, 30, 120, 600]
    assert len(told()) == 1
    assert not Delivery.objects.exists()
    assert Device.objects.count() == 2


def test_the_provider_says_how_long_to_wait(as_owner: APIClient, channel: Channel, expo: Provider, told: Told) -> None:
    expo.handle = lambda asked: (429, None, {"Retry-After": "90"})
    post(as_owner, channel, "@channel one", skip_translation=True)
    told()
    assert Delivery.objects.get().due_at > timezone.now() + timedelta(seconds=80)


def test_a_worker_that_dies_while_sending_delays_a_push_and_loses_none(
    as_owner: APIClient, channel: Channel, expo: Provider, told: Told
) -> None:
    from devices import outbox

    post(as_owner, channel, "@channel one", skip_translation=True)
    assert requests.look_up(batch=10) == 1
    assert len(outbox._lease(10)) == 1  # and here it died
    assert told() == []
    Delivery.objects.update(due_at=timezone.now())
    assert len(told()) == 1


def test_a_provider_whose_key_is_lost_costs_no_other(
    as_owner: APIClient, channel: Channel, settings: Settings, member_user: User, told: Told
) -> None:
    settings.FCM_CREDENTIALS_FILE = "/nowhere/account.json"
    devices.register_device(user=member_user, push_token="fcm", platform="android", provider="fcm")
    post(as_owner, channel, "@channel one", skip_translation=True)
    assert to(told()) == ["Mali's phone"]
    assert Delivery.objects.get().device.push_token == "fcm"  # and is tried again


def test_while_no_transport_is_on_nothing_is_owed(as_owner: APIClient, channel: Channel, settings: Settings) -> None:
    settings.EXPO_URL, settings.WEB_PUSH = "", False
    post(as_owner, channel, "@channel one")
    assert not Announcement.objects.exists()
    assert push_owed() == 0


def test_a_transport_that_was_turned_off_meanwhile_owes_nothing(
    as_owner: APIClient, channel: Channel, settings: Settings, member_user: User, told: Told
) -> None:
    devices.register_device(user=member_user, push_token="fcm", platform="android", provider="fcm")
    post(as_owner, channel, "@channel one", skip_translation=True)
    assert to(told()) == ["Mali's phone"]  # nothing owed to the way that is off


def test_the_badge_counts_what_can_be_read_and_was_not(
    as_owner: APIClient, as_member: APIClient, channel: Channel, member_user: User, owner: User
) -> None:
    post(as_owner, channel, "one")
    made = as_owner.post(
        f"/api/v1/workspaces/{channel.workspace_id}/channels", {"name": "Board", "visibility": "private"}, format="json"
    ).json()["data"]
    post(as_owner, Channel.objects.get(pk=made["id"]), "secret")
    direct = as_owner.post(
        "/api/v1/direct-conversations", {"participant_user_id": member_user.pk}, format="json"
    ).json()["data"]["id"]
    as_owner.post(f"/api/v1/direct-conversations/{direct}/messages", {"content": "two"}, format="json")
    assert badges.unread_of([member_user.pk, owner.pk]) == {member_user.pk: 2}


def test_sending_pushes_costs_the_same_for_many(as_owner: APIClient, channel: Channel, expo: Provider) -> None:
    expo.handle = lambda asked: ok({"data": [{"status": "ok"} for _ in asked.json]})
    counts, rung = [], []
    for people in (2, 20):
        for member in MemberFactory.create_batch(people, workspace=channel.workspace):
            phone(member.user)
        post(as_owner, channel, "@channel Hello", skip_translation=True)
        requests.look_up(batch=10)
        with CaptureQueriesContext(connection) as seen:
            requests.deliver(batch=100)
        counts.append(len(seen))
        rung.append(sum(len(asked.json) for asked in expo.asked))
        expo.asked.clear()
    assert rung == [3, 23]
    assert counts[0] == counts[1], seen.captured_queries


def test_looking_readers_up_costs_the_same_for_many(as_owner: APIClient, channel: Channel) -> None:
    counts = []
    for people in (1, 10):
        for member in MemberFactory.create_batch(people, workspace=channel.workspace):
            phone(member.user)
        message = post(as_owner, channel, "@channel lunch")
        with CaptureQueriesContext(connection) as seen:
            recipients.recipients(message)
        counts.append(len(seen))
    assert counts[0] == counts[1]
