"""Files' work behind the request. Each task takes a bounded batch; the periodic ones find what a lost nudge left."""

from celery import shared_task
from django.utils import timezone

from files import actions, spool
from files.errors import StorageDown
from files.models import File, Removal

BATCH = 500
# A run ends after so many batches, so that it never overlaps the next one by much.
MAX_BATCHES = 20
THUMBNAIL_BATCH = 20


@shared_task
def make_thumbnail(file_id: str) -> bool:
    try:
        return actions.make_thumbnail(file_id=file_id)
    except StorageDown:
        return False  # the sweep tries again


@shared_task
def remove_owed() -> int:
    """Remove the bytes that are owed their removal; returns how many went."""
    gone = 0
    for _ in range(MAX_BATCHES):
        done = actions.remove_bytes(batch=BATCH)
        gone += done
        if done < BATCH:
            break
    return gone


@shared_task
def expire_files() -> int:
    """Files that nobody claimed in time, rows and bytes; and what dead uploads left. Returns how many rows went."""
    gone = 0
    for _ in range(MAX_BATCHES):
        done = actions.expire_unclaimed(batch=BATCH)
        gone += done
        if done < BATCH:
            break
    if gone or Removal.objects.filter(due_at__lte=timezone.now()).exists():
        remove_owed()
    spool.sweep_stale()
    return gone


@shared_task
def sweep_thumbnails() -> int:
    """Make thumbnails that are owed and that no nudge made; returns how many."""
    due = File.objects.filter(thumbnail_due_at__lte=timezone.now(), deleted_at=None).order_by("thumbnail_due_at")
    return sum(make_thumbnail(file_id) for file_id in due.values_list("pk", flat=True)[:THUMBNAIL_BATCH])
