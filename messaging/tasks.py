"""Celery tasks of messaging."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from devices import transports
from messaging.actions import expire
from messaging.actions.export_workspace import (
    MAKE,
    build_workspace_export,
    expired_exports,
    remove_workspace_export,
)
from messaging.models import IdempotencyKey, WorkspaceExport
from messaging.push import requests as push
from messaging.translations import recovery, worker
from messaging.translations.plan import TRANSLATE
from rosetta.queue.jobs import in_steps, in_time
from rosetta.queue.nudge import nudge_once, started

BATCH = 5000
ROUNDS = 200
EXPORTS = 50


@shared_task(name=TRANSLATE)
def translate_owed() -> int:
    """Translate until nothing is due, or for so long that another task goes on."""
    started(TRANSLATE)
    done = 0
    for _round in in_time(range(ROUNDS)):
        claimed = worker.translate_pending()
        done += claimed
        if claimed < worker.BATCH:
            return done
    nudge_once(TRANSLATE)
    return done


@shared_task(name="messaging.tasks.sweep_translations")
def sweep_translations() -> int:
    """Translate what a lost nudge, a dead worker or a broken engine left behind."""
    return int(translate_owed())


@shared_task(name="messaging.tasks.retry_translations")
def retry_translations() -> int:
    """Queue again what failed for want of an engine or a model that is there now.

    Return how many rows.
    """
    return recovery.retry_newly_translatable()


@shared_task(name="messaging.tasks.expire_idempotency_keys")
def expire_idempotency_keys() -> int:
    """Delete keys older than a day, in batches; return the number deleted."""
    limit = timezone.now() - timedelta(hours=24)
    old = IdempotencyKey.objects.filter(created_at__lt=limit).order_by("created_at").values_list("pk", flat=True)
    return in_steps(lambda: IdempotencyKey.objects.filter(pk__in=list(old[:BATCH])).delete()[0], size=BATCH)


@shared_task(name="messaging.tasks.expire_messages")
def expire_messages() -> int:
    """Erase messages and memory past their workspace's retention.

    Return the number of messages deleted.
    """
    deleted = in_steps(lambda: expire.expire_messages(batch=expire.BATCH), size=1)
    expire.expire_memory()
    return deleted


@shared_task(name="messaging.tasks.push_owed")
def push_owed() -> int:
    """Send the pushes that are due; return how many were sent or dropped."""
    if not transports.enabled():
        return 0
    for _round in in_time(range(ROUNDS)):
        if push.look_up(batch=push.BATCH) < push.BATCH:
            break
    done = 0
    for _round in in_time(range(ROUNDS)):
        looked_at, waiting = push.deliver(batch=push.BATCH)
        done += looked_at - waiting
        if looked_at < push.BATCH:
            break
    return done


@shared_task(name=MAKE)
def make_workspace_export(export_id: str) -> None:
    """Build an export of a workspace."""
    build_workspace_export(export_id=export_id)


@shared_task(name="messaging.tasks.resume_workspace_exports")
def resume_workspace_exports() -> int:
    """Build the exports whose nudge was lost or whose worker died, and delete those that have expired.

    Returns how many were due.
    """
    due = {"state": WorkspaceExport.State.PENDING, "due_at__lte": timezone.now()}
    export_ids = list(WorkspaceExport.objects.filter(**due).values_list("pk", flat=True)[:EXPORTS])
    for export_id in in_time(export_ids):
        build_workspace_export(export_id=export_id)
    expired = list(expired_exports()[:EXPORTS])
    for export in in_time(expired):
        remove_workspace_export(export=export)
    return len(export_ids) + len(expired)
