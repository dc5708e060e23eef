"""Tasks of the queue for devices."""

from celery import shared_task

from devices import outbox

BATCH = 1000


@shared_task
def read_receipts() -> int:
    """Ask providers for the receipts that are due; returns how many were due."""
    return outbox.read_receipts(batch=BATCH)
