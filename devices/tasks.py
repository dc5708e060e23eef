"""The queue's side of devices."""

from celery import shared_task

from devices import outbox

BATCH = 1000


@shared_task
def read_receipts() -> int:
    """Ask what became of the pushes of a while ago; returns how many receipts were due."""
    return outbox.read_receipts(batch=BATCH)
