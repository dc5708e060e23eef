"""Automation and webhooks post; files come with messages."""

from collections.abc import Callable, Iterator
from itertools import count, cycle

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.live_server_helper import LiveServer
from rest_framework.test import APIClient

from accounts.models import User
from conftest import answers_until_limited
from messaging.tests.client import hook, make_webhook, path_of, post
from workspaces.models import Channel

pytestmark = pytest.mark.django_db


def test_automation_posts_in_its_users_name(owner: User, channel: Channel, client_of: Callable[..., APIClient]) -> None:
    robot = client_of(owner, ["automation:messages"])
    path = f"/api/v1/automation/workspaces/{channel.workspace_id}/channels/{channel.pk}/messages"
    answer = robot.post(path, {"content": "The nightly build is ready for you."})
    assert answer.status_code == 201
    assert answer.json()["data"]["sender"] == {
        "kind": "automation",
        "id": owner.pk,
        "name": "Olivia",
        "avatar_url": None,
    }
    refused = robot.post(path_of(channel), {"content": "not this way"})
    assert (refused.status_code, refused.json()) == (403, {"message": "Invalid ability provided."})


def test_a_webhook_posts_to_its_default_channel_as_slack_senders_do(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    webhook = make_webhook(as_owner, channel, default_channel_id=channel.pk)
    answer = hook(webhook, {"text": "Thank you"})
    assert answer.status_code == 201
    data = answer.json()["data"]
    sender = {"kind": "webhook", "id": webhook["id"], "name": "Deploys", "avatar_url": None}
    assert (data["original_content"], data["sender"]) == ("Thank you", sender)
    assert as_member.get(path_of(channel)).json()["data"][0]["display_content"] == "ขอบคุณ"


def test_a_wrong_secret_an_unknown_webhook_and_an_inactive_one_are_refused(
    as_owner: APIClient, channel: Channel
) -> None:
    webhook = make_webhook(as_owner, channel, default_channel_id=channel.pk)
    wrong, unknown = hook(webhook, {"content": "x"}, "whs_no"), hook({**webhook, "id": "0" * 26}, {"content": "x"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    as_owner.put(f"/api/v1/workspaces/{channel.workspace_id}/webhooks/{webhook['id']}", {"is_active": False})
    assert hook(webhook, {"content": "x"}).status_code == 403


def test_who_guesses_a_secret_does_not_use_up_what_the_webhook_may_post(as_owner: APIClient, channel: Channel) -> None:
    webhook = make_webhook(as_owner, channel, default_channel_id=channel.pk)
    guesses = answers_until_limited(lambda: hook(webhook, {"content": "x"}, "whs_wrong").status_code, 120)
    assert set(guesses) == {401}
    assert hook(webhook, {"content": "x"}).status_code == 201


def wrong_secrets() -> Iterator[str]:
    return (f"whs_{number}" for number in count())


def test_wrong_secrets_are_limited_by_address_over_all_webhooks(as_owner: APIClient, channel: Channel) -> None:
    webhooks = [make_webhook(as_owner, channel, default_channel_id=channel.pk) for _ in range(2)]
    unknown = [{**webhooks[0], "id": f"{number:026}"} for number in range(3)]
    targets, secrets = cycle([*webhooks, *unknown]), wrong_secrets()
    guesses = answers_until_limited(lambda: hook(next(targets), {"content": "x"}, next(secrets)).status_code, 120)
    assert set(guesses) == {401}
    for secret in ("", "whs_another", webhooks[1]["secret"]):
        answer = hook(webhooks[0], {"content": "x"}, secret or " ")
        assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
    header = {"X-Rosetta-Webhook-Secret": "whs_in_the_other_header"}
    path = f"/api/v1/webhooks/{webhooks[0]['id']}/messages"
    assert APIClient().post(path, {"content": "x"}, headers=header).status_code == 429
    # The right secret is taken from that address all the same, and other addresses guess for themselves.
    assert hook(webhooks[0], {"content": "x"}).status_code == 201
    assert APIClient(REMOTE_ADDR="198.51.100.7").post(path, {"content": "x"}, headers=header).status_code == 401


def test_wrong_secrets_of_one_ipv6_network_count_together(as_owner: APIClient, channel: Channel) -> None:
    webhook = make_webhook(as_owner, channel, default_channel_id=channel.pk)
    path = f"/api/v1/webhooks/{webhook['id']}/messages"
    numbers, secrets = count(1), wrong_secrets()

    def guess() -> int:
        client = APIClient(REMOTE_ADDR=f"2001:db8:1:2::{next(numbers):x}")
        return client.post(path, {"content": "x"}, headers={"Authorization": f"Bearer {next(secrets)}"}).status_code

    assert set(answers_until_limited(guess, 120)) == {401}
    other = APIClient(REMOTE_ADDR="2001:db8:1:3::1")
    assert other.post(path, {"content": "x"}, headers={"Authorization": "Bearer whs_x"}).status_code == 401


def test_a_webhook_without_a_channel_of_its_own_is_told_so(as_owner: APIClient, channel: Channel) -> None:
    webhook = make_webhook(as_owner, channel)
    for body in ({"content": "x"}, {"content": "x", "channel_id": "0" * 26}, {"content": "x", "channel_id": "nope"}):
        answer = hook(webhook, body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["channel_id"])
    assert hook(webhook, {"content": "x", "channel_id": channel.pk}).status_code == 201


def test_a_slack_client_posts_through_a_webhook(as_owner: APIClient, channel: Channel, live_server: LiveServer) -> None:
    from slack_sdk.webhook import WebhookClient

    webhook = make_webhook(as_owner, channel, default_channel_id=channel.pk)
    url = f"{live_server.url}/api/v1/webhooks/{webhook['id']}/messages"
    sent = WebhookClient(url, default_headers={"Authorization": f"Bearer {webhook['secret']}"}).send(
        text="Deployed :tada:"
    )
    assert sent.status_code == 201
    assert as_owner.get(path_of(channel)).json()["data"][0]["original_content"] == "Deployed :tada:"


def test_an_attachment_is_claimed_once_and_read_by_readers_alone(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, channel: Channel
) -> None:
    upload = {"file": SimpleUploadedFile("note.txt", b"hello file")}
    file_id = as_owner.post("/api/v1/files", upload, format="multipart").json()["data"]["id"]
    stolen = post(as_member, channel, "mine now", attachment_ids=[file_id])
    assert (stolen.status_code, list(stolen.json()["errors"])) == (422, ["attachment_ids.0"])
    (attachment,) = post(as_owner, channel, "", attachment_ids=[file_id]).json()["data"]["attachments"]
    assert attachment["id"] != file_id
    path = attachment["download_url"].split("8000", 1)[1]
    assert b"".join(as_member.get(path).streaming_content) == b"hello file"
    assert as_outsider.get(path).status_code == 404
    assert APIClient().get(path).status_code == 401
    assert as_member.get(path.replace("message-attachments", "direct-message-attachments")).status_code == 404
    assert post(as_owner, channel, "again", attachment_ids=[file_id]).status_code == 422
