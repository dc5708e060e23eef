"""Periodic tasks: end and purge rooms on time, in bounded batches.

And the translation of rooms' names.
"""

from celery import shared_task

from rooms import actions, names
from rosetta.queue.jobs import in_steps

BATCH = 100
GUESTS = 2000


@shared_task
def end_expired_rooms() -> int:
    """End expired rooms; return how many."""
    return in_steps(lambda: actions.end_expired(batch=BATCH), size=BATCH)


@shared_task(name=names.TRANSLATE)
def translate_name(room_id: str, targets: list[str]) -> int:
    """Translate a room's name; return into how many languages it is translated now."""
    return names.translate(room_id=room_id, targets=targets)


@shared_task
def purge_rooms() -> int:
    """Purge rooms that ended long ago; return how many."""
    purged = in_steps(lambda: actions.purge_ended(batch=BATCH), size=BATCH)
    actions.drop_purged_guests(batch=GUESTS)
    return purged
