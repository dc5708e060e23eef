"""Periodic work on workspaces."""

import time

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from rosetta.queue.nudge import nudge

from rosetta.queue.jobs import in_steps
from workspaces import erasure
from workspaces.models import Event, WebhookDelivery
from workspaces.webhooks import collecting, sending

BATCH = 5000
# A task that lasts longer keeps its worker from translating.
ERASING_SECONDS = 20
SENDING_SECONDS = 20


@shared_task
def expire_events() -> int:
    """Forget events older than their retention, a bounded batch at a time; returns how many went."""
    limit = timezone.now() - settings.EVENT_RETENTION
    old = Event.objects.filter(created_at__lt=limit).order_by("created_at").values_list("pk", flat=True)
    return in_steps(lambda: Event.objects.filter(pk__in=list(old[:BATCH])).delete()[0], size=BATCH)


@shared_task
def erase() -> int:
    """Erase purged channels and deleted workspaces, and go on in another task after a while; returns rows taken away."""
    erased = 0
    until = time.monotonic() + ERASING_SECONDS
    while time.monotonic() < until:
        step = erasure.erase_some()
        if not step:
            return erased
        erased += step
    nudge(erase)
    return erased


@shared_task
def deliver_webhooks() -> int:
    """Take events over for outgoing webhooks and send what is due; returns how many deliveries were tried."""
    sent = 0
    until = time.monotonic() + SENDING_SECONDS
    while time.monotonic() < until:
        ahead = collecting.collect()
        tried = sending.send_some()
        sent += tried
        if not ahead and not tried:
            break
    return sent


@shared_task
def expire_deliveries() -> int:
    """Forget the log of old deliveries, a bounded batch at a time; returns how many went."""
    limit = timezone.now() - settings.WEBHOOK_LOG_RETENTION
    old = WebhookDelivery.objects.filter(created_at__lt=limit).order_by("created_at").values_list("pk", flat=True)
    return in_steps(lambda: WebhookDelivery.objects.filter(pk__in=list(old[:BATCH])).delete()[0], size=BATCH)
