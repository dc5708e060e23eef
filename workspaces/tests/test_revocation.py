"""What somebody set up as owner or admin stops working when they no longer are one, in whichever way that happens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conftest import PASSWORD, make_user, token_client
from rosetta.errors import Forbidden, NotFound
from workspaces import access, actions
from workspaces.models import Channel, Invite, Member, Role, Webhook, WebhookSubscription, Workspace
from workspaces.tasks import deliver_webhooks
from workspaces.tests.receiver import Receiver, happen


@dataclass
class Granted:
    """What an admin has set up."""

    admin: Member
    invite: Invite
    webhook: Webhook
    secret: str
    subscription: WebhookSubscription

    @property
    def admits(self) -> bool:
        answer = token_client(make_user(f"Visitor{User.objects.count()}")).post(
            f"/api/v1/invites/{self.invite.token}/accept"
        )
        return answer.status_code == 200

    @property
    def posts(self) -> bool:
        try:
            access.webhook_of(self.webhook.pk, self.secret)
        except Forbidden:
            return False
        return True

    @property
    def is_subscribed(self) -> bool:
        self.subscription.refresh_from_db()
        return self.subscription.is_active


@pytest.fixture
def granted(workspace: Workspace, receiver: Receiver) -> Granted:
    admin = actions.add_member(workspace=workspace, user=make_user("Adam"), role=Role.ADMIN)
    webhook, secret = actions.create_webhook(member=admin, name="CI")
    return Granted(
        admin=admin,
        invite=actions.create_invite(member=admin),
        webhook=webhook,
        secret=secret,
        subscription=actions.create_subscription(member=admin, url=receiver.url, event_types=["*"]),
    )


def demote(as_owner: APIClient, admin: Member) -> int:
    return as_owner.put(f"/api/v1/workspaces/{admin.workspace_id}/members/{admin.pk}", {"role": "member"}).status_code


def remove(as_owner: APIClient, admin: Member) -> int:
    return as_owner.delete(f"/api/v1/workspaces/{admin.workspace_id}/members/{admin.pk}").status_code


def leave(as_owner: APIClient, admin: Member) -> int:
    return token_client(admin.user).post(f"/api/v1/workspaces/{admin.workspace_id}/leave").status_code


def remove_oneself(as_owner: APIClient, admin: Member) -> int:
    return remove(token_client(admin.user), admin)


def suspend(as_owner: APIClient, admin: Member) -> int:
    return 200 if actions.suspend_member(workspace=admin.workspace, user=admin.user) else 404


def close_account(as_owner: APIClient, admin: Member) -> int:
    return token_client(admin.user).delete("/api/v1/me", {"password": PASSWORD}).status_code


@pytest.mark.parametrize("end", [demote, remove, leave, remove_oneself, suspend, close_account])
def test_what_an_admin_set_up_ends_with_their_rights(
    end: Callable[[APIClient, Member], int], as_owner: APIClient, granted: Granted, channel: Channel, receiver: Receiver
) -> None:
    assert (granted.admits, granted.posts, granted.is_subscribed) == (True, True, True)
    happen(channel)
    assert end(as_owner, granted.admin) in (200, 204)
    assert (granted.admits, granted.posts, granted.is_subscribed) == (False, False, False)
    assert granted.subscription.disabled_reason == "creator"
    deliver_webhooks()
    assert receiver.requests == []


def test_what_others_set_up_stays(as_owner: APIClient, owner: User, workspace: Workspace, granted: Granted) -> None:
    owning = access.membership(owner, workspace.pk)
    invite = actions.create_invite(member=owning)
    webhook, secret = actions.create_webhook(member=owning, name="Builds")
    remove(as_owner, granted.admin)
    assert access.valid_invite(invite.token) == invite
    assert access.webhook_of(webhook.pk, secret) == webhook


def test_an_owner_who_becomes_an_admin_keeps_what_they_set_up(
    as_owner: APIClient, granted: Granted, workspace: Workspace
) -> None:
    members = f"/api/v1/workspaces/{workspace.pk}/members/{granted.admin.pk}"
    for role in ("owner", "admin"):
        assert as_owner.put(members, {"role": role}).status_code == 200
    assert (granted.admits, granted.posts, granted.is_subscribed) == (True, True, True)


def test_who_makes_a_new_secret_takes_a_webhook_over(
    as_owner: APIClient, granted: Granted, workspace: Workspace
) -> None:
    base = f"/api/v1/workspaces/{workspace.pk}"
    renewed = as_owner.put(f"{base}/webhooks/{granted.webhook.pk}", {"regenerate_secret": True}).json()["data"]
    subscription = f"{base}/webhook-subscriptions/{granted.subscription.pk}"
    assert as_owner.put(subscription, {"url": "https://example.com/ours"}).status_code == 200
    remove(as_owner, granted.admin)
    assert access.webhook_of(granted.webhook.pk, renewed["secret"]) == granted.webhook
    assert granted.is_subscribed


def test_a_moderator_switches_them_on_again(as_owner: APIClient, granted: Granted, workspace: Workspace) -> None:
    remove(as_owner, granted.admin)
    base = f"/api/v1/workspaces/{workspace.pk}"
    shown = as_owner.put(f"{base}/webhook-subscriptions/{granted.subscription.pk}", {"is_active": True}).json()["data"]
    assert (shown["is_active"], shown["disabled_reason"]) == (True, None)
    renewed: dict[str, Any] = as_owner.put(
        f"{base}/webhooks/{granted.webhook.pk}", {"is_active": True, "regenerate_secret": True}
    ).json()["data"]
    assert access.webhook_of(granted.webhook.pk, renewed["secret"]) == granted.webhook


def test_nothing_works_while_staff_suspend_the_account(granted: Granted, channel: Channel, receiver: Receiver) -> None:
    happen(channel)
    User.objects.filter(pk=granted.admin.user_id).update(is_active=False)
    assert (granted.admits, granted.posts) == (False, False)
    deliver_webhooks()
    assert receiver.requests == []
    User.objects.filter(pk=granted.admin.user_id).update(is_active=True)
    assert (granted.admits, granted.posts) == (True, True)
    deliver_webhooks()
    assert receiver.requests != []


@pytest.mark.parametrize(
    "create",
    [
        lambda member: actions.create_invite(member=member),
        lambda member: actions.create_webhook(member=member, name="CI"),
        lambda member: actions.create_subscription(member=member, url="https://example.com", event_types=["*"]),
    ],
)
@pytest.mark.parametrize(("end", "refusal"), [(demote, Forbidden), (remove, NotFound)])
def test_a_request_that_was_checked_before_creates_nothing_after(
    create: Callable[[Member], object],
    end: Callable[[APIClient, Member], int],
    refusal: type[Exception],
    as_owner: APIClient,
    granted: Granted,
) -> None:
    checked = access.team_moderator(granted.admin.user, granted.admin.workspace_id)
    end(as_owner, granted.admin)
    with pytest.raises(refusal):
        create(checked)
