"""The outbox of changes of access: rows that gateways follow by number, so that nothing is asked about idle sockets.

Whoever changes what somebody may receive, or ends a credential, calls `record` in the same transaction. A gateway is told
over pub/sub that there is something new; without that it looks once a second.
"""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from django.utils import timezone

from rosetta.models import AccessChange
from rosetta.pubsub import AccessAdvanced, publish_on_commit

# Longer than any gateway looks back.
KEEP = timedelta(hours=1)
BATCH = 1000


class Kind(StrEnum):
    """Whose access changed."""

    USER = "user"
    GUEST = "guest"
    # Which channels all members of a workspace may read.
    WORKSPACE = "workspace"
    # Everybody's in a workspace.
    MEMBERS = "members"
    # A token or session that ended, or ends at another moment.
    TOKEN = "token"  # noqa: S105
    SESSION = "session"


def record(kind: Kind, subjects: Iterable[int | str]) -> None:
    """Write a row for each of ``subjects``, and wake the gateways after the commit. Call it in a transaction."""
    rows = [AccessChange(kind=kind, subject=str(subject)) for subject in subjects]
    if rows:
        AccessChange.objects.bulk_create(rows, batch_size=BATCH)
        publish_on_commit(AccessAdvanced())


def forget_old(*, batch: int) -> int:
    """Delete up to ``batch`` rows that every gateway has read long ago; returns the number deleted."""
    old = AccessChange.objects.filter(created_at__lt=timezone.now() - KEEP).order_by("pk")
    return AccessChange.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:batch])).delete()[0]
