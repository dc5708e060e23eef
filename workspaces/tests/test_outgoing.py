"""Outgoing webhooks: who subscribes, and what is sent and signed."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from accounts.models import User
from workspaces import actions, webhooks
from workspaces.models import (
    Channel,
    Member,
    StreamCursor,
    WebhookSubscription,
    Workspace,
)
from workspaces.tasks import deliver_webhooks
from workspaces.tests.receiver import Receiver, happen, log, subscribe

# ── Subscribing ──


def test_a_change_undoes_nothing_that_happens_meanwhile(
    as_owner: APIClient, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = subscribe(as_owner, base, "https://example.com/hook")
    url = f"{base}/{made['id']}"

    def check_while_others_write(given: str) -> None:
        monkeypatch.undo()
        as_owner.put(url, {"regenerate_secret": True, "is_active": False})

    before = WebhookSubscription.objects.get()
    monkeypatch.setattr("workspaces.actions.subscriptions.check_url", check_while_others_write)
    assert as_owner.put(url, {"url": "https://example.com/other"}).status_code == 200
    after = WebhookSubscription.objects.get()
    assert (after.url, after.is_active) == ("https://example.com/other", False)
    assert after.secret != before.secret


def test_the_secret_is_shown_once(as_owner: APIClient, base: str) -> None:
    made = subscribe(as_owner, base, "https://example.com/hook", "member.joined")
    assert made["secret"].startswith("whsec_")
    plain = {name: value for name, value in made.items() if name != "secret"}
    assert as_owner.get(base).json()["data"] == [plain]
    assert as_owner.get(f"{base}/{made['id']}").json()["data"] == plain
    assert "secret" not in as_owner.put(f"{base}/{made['id']}", {"event_types": ["*"]}).json()["data"]
    again = as_owner.put(f"{base}/{made['id']}", {"regenerate_secret": True}).json()["data"]
    assert again["secret"] not in (None, made["secret"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"event_types": ["*"]}, "url"),
        ({"url": "ftp://example.com", "event_types": ["*"]}, "url"),
        ({"url": "example.com/x", "event_types": ["*"]}, "url"),
        ({"url": "https://me:pw@example.com", "event_types": ["*"]}, "url"),
        ({"url": "https://example.com:99999/", "event_types": ["*"]}, "url"),
        ({"url": "https://exa mple.com/", "event_types": ["*"]}, "url"),
        ({"url": "http://localhost/x", "event_types": ["*"]}, "url"),
        ({"url": "http://127.0.0.1/x", "event_types": ["*"]}, "url"),
        ({"url": "http://[::1]/x", "event_types": ["*"]}, "url"),
        ({"url": "http://169.254.169.254/latest", "event_types": ["*"]}, "url"),
        ({"url": "http://metadata.google.internal/", "event_types": ["*"]}, "url"),
        ({"url": "http://2130706433/", "event_types": ["*"]}, "url"),
        ({"url": "http://0x7f.1/", "event_types": ["*"]}, "url"),
        ({"url": "http://0177.0.0.1/", "event_types": ["*"]}, "url"),
        ({"url": "http://[::ffff:10.0.0.1]/", "event_types": ["*"]}, "url"),
        ({"url": "https://example.com"}, "event_types"),
        ({"url": "https://example.com", "event_types": []}, "event_types"),
        ({"url": "https://example.com", "event_types": ["room.closed"]}, "event_types.0"),
    ],
)
def test_what_a_subscription_may_not_be(as_owner: APIClient, base: str, body: dict[str, Any], field: str) -> None:
    answer = as_owner.post(base, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_subscriptions_are_for_owners_and_admins(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, base: str, membership: Member, outsider: User
) -> None:
    one = f"{base}/{subscribe(as_owner, base, 'https://example.com')['id']}"
    deliveries = f"{one}/deliveries"
    replay = f"{deliveries}/01kr9cvq3mxr7vn3ebbe21abcd/replay"
    calls = (
        ("get", base), ("post", base), ("get", one), ("put", one), ("delete", one), ("get", deliveries),
        ("post", replay),
    )  # fmt: skip
    for client, status in ((as_member, 403), (as_outsider, 404)):
        for method, path in calls:
            assert getattr(client, method)(path).status_code == status, (method, path)
    elsewhere = actions.create_workspace(owner=outsider, name="Other").workspace
    for method, path in calls[2:]:
        path = path.replace(base, f"/api/v1/workspaces/{elsewhere.pk}/webhook-subscriptions")
        assert getattr(as_outsider, method)(path).status_code == 404, (method, path)
    assert as_owner.post(replay).status_code == 404
    assert as_owner.delete(one).status_code == 204
    assert as_owner.get(one).status_code == 404


def test_a_workspace_has_a_bounded_number_of_subscriptions(as_owner: APIClient, base: str) -> None:
    for _ in range(20):
        subscribe(as_owner, base, "https://example.com")
    assert as_owner.post(base, {"url": "https://example.com", "event_types": ["*"]}).status_code == 422


# ── Sending ──


def test_an_event_is_sent_signed_and_logged(
    as_owner: APIClient, base: str, receiver: Receiver, workspace: Workspace, outsider: User
) -> None:
    made = subscribe(as_owner, base, receiver.url, "member.joined")
    member = actions.add_member(workspace=workspace, user=outsider)
    assert deliver_webhooks() == 1
    [(path, headers, body)] = receiver.requests
    assert path == "/hook"
    assert headers["content-type"] == "application/json"
    sent = Webhook(made["secret"]).verify(body, headers)
    assert set(sent) == {"type", "timestamp", "workspace_id", "conversation_id", "seq", "data"}
    assert (sent["type"], sent["workspace_id"], sent["conversation_id"]) == ("member.joined", workspace.pk, None)
    assert sent["data"]["id"] == member.pk
    [row] = log(as_owner, base, made)
    assert (row["message_id"], row["status"], row["attempts"]) == (headers["webhook-id"], "succeeded", 1)
    assert (row["response_status"], row["response_body"], row["error"]) == (200, "ok", "")
    assert deliver_webhooks() == 0
    assert len(receiver.requests) == 1


def test_only_what_was_asked_for_is_sent_once_and_from_the_subscription_on(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel
) -> None:
    happen(channel, number=0)
    subscribe(as_owner, base, receiver.url, "reaction.added")
    for number in (1, 2):
        happen(channel, number=number)
        happen(channel, "message.updated")
    deliver_webhooks()
    happen(channel, number=3)
    deliver_webhooks()
    assert sorted(json.loads(body)["data"]["number"] for _, _, body in receiver.requests) == [1, 2, 3]
    assert {json.loads(body)["conversation_id"] for _, _, body in receiver.requests} == {channel.pk}


def test_what_only_some_may_read_is_never_sent(
    as_owner: APIClient, base: str, receiver: Receiver, workspace: Workspace, owner: User
) -> None:
    owning = Member.objects.select_related("workspace", "user").get(workspace=workspace, user=owner)
    subscribe(as_owner, base, receiver.url)
    for fields in ({"visibility": "private"}, {"password": "open sesame"}):
        channel = actions.create_channel(member=owning, name="Secret", **fields)  # type: ignore[arg-type]
        happen(channel, text="hidden")
    deliver_webhooks()
    assert [json.loads(body)["type"] for _, _, body in receiver.requests] == ["channel.created"]
    # Opened later, its past stays its own.
    private = Channel.objects.get(workspace=workspace, visibility="private")
    as_owner.put(f"/api/v1/workspaces/{workspace.pk}/channels/{private.pk}", {"visibility": "public"})
    happen(private, text="open")
    deliver_webhooks()
    assert "hidden" not in str(receiver.requests)
    assert "open" in str(receiver.requests)


def test_what_was_said_before_a_channel_opened_is_not_sent_after(
    as_owner: APIClient, base: str, receiver: Receiver, workspace: Workspace, owner: User
) -> None:
    owning = Member.objects.select_related("workspace", "user").get(workspace=workspace, user=owner)
    subscribe(as_owner, base, receiver.url)
    channel = actions.create_channel(member=owning, name="Secret", visibility="private")
    happen(channel, text="hidden")
    as_owner.put(f"/api/v1/workspaces/{workspace.pk}/channels/{channel.pk}", {"visibility": "public"})
    happen(channel, text="said to all")
    deliver_webhooks()
    assert "hidden" not in str(receiver.requests)
    assert "said to all" in str(receiver.requests)


def test_an_event_happens_at_the_same_cost_with_and_without_subscriptions(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel
) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            happen(channel)
        counts.append(len(seen))
        subscribe(as_owner, base, receiver.url)
    assert counts[0] == counts[1]


def test_nothing_is_written_while_nobody_subscribes(channel: Channel) -> None:
    happen(channel)
    with CaptureQueriesContext(connection) as seen:
        assert deliver_webhooks() == 0
    # Beside them, the run of the job is recorded now and then.
    assert len([query for query in seen.captured_queries if "rosetta_jobrun" not in query["sql"]]) == 2
    assert not StreamCursor.objects.exists()


def test_what_is_sent_is_rendered_when_it_is_sent(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(stream_id: str, data: dict[str, Any]) -> dict[str, Any] | None:
        return {"stream": stream_id, **data} if data["number"] == 1 else None

    monkeypatch.setitem(webhooks.RENDERERS, "reaction.added", render)
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    happen(channel, number=1)
    happen(channel, number=2)
    deliver_webhooks()
    [(_, _, body)] = receiver.requests
    assert json.loads(body)["data"] == {"stream": channel.pk, "number": 1}
    assert [row["status"] for row in log(as_owner, base, made)] == ["dropped", "succeeded"]


def test_the_backlog_of_one_does_not_keep_the_others_waiting(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel
) -> None:
    subscribe(as_owner, base, f"{receiver.url}/busy", "reaction.added")
    for number in range(120):
        happen(channel, number=number)
    subscribe(as_owner, base, f"{receiver.url}/other", "reaction.removed")
    happen(channel, "reaction.removed")
    # A run is bounded in time, so that a slow machine needs several.
    runs = [deliver_webhooks() for _ in range(20) if len(receiver.requests) < 121]
    assert sum(runs) == 121
    paths = [path for path, _, _ in receiver.requests]
    assert paths.count("/hook/busy") == 120
    assert "/hook/other" in paths[:16]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads cannot share an in-memory SQLite")
def test_workers_side_by_side_send_each_event_once(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel
) -> None:
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    for number in range(20):
        happen(channel, number=number)

    def work(_: int) -> int:
        try:
            return deliver_webhooks()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    deliver_webhooks()
    assert sorted(json.loads(body)["data"]["number"] for _, _, body in receiver.requests) == list(range(20))
    assert {row["status"] for row in log(as_owner, base, made, per_page=100)} == {"succeeded"}


def test_a_deleted_workspace_sends_nothing_more(
    as_owner: APIClient, base: str, receiver: Receiver, workspace: Workspace, channel: Channel
) -> None:
    subscribe(as_owner, base, receiver.url)
    happen(channel)
    as_owner.delete(f"/api/v1/workspaces/{workspace.pk}")
    assert deliver_webhooks() == 0
    assert receiver.requests == []


def test_the_documentation_lists_every_event_type() -> None:
    page = (settings.BASE_DIR / "docs" / "webhooks.md").read_text(encoding="utf-8")
    listed = page.partition("### Event types")[2]
    assert re.findall(r"`([a-z.]+)`", listed) == list(webhooks.EVENT_TYPES)


def test_a_test_delivery_is_signed_and_logged_like_any_other(
    as_owner: APIClient, base: str, receiver: Receiver
) -> None:
    made = subscribe(as_owner, base, receiver.url, "channel.created")
    for _ in range(2):
        assert as_owner.post(f"{base}/{made['id']}/test").json()["data"]["event_type"] == "webhook.test"
    deliver_webhooks()
    for _path, headers, body in receiver.requests:
        Webhook(made["secret"]).verify(body, headers)
    sent = [json.loads(body) for _path, _headers, body in receiver.requests]
    assert [(body["type"], body["seq"], body["data"]) for body in sent] == [("webhook.test", 0, {})] * 2
    assert {row["status"] for row in log(as_owner, base, made)} == {"succeeded"}
    as_owner.put(f"{base}/{made['id']}", {"is_active": False})
    assert as_owner.post(f"{base}/{made['id']}/test").status_code == 409
