"""Work on a whole account that a worker does in steps.

Leased, resumed after a crash, with its progress.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import F
from django.utils import timezone

from accounts.models import AccountWork

# Longer than any one step takes.
LEASE = timedelta(minutes=5)
# The first step after this renews the lease.
RENEW_EVERY = timedelta(seconds=30)
RETRY = timedelta(seconds=30)

# Whatever model it is has a ``user``.
Work = TypeVar("Work", bound=AccountWork)


def lease(model: type[Work], key: object) -> Work | None:
    """Reserve the work for this worker until the lease ends.

    None when it is done or another worker has it.
    """
    now = timezone.now()
    rows: Any = model._default_manager
    due = rows.filter(pk=key, state=AccountWork.State.PENDING, due_at__lte=now)
    if not due.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    work: Work = rows.select_related("user").get(pk=key)
    return work


def progress_of(work: AccountWork, total: int) -> Callable[[int], None]:
    """Return a function to call with the number of things done since.

    It stores each percent and renews the lease.
    """
    done, percent, renewed_at = 0, 0, timezone.now()

    def advance(number: int) -> None:
        nonlocal done, percent, renewed_at
        done += number
        now, reached = timezone.now(), min(99, done * 100 // max(total, done, 1))
        # By time too, because a percent of very much takes longer than a lease lasts.
        if reached != percent or now - renewed_at >= RENEW_EVERY:
            percent, renewed_at = reached, now
            change(work, progress=percent, due_at=now + LEASE)

    return advance


def postpone(work: AccountWork) -> None:
    """Let the work be tried again later.

    After half a minute, then twice as long each time, up to half an hour.
    """
    change(work, due_at=timezone.now() + RETRY * 2 ** min(work.attempts - 1, 6))


def finish(work: AccountWork, **changes: object) -> bool:
    """End the work with ``changes``; False when its row was deleted meanwhile."""
    return change(work, progress=100, **changes)


def change(work: AccountWork, **changes: object) -> bool:
    """Update the work's row; False when it was deleted meanwhile."""
    return bool(type(work)._default_manager.filter(pk=work.pk).update(**changes))
