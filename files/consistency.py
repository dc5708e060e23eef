"""Find and repair differences between files' rows and stored bytes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from files import removals, storage
from files.actions.delete import release
from files.models import File, Removal

FOLDERS = ("uploads", "thumbnails")
BATCH = 500
# A removal due for longer than this was missed by two rounds of the sweep.
OVERDUE = timedelta(minutes=15)
# Queries for the ids of files that something other than a message or an account holds; registered by higher apps.
HOLDERS: list[Callable[[], QuerySet[Any]]] = []


@dataclass
class Findings:
    """Differences between rows and storage; false when there are none.

    ``orphaned``: stored names without a row. ``missing``: names of rows whose bytes are missing. ``overdue``: names whose
    removal did not happen in time. ``unheld``: ids of claimed files that nothing holds any longer.
    """

    orphaned: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)
    unheld: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.orphaned or self.missing or self.overdue or self.unheld)


def compare() -> Findings:
    """Compare all rows with storage.

    Uploads and removals in progress are not reported.
    """
    findings = Findings()
    stored: set[str] = set()
    for folder in FOLDERS:
        for names in _batches(storage.names(folder)):
            stored.update(names)
            findings.orphaned += sorted(set(names) - _known(names))
    findings.missing = _missing(stored)
    late = Removal.objects.filter(due_at__lte=timezone.now() - OVERDUE)
    findings.overdue = list(late.values_list("storage_name", flat=True))
    # ``attachment`` is the relation of a higher app, whose model cannot be imported here.
    unheld = File.objects.filter(claimed_at__isnull=False, deleted_at=None, is_avatar=False, attachment=None)
    for holder in HOLDERS:
        unheld = unheld.exclude(pk__in=holder())
    findings.unheld = [str(pk) for pk in unheld.values_list("pk", flat=True)]
    return findings


def repair(findings: Findings) -> None:
    """Remove orphaned and overdue bytes, and release unheld files.

    Missing bytes cannot be restored.
    """
    now = timezone.now()
    rows = [Removal(storage_name=name, due_at=now) for name in findings.orphaned]
    Removal.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    release(files=list(File.objects.filter(pk__in=findings.unheld)))
    Removal.objects.filter(storage_name__in=findings.overdue).update(due_at=now, attempts=F("attempts"))
    while removals.run_due(batch=BATCH):
        pass


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(names, BATCH)):
        yield batch


def _known(names: list[str]) -> set[str]:
    """Return those of ``names`` that belong to a live file or to a pending removal."""
    live = File.objects.filter(deleted_at=None)
    return {
        *live.filter(storage_name__in=names).values_list("storage_name", flat=True),
        *live.filter(thumbnail_name__in=names).values_list("thumbnail_name", flat=True),
        *Removal.objects.filter(storage_name__in=names).values_list("storage_name", flat=True),
    }


def _missing(stored: set[str]) -> list[str]:
    live = File.objects.filter(deleted_at=None).values_list("storage_name", "thumbnail_name").iterator(BATCH)
    lacking = [name for pair in live for name in pair if name and name not in stored]
    # Check each again, because files are uploaded after the listing and deleted after the rows were read.
    return [name for name in lacking if not storage.has(name) and name in _known([name])]
