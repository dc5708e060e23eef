"""Remove bytes from storage.

Each removal is a row first, so a crash may repeat a removal but never loses one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from files import storage
from files.errors import StorageDown
from files.models import File, Removal
from rosetta.queue.nudge import nudge

# How long storing an upload may take before its bytes count as abandoned.
UPLOAD_LEASE = timedelta(hours=1)
# When a removal that failed, or whose worker died, is tried again.
RETRY_AFTER = timedelta(minutes=5)


def schedule(name: str) -> None:
    """Schedule the removal of bytes that are about to be stored.

    ``cancel`` it once they have a row.
    """
    Removal.objects.create(storage_name=name, due_at=timezone.now() + UPLOAD_LEASE)


def schedule_for(files: Iterable[File], now: datetime, *, is_nudged: bool = True) -> None:
    """Schedule the removal of the bytes of ``files`` and their thumbnails. Idempotent."""
    names = [name for file in files for name in (file.storage_name, file.thumbnail_name) if name]
    rows = [Removal(storage_name=name, due_at=now) for name in names]
    Removal.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    if names and is_nudged:
        transaction.on_commit(lambda: nudge("files.tasks.remove_pending"))


def cancel(name: str, *, has_begun: bool | None = False) -> bool:
    """Cancel a scheduled removal, because a row has the bytes now.

    Returns False if the removal has begun already. With ``has_begun=None``, cancel it even if it has begun.
    """
    pending = Removal.objects.filter(storage_name=name)
    if has_begun is not None:
        pending = pending.filter(has_begun=has_begun)
    return bool(pending.delete()[0])


def run_now(name: str) -> None:
    """Run a scheduled removal at once, because its upload failed."""
    Removal.objects.filter(storage_name=name).update(due_at=timezone.now())
    run_due(names=[name])


def run_due(*, names: Sequence[str] | None = None, batch: int = 500) -> int:
    """Remove bytes whose removal is due; return the number removed.

    The oldest removals come first; ``names`` restricts them. A row is deleted after its bytes; if that fails, it is
    tried again after RETRY_AFTER.
    """
    count = 0
    for removal in _lease(names, batch):
        try:
            storage.remove(removal.storage_name)
        except StorageDown:
            continue
        Removal.objects.filter(pk=removal.pk).delete()
        count += 1
    return count


@transaction.atomic
def _lease(names: Sequence[str] | None, batch: int) -> list[Removal]:
    now = timezone.now()
    due = Removal.objects.filter(due_at__lte=now)
    if names is not None:
        due = due.filter(storage_name__in=names)
    rows = list(due.select_for_update(skip_locked=True).order_by("due_at")[:batch])
    Removal.objects.filter(pk__in=[row.pk for row in rows]).update(
        has_begun=True, attempts=F("attempts") + 1, due_at=now + RETRY_AFTER
    )
    return rows
