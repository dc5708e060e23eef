"""What workers and beat do for translation."""

from datetime import timedelta

from celery import shared_task

from rosetta.queue.jobs import in_steps
from translation import health
from translation.memory import hits, store

EVICT_AFTER = timedelta(days=180)
BATCH = 1000


@shared_task(name="translation.tasks.note_hits")
def note_hits(counts: list[tuple[str, str, int]]) -> None:
    """Add gathered hits to the memory's entries."""
    hits.save_hits(counts)


@shared_task(name="translation.tasks.evict_memory")
def evict_memory() -> int:
    """Drop results that were not used for half a year, a bounded batch at a time; corrections stay. How many went."""
    return in_steps(lambda: store.evict(older_than=EVICT_AFTER, at_most=BATCH), size=BATCH)


@shared_task(name="translation.tasks.check_engines")
def check_engines() -> int:
    """Ask the engines that are out of the chain whether they are well again. How many are."""
    return health.check_engines()
