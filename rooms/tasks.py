"""Rooms end on time and are forgotten on time, a bounded batch at a time."""

from collections.abc import Callable

from celery import shared_task

from rooms import actions

BATCH = 100
MAX_BATCHES = 20


@shared_task
def end_expired_rooms() -> int:
    """Returns how many rooms were ended."""
    return _in_batches(lambda: actions.end_expired(batch=BATCH))


@shared_task
def purge_rooms() -> int:
    """Returns how many rooms were purged."""
    purged = _in_batches(lambda: actions.purge_ended(batch=BATCH))
    actions.drop_purged_guests(batch=BATCH * MAX_BATCHES)
    return purged


def _in_batches(step: Callable[[], int]) -> int:
    done = 0
    for _ in range(MAX_BATCHES):
        count = step()
        done += count
        if count < BATCH:
            break
    return done
