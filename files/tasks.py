"""Run background work on files in bounded batches.

The periodic tasks find rows whose nudge was lost.
"""

from celery import shared_task
from django.utils import timezone

from files import removals, spool
from files.actions import delete, thumbnails
from files.errors import StorageDown
from files.models import File, Removal
from rosetta.queue.jobs import in_steps, in_time

BATCH = 500
THUMBNAIL_BATCH = 20


@shared_task
def make_thumbnail(file_id: str) -> bool:
    try:
        return thumbnails.make_thumbnail(file_id=file_id)
    except StorageDown:
        return False  # The sweep tries again.


@shared_task
def remove_pending() -> int:
    """Remove bytes whose removal is due; return the number removed."""
    return in_steps(lambda: removals.run_due(batch=BATCH), size=BATCH)


@shared_task
def expire_files() -> int:
    """Delete expired files; return the number of rows deleted.

    Removes due bytes and the spooled files of crashed uploads too.
    """
    deleted = in_steps(lambda: delete.expire_unclaimed(batch=BATCH), size=BATCH)
    if deleted or Removal.objects.filter(due_at__lte=timezone.now()).exists():
        remove_pending()
    spool.sweep_stale()
    return deleted


@shared_task
def sweep_thumbnails() -> int:
    """Make pending thumbnails whose nudge was lost; return the number made."""
    due = File.objects.filter(thumbnail_due_at__lte=timezone.now(), deleted_at=None).order_by("thumbnail_due_at")
    return sum(make_thumbnail(file_id) for file_id in in_time(due.values_list("pk", flat=True)[:THUMBNAIL_BATCH]))
