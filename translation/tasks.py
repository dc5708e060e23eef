"""What workers and beat do for translation."""

from datetime import timedelta

from celery import shared_task

from translation import health, memory

EVICT_AFTER = timedelta(days=180)


@shared_task(name="translation.tasks.note_hits")
def note_hits(counts: list[tuple[str, str, int]]) -> None:
    """Add gathered hits to the memory's entries."""
    memory.note_hits(counts)


@shared_task(name="translation.tasks.evict_memory")
def evict_memory() -> int:
    """Drop results that were not used for half a year; corrections stay. How many went: at most 10,000 a run."""
    gone = 0
    for _ in range(10):
        count = memory.evict(older_than=EVICT_AFTER)
        gone += count
        if not count:
            break
    return gone


@shared_task(name="translation.tasks.check_engines")
def check_engines() -> int:
    """Ask the engines that are out of the chain whether they are well again. How many are."""
    return health.check_engines()
