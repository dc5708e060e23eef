"""Periodic jobs that belong to no app."""

import time
from contextlib import suppress

from celery import shared_task
from django.conf import settings

from rosetta import access_changes
from rosetta.queue.jobs import in_steps

KEEP_SECONDS = 600
BATCH = 5000


@shared_task
def purge_queue() -> int:
    """Delete finished messages of the embedded queue. Returns the number deleted."""
    return in_steps(_purge_some, size=BATCH)


@shared_task
def forget_access_changes() -> int:
    """Delete changes of access that every gateway has read. Returns the number deleted."""
    return in_steps(lambda: access_changes.forget_old(batch=BATCH), size=BATCH)


def _purge_some() -> int:
    done = settings.QUEUE_DIR / "done"
    if not done.is_dir():
        return 0
    deleted = 0
    limit = time.time() - KEEP_SECONDS
    for path in done.iterdir():
        if deleted >= BATCH:
            break
        with suppress(FileNotFoundError):  # a draft that was moved into the queue meanwhile
            if path.stat().st_mtime < limit:
                path.unlink()
                deleted += 1
    return deleted
