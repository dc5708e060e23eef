"""Outgoing webhooks: who subscribes, what is sent, signed and retried, and where nothing is ever sent."""

import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from accounts.models import User
from workspaces import actions, events, outgoing
from workspaces.models import (
    Channel,
    Conversation,
    Member,
    StreamCursor,
    WebhookDelivery,
    WebhookSubscription,
    Workspace,
)
from workspaces.outgoing.addresses import is_public
from workspaces.tasks import deliver_webhooks, expire_deliveries


class Receiver:
    """A server of somebody else's, on this machine. ``answers`` are given in turn, the last one again and again."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], str]] = []
        self.answers: list[tuple[int, dict[str, str], str]] = [(200, {}, "ok")]
        self.before_answer: Any = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                receiver.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                if receiver.before_answer:
                    receiver.before_answer()
                status, headers, text = receiver.answers[0]
                if len(receiver.answers) > 1:
                    receiver.answers.pop(0)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=5)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    running = Receiver()
    yield running
    running.close()


@pytest.fixture
def base(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.pk}/webhook-subscriptions"


def subscribe(client: APIClient, base: str, url: str, *types: str) -> dict[str, Any]:
    answer = client.post(base, {"url": url, "event_types": list(types) or ["*"]})
    assert answer.status_code == 201, answer.json()
    return answer.json()["data"]


def happen(channel: Channel, kind: str = "reaction.added", **data: Any) -> None:
    events.append(Conversation.objects.get(pk=channel.pk), events.Draft(kind, data))


def log(client: APIClient, base: str, subscription: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    return client.get(f"{base}/{subscription['id']}/deliveries", query).json()["data"]


# ── Subscribing ──


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
    assert len(seen) == 2
    assert not StreamCursor.objects.exists()


def test_what_is_sent_is_rendered_when_it_is_sent(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(stream_id: str, data: dict[str, Any]) -> dict[str, Any] | None:
        return {"stream": stream_id, **data} if data["number"] == 1 else None

    monkeypatch.setitem(outgoing.RENDERERS, "reaction.added", render)
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
    deliver_webhooks()
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


# ── Failing ──


def test_a_failure_is_tried_again_later_under_the_same_id(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, time_machine: Any
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
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, time_machine: Any
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
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, time_machine: Any, owner: User,
    django_capture_on_commit_callbacks: Any,
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
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, time_machine: Any
) -> None:
    from workspaces.outgoing import collecting, sending

    subscribe(as_owner, base, receiver.url, "reaction.added")
    happen(channel)
    collecting.collect()
    assert len(sending._claim()) == 1
    assert deliver_webhooks() == 0
    time_machine.move_to(timezone.now() + timedelta(seconds=61))
    assert deliver_webhooks() == 1


def test_a_side_that_nobody_answers_on_is_logged(
    as_owner: APIClient, base: str, channel: Channel, settings: Any
) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    made = subscribe(as_owner, base, "http://127.0.0.1:9/none", "reaction.added")
    happen(channel)
    deliver_webhooks()
    [row] = log(as_owner, base, made)
    assert (row["response_status"], row["status"]) == (None, "pending")
    assert "ConnectError" in row["error"]


def test_a_side_that_answers_too_slowly_is_not_waited_for(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, settings: Any
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
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, time_machine: Any
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


# ── Where nothing is ever sent ──


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.0.192", "198.18.0.1",
        "168.63.129.16", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1", "2002:7f00:1::", "2001::1", "2001:db8::1", "nonsense",
    ],
)  # fmt: skip
def test_an_address_that_is_not_on_the_public_internet_is_none(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_an_address_on_the_public_internet_is_one(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001"])
def test_a_host_that_resolves_to_this_machine_gets_nothing(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, settings: Any, host: str
) -> None:
    made = subscribe(as_owner, base, receiver.url.replace("127.0.0.1", host), "reaction.added")
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    happen(channel)
    deliver_webhooks()
    assert receiver.requests == []
    [row] = log(as_owner, base, made)
    assert "not on the public internet" in row["error"]


def test_a_name_is_asked_for_once_and_the_connection_goes_to_what_was_looked_at(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers with another address the second time is not asked a second time."""
    asked = []

    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    made = subscribe(as_owner, base, receiver.url.replace("127.0.0.1", "rebinding.example.com"), "reaction.added")
    happen(channel)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    deliver_webhooks()
    assert asked.count("rebinding.example.com") == 1
    [(_, headers, _)] = receiver.requests
    assert headers["host"].startswith("rebinding.example.com:")
    assert log(as_owner, base, made)[0]["status"] == "succeeded"


def test_a_name_with_one_private_address_among_public_ones_gets_nothing(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("8.8.8.8", "127.0.0.1")]

    made = subscribe(as_owner, base, receiver.url.replace("127.0.0.1", "mixed.example.com"), "reaction.added")
    happen(channel)
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    deliver_webhooks()
    assert receiver.requests == []
    assert "not on the public internet" in log(as_owner, base, made)[0]["error"]


def test_a_redirect_is_followed_with_the_body_and_looked_at_again(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, settings: Any
) -> None:
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    receiver.answers = [(307, {"location": "/moved"}, ""), (200, {}, "")]
    happen(channel)
    deliver_webhooks()
    assert [path for path, _, _ in receiver.requests] == ["/hook", "/moved"]
    assert receiver.requests[0][2] == receiver.requests[1][2]
    # From here on the first address is the last one that counts as public.
    receiver.requests.clear()
    receiver.answers = [(302, {"location": "/inside"}, "")]
    receiver.before_answer = lambda: setattr(settings, "WEBHOOKS_ALLOW_PRIVATE", False)
    happen(channel)
    deliver_webhooks()
    assert [path for path, _, _ in receiver.requests] == ["/hook"]
    assert "not on the public internet" in log(as_owner, base, made)[0]["error"]


@pytest.mark.parametrize("location", ["/again", "file:///etc/passwd", "gopher://127.0.0.1/", "http://a:b@127.0.0.1/"])
def test_redirects_lead_nowhere_else(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, location: str
) -> None:
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    receiver.answers = [(302, {"location": location}, "")]
    happen(channel)
    deliver_webhooks()
    [row] = log(as_owner, base, made)
    assert (row["status"], row["response_status"]) == ("pending", None)
    assert len(receiver.requests) == (4 if location == "/again" else 1)


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
    assert re.findall(r"`([a-z.]+)`", listed) == list(outgoing.EVENT_TYPES)
