"""Periodic tasks: expiry, erasure and webhook deliveries."""

import time

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from rosetta.queue.jobs import in_steps
from rosetta.queue.nudge import nudge
from workspaces import erasure
from workspaces.models import Event, WebhookDelivery
from workspaces.webhooks import collecting, sending

BATCH = 5000
# Bounded, because a longer task keeps its worker from translating.
ERASING_SECONDS = 20
SENDING_SECONDS = 20


@shared_task
def expire_events() -> int:
    """Delete events older than their retention, in bounded batches.

    Return the number deleted.
    """
    limit = timezone.now() - settings.EVENT_RETENTION
    old = Event.objects.filter(created_at__lt=limit).order_by("created_at").values_list("pk", flat=True)
    return in_steps(lambda: Event.objects.filter(pk__in=list(old[:BATCH])).delete()[0], size=BATCH)


@shared_task
def erase() -> int:
    """Erase purged channels and deleted workspaces, continued by another task after a while; return the rows deleted."""
    erased = 0
    until = time.monotonic() + ERASING_SECONDS
    while time.monotonic() < until:
        step = erasure.erase_some()
        if not step:
            return erased
        erased += step
    nudge("workspaces.tasks.erase")
    return erased


@shared_task
def deliver_webhooks() -> int:
    """Collect events for outgoing webhooks and send due deliveries.

    Return the number of attempts.
    """
    sent = 0
    until = time.monotonic() + SENDING_SECONDS
    while time.monotonic() < until:
        collected = collecting.collect()
        attempts = sending.send_some()
        sent += attempts
        if not collected and not attempts:
            break
    return sent


@shared_task
def expire_deliveries() -> int:
    """Delete old deliveries from the log, in bounded batches.

    Return the number deleted.
    """
    limit = timezone.now() - settings.WEBHOOK_LOG_RETENTION
    old = WebhookDelivery.objects.filter(created_at__lt=limit).order_by("created_at").values_list("pk", flat=True)
    return in_steps(lambda: WebhookDelivery.objects.filter(pk__in=list(old[:BATCH])).delete()[0], size=BATCH)
