"""Lists cost the same number of queries for one row and for a hundred."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from messaging.models import Message
from workspaces import actions
from workspaces.models import (
    Channel,
    ChannelMember,
    Conversation,
    Invite,
    Member,
    ReadMark,
    Webhook,
    WebhookDelivery,
    WebhookSubscription,
    Workspace,
)


def queries(client: APIClient, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(seen)


def people(count: int) -> list[User]:
    start = User.objects.count()
    return User.objects.bulk_create(
        User(email=f"p{start + n}@example.com", name=f"P{n}", password="") for n in range(count)
    )


def add_members(workspace: Workspace, count: int) -> None:
    Member.objects.bulk_create(Member(workspace=workspace, user=one, language="en") for one in people(count))


def add_channels(workspace: Workspace, user: User, count: int, **fields: object) -> list[Channel]:
    conversations = Conversation.objects.bulk_create(
        Conversation(last_seq=3, last_message_at=timezone.now()) for _ in range(count)
    )
    Message.objects.bulk_create(
        Message(conversation=one, seq=seq, type="system", language="en", translation_status="skipped", content="Hello")
        for one in conversations
        for seq in (1, 2, 3)
    )
    channels = Channel.objects.bulk_create(
        Channel(conversation=one, workspace=workspace, name="c", slug=one.pk, created_by=user, **fields)
        for one in conversations
    )
    ReadMark.objects.bulk_create(ReadMark(user=user, conversation=one, last_read_seq=1) for one in conversations)
    return channels


def add_workspaces(user: User, count: int) -> None:
    for number in range(count):
        actions.create_workspace(owner=user, name=f"W{number}", visibility="public")


def add_invites(workspace: Workspace, user: User, count: int) -> None:
    later = timezone.now() + timedelta(days=1)
    start = Invite.objects.count()
    Invite.objects.bulk_create(
        Invite(workspace=workspace, token=f"t{start + n}", created_by=user, expires_at=later) for n in range(count)
    )


def add_webhooks(workspace: Workspace, channel: Channel, count: int) -> None:
    Webhook.objects.bulk_create(
        Webhook(workspace=workspace, name="w", secret_hash="", default_channel=channel) for _ in range(count)
    )


def add_subscriptions(workspace: Workspace, count: int) -> None:
    WebhookSubscription.objects.bulk_create(
        WebhookSubscription(workspace=workspace, url="https://example.com", event_types=["*"]) for _ in range(count)
    )


def add_deliveries(subscription: WebhookSubscription, count: int) -> None:
    start, now = subscription.deliveries.count(), timezone.now()
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            subscription=subscription, stream_id=subscription.workspace_id, event_seq=start + n, kind="member.joined",
            occurred_at=now, expires_at=now,
        )
        for n in range(count)
    )  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "",
        "?discover=true",
        "/{w}/members",
        "/{w}/channels",
        "/{w}/channels/browse",
        "/{w}/invites",
        "/{w}/webhooks",
        "/{w}/webhook-subscriptions",
        "/{w}/webhook-subscriptions/{s}/deliveries",
        "/{w}/channels/{c}/members",
    ],
)
def test_a_list_costs_the_same_for_one_row_and_a_hundred(
    as_owner: APIClient, owner: User, workspace: Workspace, channel: Channel, path: str
) -> None:
    subscription = WebhookSubscription.objects.create(workspace=workspace, url="https://example.com")
    address = "/api/v1/workspaces" + path.format(w=workspace.pk, c=channel.pk, s=subscription.pk)
    address += ("&" if "?" in address else "?") + "per_page=100"
    add: Callable[[int], object] = {
        "": lambda n: add_workspaces(owner, n),
        "?discover=true": lambda n: add_workspaces(owner, n),
        "/{w}/members": lambda n: add_members(workspace, n),
        "/{w}/channels": lambda n: add_channels(workspace, owner, n),
        "/{w}/channels/browse": lambda n: add_channels(workspace, owner, n),
        "/{w}/invites": lambda n: add_invites(workspace, owner, n),
        "/{w}/webhooks": lambda n: add_webhooks(workspace, channel, n),
        "/{w}/webhook-subscriptions": lambda n: add_subscriptions(workspace, n),
        "/{w}/webhook-subscriptions/{s}/deliveries": lambda n: add_deliveries(subscription, n),
        "/{w}/channels/{c}/members": lambda n: add_members(workspace, n),
    }[path]
    add(1)
    as_owner.get(address)  # a token's first use of the minute is noted once
    few = queries(as_owner, address)
    add(99)
    assert queries(as_owner, address) == few <= 5


def test_joining_a_workspace_costs_the_same_for_one_channel_and_a_hundred(workspace: Workspace, owner: User) -> None:
    counts = []
    for count in (1, 99):
        add_channels(workspace, owner, count)
        [user] = people(1)
        with CaptureQueriesContext(connection) as seen:
            actions.add_member(workspace=workspace, user=user)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_large_workspace_opens_in_ten_queries(as_owner: APIClient, workspace: Workspace, owner: User) -> None:
    add_members(workspace, 300)
    own = Member.objects.get(workspace=workspace, user=owner)
    private = add_channels(workspace, owner, 50, visibility="private")
    ChannelMember.objects.bulk_create(ChannelMember(channel=one, member=own) for one in private[:25])
    add_channels(workspace, owner, 150)
    address = f"/api/v1/workspaces/{workspace.pk}/channels?per_page=100"
    assert queries(as_owner, address) <= 10
    page = as_owner.get(address).json()
    assert page["meta"]["total"] == 1 + 25 + 150
    assert {row["unread_count"] for row in page["data"][1:]} == {2}
