"""Periodic work on workspaces."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from workspaces.models import Event

BATCH = 5000


@shared_task
def expire_events() -> int:
    """Forget events older than their retention, a bounded batch at a time; returns how many went."""
    limit = timezone.now() - settings.EVENT_RETENTION
    oldest = Event.objects.filter(created_at__lt=limit).order_by("created_at").values_list("pk", flat=True)[:BATCH]
    return Event.objects.filter(pk__in=list(oldest)).delete()[0]
