"""Periodic work on workspaces."""

import time

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from workspaces import purging
from workspaces.models import Event

BATCH = 5000
# A task that lasts longer keeps its worker from translating.
ERASING_SECONDS = 20


@shared_task
def expire_events() -> int:
    """Forget events older than their retention, a bounded batch at a time; returns how many went."""
    limit = timezone.now() - settings.EVENT_RETENTION
    oldest = Event.objects.filter(created_at__lt=limit).order_by("created_at").values_list("pk", flat=True)[:BATCH]
    return Event.objects.filter(pk__in=list(oldest)).delete()[0]


@shared_task
def erase() -> int:
    """Erase purged channels and deleted workspaces until nothing is left or its time is over; returns rows taken away."""
    erased = 0
    until = time.monotonic() + ERASING_SECONDS
    while time.monotonic() < until:
        step = purging.erase_some()
        if not step:
            break
        erased += step
    return erased
