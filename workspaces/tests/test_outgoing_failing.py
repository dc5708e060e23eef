"""Outgoing webhooks whose side fails, hangs or is gone.

Which deliveries are retried, when a subscription is paused, and whom it notifies.
"""

import json
from datetime import timedelta
from threading import Event

from django.core import mail
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient
from time_machine import TimeMachineFixture

from accounts.models import User
from workspaces.models import (
    Channel,
    WebhookDelivery,
    WebhookSubscription,
)
from workspaces.tasks import deliver_webhooks, expire_deliveries
from workspaces.tests.receiver import Receiver, happen, log, subscribe


def test_a_failure_is_tried_again_later_under_the_same_id(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, time_machine: TimeMachineFixture
) -> None:
    receiver.answers = [(500, {}, "x" * 5000), (503, {}, ""), (204, {}, "")]
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    happen(channel)
    now = timezone.now()
    deliver_webhooks()
    [row] = log(as_owner, base, made, status="pending")
    assert (row["attempts"], row["response_status"], len(row["response_body"])) == (1, 500, 1024)
    assert as_owner.get(f"{base}/{made['id']}").json()["data"]["failing_since"] is not None
    assert deliver_webhooks() == 0
    for after in (10, 120):
        time_machine.move_to(now + timedelta(seconds=after))
        assert deliver_webhooks() == 1
    assert len({headers["webhook-id"] for _, headers, _ in receiver.requests}) == 1
    [row] = log(as_owner, base, made)
    assert (row["status"], row["attempts"], row["next_attempt_at"]) == ("succeeded", 3, None)
    assert as_owner.get(f"{base}/{made['id']}").json()["data"]["failing_since"] is None


def test_it_is_tried_for_a_day_and_can_be_sent_again_after(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, time_machine: TimeMachineFixture
) -> None:
    receiver.answers = [(500, {}, "")]
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    happen(channel)
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    for minutes in range(0, 25 * 60, 5):
        time_machine.move_to(now + timedelta(minutes=minutes), tick=False)
        deliver_webhooks()
    [row] = log(as_owner, base, made)
    assert row["status"] == "failed"
    assert 8 <= row["attempts"] <= 14
    last = WebhookDelivery.objects.get().last_attempt_at
    assert last is not None
    assert timedelta(hours=18) < last - now <= timedelta(hours=24)
    receiver.answers = [(200, {}, "")]
    again = as_owner.post(f"{base}/{made['id']}/deliveries/{row['id']}/replay")
    assert (again.status_code, again.json()["data"]["status"]) == (200, "pending")
    time_machine.move_to(now + timedelta(hours=26), tick=False)
    assert deliver_webhooks() == 1
    assert log(as_owner, base, made)[0]["status"] == "succeeded"
    assert len({headers["webhook-id"] for _, headers, _ in receiver.requests}) == 1


def test_after_days_of_failure_it_is_switched_off_and_owners_are_told(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, time_machine: TimeMachineFixture, owner: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    receiver.answers = [(500, {}, "")]
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    now = timezone.now()
    for hours in (0, 30, 60, 73):
        time_machine.move_to(now + timedelta(hours=hours), tick=False)
        happen(channel)
        with django_capture_on_commit_callbacks(execute=True):
            deliver_webhooks()
    off = as_owner.get(f"{base}/{made['id']}").json()["data"]
    assert (off["is_active"], off["disabled_reason"]) == (False, "failing")
    [letter] = mail.outbox
    assert letter.to == [owner.email]
    assert receiver.url in letter.body
    happen(channel, number=1)
    assert deliver_webhooks() == 0
    assert not WebhookDelivery.objects.filter(status="pending").exists()
    # Switched on, it hears what happens from then on.
    time_machine.move_to(now + timedelta(hours=73, minutes=30), tick=False)
    receiver.answers = [(200, {}, "")]
    on = as_owner.put(f"{base}/{made['id']}", {"is_active": True}).json()["data"]
    assert (on["is_active"], on["disabled_reason"], on["failing_since"]) == (True, None, None)
    time_machine.move_to(now + timedelta(hours=74), tick=False)
    happen(channel, number=2)
    seen = len(receiver.requests)
    deliver_webhooks()
    assert [json.loads(body)["data"] for _, _, body in receiver.requests[seen:]] == [{"number": 2}]


def test_a_410_switches_it_off_at_once(as_owner: APIClient, base: str, receiver: Receiver, channel: Channel) -> None:
    receiver.answers = [(410, {}, "")]
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    happen(channel)
    deliver_webhooks()
    assert as_owner.get(f"{base}/{made['id']}").json()["data"]["disabled_reason"] == "gone"
    replay = f"{base}/{made['id']}/deliveries/{log(as_owner, base, made)[0]['id']}/replay"
    refused = as_owner.post(replay)
    assert (refused.status_code, refused.json()["errors"]["code"]) == (409, ["subscription_inactive"])
    as_owner.put(f"{base}/{made['id']}", {"is_active": True})
    receiver.answers = [(200, {}, "")]
    assert as_owner.post(replay).status_code == 200


def test_a_worker_that_died_with_a_delivery_is_waited_for_and_replaced(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, time_machine: TimeMachineFixture
) -> None:
    from workspaces.webhooks import collecting, sending

    subscribe(as_owner, base, receiver.url, "reaction.added")
    happen(channel)
    collecting.collect()
    assert len(sending._claim()) == 1
    assert deliver_webhooks() == 0
    time_machine.move_to(timezone.now() + timedelta(seconds=61))
    assert deliver_webhooks() == 1


def test_a_side_that_nobody_answers_on_is_logged(
    as_owner: APIClient, base: str, channel: Channel, settings: Settings
) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    made = subscribe(as_owner, base, "http://127.0.0.1:9/none", "reaction.added")
    happen(channel)
    deliver_webhooks()
    [row] = log(as_owner, base, made)
    assert (row["response_status"], row["status"]) == (None, "pending")
    assert "ConnectError" in row["error"]


def test_a_side_that_answers_too_slowly_is_not_waited_for(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, settings: Settings
) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.2
    enough = Event()
    receiver.before_answer = lambda: enough.wait(timeout=10)
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    happen(channel)
    deliver_webhooks()
    enough.set()
    assert log(as_owner, base, made)[0]["error"] == "No answer within 0.2 seconds."


def test_the_log_is_forgotten_after_a_while(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, time_machine: TimeMachineFixture
) -> None:
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    happen(channel)
    deliver_webhooks()
    assert expire_deliveries() == 0
    time_machine.move_to(timezone.now() + timedelta(days=15))
    assert expire_deliveries() == 1
    assert not WebhookSubscription.objects.get(pk=made["id"]).deliveries.exists()


def test_an_unknown_status_is_refused(as_owner: APIClient, base: str) -> None:
    made = subscribe(as_owner, base, "https://example.com")
    assert as_owner.get(f"{base}/{made['id']}/deliveries", {"status": "odd"}).status_code == 422
