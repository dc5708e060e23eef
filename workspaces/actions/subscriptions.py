"""Addresses outside that hear what happens in a workspace."""

import re
from datetime import timedelta

import httpx
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rosetta.errors import Invalid, NotFound
from workspaces import access
from workspaces.changes import UNSET, given
from workspaces.errors import SubscriptionInactive
from workspaces.models import Member, WebhookDelivery, WebhookSubscription, new_signing_secret
from workspaces.webhooks.addresses import is_refused_literally
from workspaces.webhooks.collecting import TRIED_FOR

MAX_SUBSCRIPTIONS = 20
MAX_PORT = 65535
# What a change may change with it.
_FOLLOWING = ("active_since", "disabled_reason", "failing_since", "paused_until", "failures", "secret")
_HOST = re.compile(rb"[a-z0-9._-]+|[0-9a-f:.]+")


@transaction.atomic
def create_subscription(*, member: Member, url: str, event_types: list[str]) -> WebhookSubscription:
    """A subscription with its secret, which is shown this once. Raises Invalid where no request may go to ``url``."""
    check_url(url)
    access.take(member.workspace_id)
    if WebhookSubscription.objects.filter(workspace=member.workspace).count() >= MAX_SUBSCRIPTIONS:
        raise Invalid({"url": [_("A workspace has at most %(limit)d subscriptions.") % {"limit": MAX_SUBSCRIPTIONS}]})
    return WebhookSubscription.objects.create(
        workspace=member.workspace, url=url, event_types=event_types, created_by=member.user
    )


def check_url(url: str) -> None:
    """Raises Invalid where ``url`` is on its face no address outside. Its DNS is looked at whenever something is sent."""
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        parts = httpx.URL("")
    is_plain = parts.scheme in ("http", "https") and not parts.userinfo and 0 < (parts.port or 1) <= MAX_PORT
    if not is_plain or not _HOST.fullmatch(parts.raw_host):
        raise Invalid({"url": [_("Enter an address that starts with https:// or http://.")]})
    if is_refused_literally(parts.host):
        raise Invalid({"url": [_("The address must be on the public internet.")]})


@transaction.atomic
def update_subscription(
    *,
    subscription: WebhookSubscription,
    url: str = UNSET,
    event_types: list[str] = UNSET,
    is_active: bool = UNSET,
    regenerate_secret: bool = False,
) -> tuple[WebhookSubscription, str | None]:
    """Change what is given; the new secret when there is one. Switched on, it hears what happens from then on."""
    if url is not UNSET:
        check_url(url)
    changes = given(url=url, event_types=event_types, is_active=is_active)
    # As it is by now: workers switch it off, and somebody else may have changed it.
    found = WebhookSubscription.objects.select_for_update().filter(pk=subscription.pk).first()
    if found is None:
        raise NotFound
    subscription = found
    was_active = subscription.is_active
    for field, value in changes.items():
        setattr(subscription, field, value)
    if subscription.is_active and not was_active:
        subscription.active_since = timezone.now()
        subscription.disabled_reason = ""
    if url is not UNSET or not was_active:
        subscription.failing_since = subscription.paused_until = None
        subscription.failures = 0
    if regenerate_secret:
        subscription.secret = new_signing_secret()
    subscription.save(update_fields=[*changes, *_FOLLOWING])
    return subscription, subscription.secret if regenerate_secret else None


@transaction.atomic
def delete_subscription(*, subscription: WebhookSubscription) -> None:
    """It hears nothing any more; its log goes with it."""
    subscription.delete()


@transaction.atomic
def replay_delivery(*, delivery: WebhookDelivery) -> WebhookDelivery:
    """Send an event again, now, under the same id; it is tried for another 24 hours. Raises SubscriptionInactive."""
    # In the order in which a worker takes them when it notes an attempt.
    subscription = WebhookSubscription.objects.select_for_update().get(pk=delivery.subscription_id)
    if not subscription.is_active:
        raise SubscriptionInactive
    delivery = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    now = timezone.now()
    delivery.status = WebhookDelivery.Status.PENDING
    delivery.attempts = 0
    # At least a moment on: a worker that is still at the last attempt ends first.
    delivery.due_at = max(now, delivery.due_at) if delivery.due_at - now < timedelta(seconds=60) else now
    delivery.expires_at = now + TRIED_FOR
    delivery.save(update_fields=["status", "attempts", "due_at", "expires_at"])
    return delivery
