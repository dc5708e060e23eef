"""Send due deliveries: claim them with a lease, post them outside any transaction, record the outcome."""

import asyncio
import json
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from rosetta.times import moment
from workspaces.models import WebhookDelivery, WebhookSubscription
from workspaces.streams.people import with_present_people
from workspaces.webhooks import RENDERERS, health
from workspaces.webhooks.backoff import retry_delay
from workspaces.webhooks.posting import Attempt, SignedRequest, post_all

log = structlog.get_logger(__name__)

BATCH = 16
# Deliveries of one subscription in a batch, so that a slow address leaves room for others.
PER_SUBSCRIPTION = 4
# Longer than a post may last. Deliveries of a worker that died are claimed again after it.
LEASE = timedelta(seconds=60)


def send_some() -> int:
    """Send a batch of due deliveries.

    Return how many were claimed, 0 when none is due.
    """
    # Checked without a transaction first, because on SQLite every transaction takes the one write lock.
    if not _due(timezone.now()).exists():
        return 0
    claimed = _claim()
    requests: list[tuple[WebhookDelivery, SignedRequest]] = []
    for delivery in claimed:
        body = body_of(delivery)
        if body is None:
            WebhookDelivery.objects.filter(pk=delivery.pk).update(status=WebhookDelivery.Status.DROPPED)
        else:
            subscription = delivery.subscription
            request = SignedRequest(delivery.message_id, subscription.url, subscription.secret, body)
            requests.append((delivery, request))
    attempts = asyncio.run(post_all([request for _, request in requests]))
    for (delivery, _), attempt in zip(requests, attempts, strict=True):
        _record(delivery.pk, attempt)
    return len(claimed)


def body_of(delivery: WebhookDelivery) -> str | None:
    """Return the JSON to send, rendered from the present rows, or None when nothing is left to send."""
    render = RENDERERS.get(delivery.kind)
    data = render(delivery.stream_id, delivery.data) if render else with_present_people([delivery.data])[0]
    if data is None:
        return None
    workspace_id = delivery.subscription.workspace_id
    body = {
        "type": delivery.kind,
        "timestamp": moment(delivery.occurred_at),
        "workspace_id": workspace_id,
        "conversation_id": None if delivery.stream_id == workspace_id else delivery.stream_id,
        # A test delivery is no event of the stream.
        "seq": max(0, delivery.event_seq),
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
    # First each subscription's oldest, then each one's second, so that no backlog keeps the others waiting.
    rank = Window(RowNumber(), partition_by=[F("subscription_id")], order_by=[F("due_at").asc(), F("pk").asc()])
    ranked = _due(now).annotate(rank=rank).filter(rank__lte=PER_SUBSCRIPTION).order_by("rank", "due_at")
    chosen = list(ranked.values_list("pk", flat=True)[:BATCH])
    due = _due(now).select_for_update(skip_locked=True, of=("self",)).select_related("subscription")
    claimed = list(due.filter(pk__in=chosen).order_by("due_at"))
    WebhookDelivery.objects.filter(pk__in=[delivery.pk for delivery in claimed]).update(due_at=now + LEASE)
    return claimed


@transaction.atomic
def _record(delivery_id: str, attempt: Attempt) -> None:
    """Store the outcome of an attempt, and what follows from it for the delivery and its subscription."""
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
    if attempt.is_accepted:
        delivery.status = WebhookDelivery.Status.SUCCEEDED
    else:
        delivery.due_at = now + retry_delay(delivery.attempts)
        if delivery.due_at >= delivery.expires_at:
            delivery.status = WebhookDelivery.Status.FAILED
    delivery.save()
    log.info(
        "webhook_delivery", delivery=delivery.pk, status=attempt.status, error=attempt.error, attempt=delivery.attempts
    )
    health.record(subscription, attempt, now)
