"""Count the uses of memory entries without writing in the request.

Each process collects counts and passes them to a worker from time to time. Counts of a process that ends are lost, which
is acceptable, because only eviction reads them.
"""

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable

from django.db.models import F, Q
from django.utils import timezone

from rosetta.queue.nudge import nudge
from translation.models import MemoryEntry

_FLUSH_AT = 500
_FLUSH_SECONDS = 30.0
_counts: Counter[tuple[str, str]] = Counter()
_counting_since = time.monotonic()
_lock = threading.Lock()


def count_hits(scope_id: str, keys: Iterable[str]) -> None:
    """Count one use of each of these entries of a scope."""
    global _counting_since
    with _lock:
        _counts.update((scope_id, key) for key in keys)
        is_due = _counts and (len(_counts) >= _FLUSH_AT or time.monotonic() - _counting_since > _FLUSH_SECONDS)
        if not is_due:
            return
        counts = [[scope, key, count] for (scope, key), count in _counts.items()]
        _counts.clear()
        _counting_since = time.monotonic()
    nudge("translation.tasks.note_hits", counts)


def save_hits(counts: Collection[tuple[str, str, int]]) -> None:
    """Add each (scope, key, count) to its entry, in one query for each distinct count."""
    by_count: dict[int, Q] = {}
    for scope_id, key, count in counts:
        by_count[count] = by_count.get(count, Q()) | Q(scope_id=scope_id, key=key)
    for count, entries in sorted(by_count.items()):
        MemoryEntry.objects.filter(entries).update(hits=F("hits") + count, last_used_at=timezone.now())
