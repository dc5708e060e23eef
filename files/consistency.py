"""Comparing rows and bytes: what one side has and the other lacks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from django.db.models import F
from django.utils import timezone

from files import removals, storage
from files.actions.delete import release
from files.models import File, Removal

FOLDERS = ("uploads", "thumbnails")
BATCH = 500
# Two rounds of the sweep have had their chance.
OVERDUE = timedelta(minutes=15)


@dataclass
class Findings:
    """Names in storage, except ``unheld``, which are ids of files."""

    orphaned: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)
    unheld: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.orphaned or self.missing or self.overdue or self.unheld)


def look() -> Findings:
    """Everything that is wrong now. Uploads and removals under way are not."""
    found = Findings()
    stored: set[str] = set()
    for folder in FOLDERS:
        for names in _batches(storage.names(folder)):
            stored.update(names)
            found.orphaned += sorted(set(names) - _known(names))
    found.missing = _missing(stored)
    late = Removal.objects.filter(due_at__lte=timezone.now() - OVERDUE)
    found.overdue = list(late.values_list("storage_name", flat=True))
    # By name, because messages stand above files: claimed by one that is no more.
    unheld = File.objects.filter(claimed_at__isnull=False, deleted_at=None, attachment=None)
    found.unheld = [str(pk) for pk in unheld.values_list("pk", flat=True)]
    return found


def repair(found: Findings) -> None:
    """Owe what is orphaned its removal, release what nothing holds. Bytes that are missing stay missing."""
    now = timezone.now()
    rows = [Removal(storage_name=name, due_at=now) for name in found.orphaned]
    Removal.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    release(files=list(File.objects.filter(pk__in=found.unheld)))
    Removal.objects.filter(storage_name__in=found.overdue).update(due_at=now, attempts=F("attempts"))
    while removals.run_due(batch=BATCH):
        pass


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(names, BATCH)):
        yield batch


def _known(names: list[str]) -> set[str]:
    """Those of ``names`` that a live file has or that are owed their removal."""
    live = File.objects.filter(deleted_at=None)
    return {
        *live.filter(storage_name__in=names).values_list("storage_name", flat=True),
        *live.filter(thumbnail_name__in=names).values_list("thumbnail_name", flat=True),
        *Removal.objects.filter(storage_name__in=names).values_list("storage_name", flat=True),
    }


def _missing(stored: set[str]) -> list[str]:
    live = File.objects.filter(deleted_at=None).values_list("storage_name", "thumbnail_name").iterator(BATCH)
    lacking = [name for pair in live for name in pair if name and name not in stored]
    # Uploaded since storage was listed, or gone since the rows were read: asked again one by one.
    return [name for name in lacking if not storage.has(name) and name in _known([name])]
