"""Run the background work of translation in workers."""

from datetime import timedelta

from celery import shared_task

from rosetta.queue.jobs import in_steps
from translation import health
from translation.glossary import proposals
from translation.local_models import fetching, progress
from translation.memory import hits, store

EVICT_AFTER = timedelta(days=180)
BATCH = 1000


@shared_task(name="translation.tasks.note_hits")
def note_hits(counts: list[tuple[str, str, int]]) -> None:
    """Add collected hits to the memory's entries.

    Not idempotent: counts are only an estimate.
    """
    hits.save_hits(counts)


@shared_task(name="translation.tasks.evict_memory")
def evict_memory() -> int:
    """Delete results that were not used for half a year.

    Deletes them in bounded batches, and returns the number deleted.
    """
    proposals.forget_old(older_than=EVICT_AFTER)
    return in_steps(lambda: store.evict(older_than=EVICT_AFTER, at_most=BATCH), size=BATCH)


@shared_task(name="translation.tasks.check_engines")
def check_engines() -> int:
    """Check the unavailable engines; return the number that recovered."""
    return health.check_engines()


@shared_task(name="translation.tasks.fetch_models")
def fetch_models() -> int:
    """Begin to fetch the models that are wanted, in a thread of this process.

    Returns whether one was started.
    """
    return int(fetching.start_fetching(progress.ProgressLine()))
