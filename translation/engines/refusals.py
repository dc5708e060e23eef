"""Count the answers that were refused, for staff.

By month, engine, pair and fault.
"""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from translation.engines.requests import UnitResult
from translation.models import RefusedAnswers, this_month


def record(results: Iterable[UnitResult]) -> None:
    """Add the refused answers of ``results`` to their counts.

    No query where there is none.
    """
    counts = Counter(
        (engine, result.request.source, result.request.target, fault)
        for result in results
        for engine, fault in result.refusals
    )
    if counts:
        _add(counts)


@transaction.atomic
def _add(counts: Counter[tuple[str, str, str, str]]) -> None:
    month = this_month()
    # Sorted, because workers that lock the same rows in different orders would deadlock.
    rows = [
        RefusedAnswers(month=month, engine=engine, source=source, target=target, fault=fault)
        for engine, source, target, fault in sorted(counts)
    ]
    RefusedAnswers.objects.bulk_create(rows, ignore_conflicts=True)
    for (engine, source, target, fault), count in sorted(counts.items()):
        row = RefusedAnswers.objects.filter(month=month, engine=engine, source=source, target=target, fault=fault)
        row.update(count=F("count") + count)
