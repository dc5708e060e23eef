"""Rooms end on time and are forgotten on time, a bounded batch at a time."""

from celery import shared_task

from rooms import actions, names
from rosetta.queue.jobs import in_steps

BATCH = 100
GUESTS = 2000


@shared_task
def end_expired_rooms() -> int:
    """Returns how many rooms were ended."""
    return in_steps(lambda: actions.end_expired(batch=BATCH), size=BATCH)


@shared_task(name=names.TRANSLATE)
def translate_name(room_id: str, targets: list[str]) -> int:
    """Returns in how many languages the room's name is known now."""
    return names.translate(room_id=room_id, targets=targets)


@shared_task
def purge_rooms() -> int:
    """Returns how many rooms were purged."""
    purged = in_steps(lambda: actions.purge_ended(batch=BATCH), size=BATCH)
    actions.drop_purged_guests(batch=GUESTS)
    return purged
