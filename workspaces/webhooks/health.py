"""The health of a subscription.

Paused after failures, switched off after days of them.
"""

from datetime import datetime, timedelta

from django.db import transaction

from workspaces.models import WebhookDelivery, WebhookSubscription
from workspaces.webhooks.backoff import pause_after
from workspaces.webhooks.notices import mail_owners
from workspaces.webhooks.posting import Attempt

DISABLED_AFTER = timedelta(days=3)
GONE = 410


def record(subscription: WebhookSubscription, attempt: Attempt, now: datetime) -> None:
    """Update a subscription after an attempt: unpause it, or pause or disable it.

    The caller has locked its row.
    """
    if attempt.is_accepted:
        if subscription.failing_since is not None:
            subscription.failing_since = subscription.paused_until = None
            subscription.failures = 0
            subscription.save(update_fields=["failing_since", "paused_until", "failures"])
        return
    subscription.failing_since = subscription.failing_since or now
    subscription.failures += 1
    subscription.paused_until = now + pause_after(subscription.failures)
    subscription.save(update_fields=["failing_since", "paused_until", "failures"])
    if attempt.status == GONE:
        disable(subscription, WebhookSubscription.Disabled.GONE)
    elif now - subscription.failing_since >= DISABLED_AFTER:
        disable(subscription, WebhookSubscription.Disabled.FAILING)


def disable(subscription: WebhookSubscription, reason: WebhookSubscription.Disabled) -> None:
    """Switch a subscription off, let its pending deliveries fail, and mail the owners if its address was at fault.

    Idempotent. The caller has locked its row.
    """
    if not subscription.is_active:
        return
    subscription.is_active = False
    subscription.disabled_reason = reason
    subscription.save(update_fields=["is_active", "disabled_reason"])
    pending = subscription.deliveries.filter(status=WebhookDelivery.Status.PENDING)
    pending.update(status=WebhookDelivery.Status.FAILED)
    if reason != WebhookSubscription.Disabled.CREATOR:
        transaction.on_commit(lambda: mail_owners(subscription))
