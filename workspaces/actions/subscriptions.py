"""Create, change and delete outgoing webhooks, and send their deliveries again."""

import re
from datetime import timedelta

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from rosetta.errors import Invalid, NotFound
from rosetta.http import throttles
from rosetta.http.addresses import is_refused_by_form
from rosetta.queue.nudge import nudge
from workspaces import access
from workspaces.changes import UNSET, given
from workspaces.errors import SubscriptionInactive
from workspaces.models import Member, WebhookDelivery, WebhookSubscription, new_signing_secret
from workspaces.webhooks.backoff import RETRIED_FOR

MAX_SUBSCRIPTIONS = 20
# Test deliveries of one subscription.
TESTS = "10/minute"
TEST_KIND = "webhook.test"
MAX_PORT = 65535
# Fields that follow from changes of others.
_FOLLOWING = ("active_since", "disabled_reason", "failing_since", "paused_until", "failures", "secret", "created_by")
_HOST = re.compile(rb"[a-z0-9._-]+|[0-9a-f:.]+")


@transaction.atomic
def create_subscription(*, member: Member, url: str, event_types: list[str]) -> WebhookSubscription:
    """Subscribe ``url`` to events; the subscription's secret is to be shown this once.

    Locks the workspace. Raises Invalid where no request may go to ``url``; NotFound or Forbidden when ``member`` no longer
    moderates.
    """
    check_url(url)
    access.moderator(member.user, member.workspace_id, lock=True)
    if WebhookSubscription.objects.filter(workspace=member.workspace).count() >= MAX_SUBSCRIPTIONS:
        raise Invalid({"url": [_("A workspace has at most %(limit)d subscriptions.") % {"limit": MAX_SUBSCRIPTIONS}]})
    return WebhookSubscription.objects.create(
        workspace=member.workspace, url=url, event_types=event_types, created_by=member.user
    )


def check_url(url: str) -> None:
    """Raise Invalid where ``url`` is no public address by its form alone.

    DNS is checked at every delivery.
    """
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        parts = httpx.URL("")
    is_plain = parts.scheme in ("http", "https") and not parts.userinfo and 0 < (parts.port or 1) <= MAX_PORT
    if not is_plain or not _HOST.fullmatch(parts.raw_host):
        raise Invalid({"url": [_("Enter an address that starts with https:// or http://.")]})
    if not settings.WEBHOOKS_ALLOW_PRIVATE and is_refused_by_form(parts.host):
        raise Invalid({"url": [_("The address must be on the public internet.")]})


@transaction.atomic
def update_subscription(
    *,
    subscription: WebhookSubscription,
    url: str = UNSET,
    event_types: list[str] = UNSET,
    is_active: bool = UNSET,
    regenerate_secret: bool = False,
    member: Member | None = None,
) -> tuple[WebhookSubscription, str | None]:
    """Change the given fields; return the new secret, if any.

    Once switched on, it receives the events from then on.

    ``member`` is the moderator who does it, None for staff; a moderator who chooses the address or regenerates the secret
    counts as its creator from then on. Raises Invalid where no request may go to ``url``; NotFound or Forbidden when
    ``member`` no longer moderates.
    """
    if url is not UNSET:
        check_url(url)
    changes = given(url=url, event_types=event_types, is_active=is_active)
    if member is not None:
        access.moderator(member.user, member.workspace_id, lock=True)
    # Read again with a lock: workers switch subscriptions off, and somebody else may have changed it.
    subscription = _locked(subscription)
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
    if member is not None and (regenerate_secret or url is not UNSET):
        subscription.created_by = member.user
    subscription.save(update_fields=[*changes, *_FOLLOWING])
    return subscription, subscription.secret if regenerate_secret else None


def _locked(subscription: WebhookSubscription) -> WebhookSubscription:
    locked = WebhookSubscription.objects.select_for_update().filter(pk=subscription.pk).first()
    if locked is None:
        raise NotFound
    return locked


@transaction.atomic
def delete_subscription(*, subscription: WebhookSubscription) -> None:
    """Delete a subscription with its log; nothing is sent from then on."""
    subscription.delete()


@transaction.atomic
def send_test(*, subscription: WebhookSubscription) -> WebhookDelivery:
    """Queue a delivery of the kind ``webhook.test``, which says nothing but that it arrives.

    Raises SubscriptionInactive; Throttled after many in a minute.
    """
    throttles.hit("webhook-test", TESTS, subscription.pk)
    # Locked, so that no two tests get one number.
    subscription = _locked(subscription)
    if not subscription.is_active:
        raise SubscriptionInactive
    now = timezone.now()
    own = WebhookDelivery.objects.filter(subscription=subscription, stream_id=subscription.workspace_id)
    lowest = own.filter(event_seq__lt=0).aggregate(lowest=Min("event_seq"))["lowest"] or 0
    delivery = WebhookDelivery.objects.create(
        subscription=subscription,
        stream_id=subscription.workspace_id,
        # Below every event's.
        event_seq=lowest - 1,
        kind=TEST_KIND,
        occurred_at=now,
        expires_at=now + RETRIED_FOR,
    )
    transaction.on_commit(lambda: nudge("workspaces.tasks.deliver_webhooks"))
    return delivery


@transaction.atomic
def replay_delivery(*, delivery: WebhookDelivery) -> WebhookDelivery:
    """Send an event again, now, under the same id, and retry it for another 24 hours.

    Raises SubscriptionInactive.
    """
    # Locked in the same order as by a worker that records an attempt.
    subscription = WebhookSubscription.objects.select_for_update().get(pk=delivery.subscription_id)
    if not subscription.is_active:
        raise SubscriptionInactive
    delivery = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    now = timezone.now()
    delivery.status = WebhookDelivery.Status.PENDING
    delivery.attempts = 0
    # Not before the lease of a worker that may still be at the last attempt ends.
    delivery.due_at = max(now, delivery.due_at) if delivery.due_at - now < timedelta(seconds=60) else now
    delivery.expires_at = now + RETRIED_FOR
    delivery.save(update_fields=["status", "attempts", "due_at", "expires_at"])
    return delivery
