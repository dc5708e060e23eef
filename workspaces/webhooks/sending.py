"""Sending what is owed: claimed with a lease, posted outside any transaction, its outcome noted."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from rosetta.times import moment
from workspaces.models import WebhookDelivery, WebhookSubscription
from workspaces.webhooks import RENDERERS
from workspaces.webhooks.notices import mail_owners
from workspaces.webhooks.posting import Attempt, Letter, post_all

log = structlog.get_logger(__name__)

BATCH = 16
# Of one subscription at once, so that a slow address leaves room for others.
EACH = 4
# Longer than a post may last; a worker that dies with its claims is waited for that long.
LEASE = timedelta(seconds=60)
# After the first attempt, the second, and so on, within the 24 hours that a delivery is tried for.
WAITS = (5, 60, 300, 900, 1800, 3600, 7200, 10800, 14400, 14400, 14400, 14400)
LONGEST_PAUSE = 300
DISABLED_AFTER = timedelta(days=3)
GONE = 410


def send_some() -> int:
    """Send a batch of what is due; how many deliveries were claimed, 0 when nothing is due."""
    # Looked at before it is locked: on SQLite every transaction takes the one write lock.
    if not _due(timezone.now()).exists():
        return 0
    claimed = _claim()
    letters: list[tuple[WebhookDelivery, Letter]] = []
    for delivery in claimed:
        body = body_of(delivery)
        if body is None:
            WebhookDelivery.objects.filter(pk=delivery.pk).update(status=WebhookDelivery.Status.DROPPED)
        else:
            subscription = delivery.subscription
            letters.append((delivery, Letter(delivery.message_id, subscription.url, subscription.secret, body)))
    attempts = asyncio.run(post_all([letter for _, letter in letters]))
    for (delivery, _), attempt in zip(letters, attempts, strict=True):
        _note(delivery.pk, attempt)
    return len(claimed)


def body_of(delivery: WebhookDelivery) -> str | None:
    """The JSON that is sent, as things are now, or None when there is nothing left to send."""
    render = RENDERERS.get(delivery.kind)
    data: dict[str, Any] | None = render(delivery.stream_id, delivery.data) if render else delivery.data
    if data is None:
        return None
    workspace_id = delivery.subscription.workspace_id
    body = {
        "type": delivery.kind,
        "timestamp": moment(delivery.occurred_at),
        "workspace_id": workspace_id,
        "conversation_id": None if delivery.stream_id == workspace_id else delivery.stream_id,
        "seq": delivery.event_seq,
        "data": data,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _due(now: datetime) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(
        Q(subscription__paused_until=None) | Q(subscription__paused_until__lte=now),
        Q(subscription__created_by=None) | Q(subscription__created_by__is_active=True),
        status=WebhookDelivery.Status.PENDING,
        due_at__lte=now,
        subscription__is_active=True,
        subscription__workspace__deleted_at=None,
    )


@transaction.atomic
def _claim() -> list[WebhookDelivery]:
    now = timezone.now()
    # Each subscription's first, then each one's second: the backlog of one does not keep the others waiting.
    place = Window(RowNumber(), partition_by=[F("subscription_id")], order_by=[F("due_at").asc(), F("pk").asc()])
    ranked = _due(now).annotate(place=place).filter(place__lte=EACH).order_by("place", "due_at")
    chosen = list(ranked.values_list("pk", flat=True)[:BATCH])
    due = _due(now).select_for_update(skip_locked=True, of=("self",)).select_related("subscription")
    claimed = list(due.filter(pk__in=chosen).order_by("due_at"))
    WebhookDelivery.objects.filter(pk__in=[one.pk for one in claimed]).update(due_at=now + LEASE)
    return claimed


@transaction.atomic
def _note(delivery_id: str, attempt: Attempt) -> None:
    """Keep how an attempt went, and what follows from it for the delivery and its subscription."""
    subscription = WebhookSubscription.objects.select_for_update(of=("self",)).filter(deliveries=delivery_id).first()
    delivery = WebhookDelivery.objects.select_for_update().filter(pk=delivery_id).first()
    if delivery is None or subscription is None:
        return
    now = timezone.now()
    delivery.attempts += 1
    delivery.last_attempt_at = attempt.at
    delivery.response_status = attempt.status
    delivery.response_body = attempt.body
    delivery.error = attempt.error
    delivery.duration_ms = attempt.milliseconds
    if attempt.is_taken:
        delivery.status = WebhookDelivery.Status.SUCCEEDED
    else:
        delivery.due_at = now + timedelta(seconds=WAITS[min(delivery.attempts, len(WAITS)) - 1])
        if delivery.due_at >= delivery.expires_at:
            delivery.status = WebhookDelivery.Status.FAILED
    delivery.save()
    log.info(
        "webhook_delivery", delivery=delivery.pk, status=attempt.status, error=attempt.error, attempt=delivery.attempts
    )
    _note_health(subscription, attempt, now)


def _note_health(subscription: WebhookSubscription, attempt: Attempt, now: datetime) -> None:
    if attempt.is_taken:
        if subscription.failing_since is not None:
            subscription.failing_since = subscription.paused_until = None
            subscription.failures = 0
            subscription.save(update_fields=["failing_since", "paused_until", "failures"])
        return
    subscription.failing_since = subscription.failing_since or now
    subscription.failures += 1
    pause = min(5 * 2 ** min(subscription.failures - 1, 10), LONGEST_PAUSE)
    subscription.paused_until = now + timedelta(seconds=pause)
    subscription.save(update_fields=["failing_since", "paused_until", "failures"])
    if attempt.status == GONE:
        disable(subscription, WebhookSubscription.Disabled.GONE)
    elif now - subscription.failing_since >= DISABLED_AFTER:
        disable(subscription, WebhookSubscription.Disabled.FAILING)


def disable(subscription: WebhookSubscription, reason: WebhookSubscription.Disabled) -> None:
    """Switch a subscription off and, after long failure, mail the workspace's owners.

    Its pending deliveries fail. Idempotent. The caller has locked its row.
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
