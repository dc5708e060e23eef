"""The frame's own periodic jobs."""

import time
from contextlib import suppress

from celery import shared_task
from django.conf import settings

from rosetta.queue.jobs import in_steps

KEEP_SECONDS = 600
BATCH = 5000


@shared_task
def purge_queue() -> int:
    """Remove the embedded queue's finished messages; returns how many went."""
    return in_steps(_purge_some, size=BATCH)


def _purge_some() -> int:
    done = settings.QUEUE_DIR / "done"
    if not done.is_dir():
        return 0
    gone = 0
    limit = time.time() - KEEP_SECONDS
    for path in done.iterdir():
        if gone >= BATCH:
            break
        with suppress(FileNotFoundError):  # a draft that moved to its place meanwhile
            if path.stat().st_mtime < limit:
                path.unlink()
                gone += 1
    return gone
