"""Which users have a live socket in any gateway process.

Decides whether a person needs a push.

Kept in the database rather than in a cache, because a wrong answer loses a notification. It costs one row when a person
connects, and one update for each process every few seconds.
"""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import GatewayProcess, Presence, User

BEAT_SECONDS = 5
# A process that missed this many beats is dead.
ALIVE = timedelta(seconds=4 * BEAT_SECONDS)


def online(user_ids: Collection[int]) -> set[int]:
    """Return the ``user_ids`` with an open socket.

    Up to two seconds old, or ``ALIVE`` after a gateway died.
    """
    return set(_live().filter(user_id__in=user_ids).values_list("user_id", flat=True))


def _live() -> QuerySet[Presence]:
    return Presence.objects.filter(process__seen_at__gt=timezone.now() - ALIVE)


@transaction.atomic
def note(*, process_id: str, came: Collection[int], left: Collection[int]) -> tuple[set[int], set[int]]:
    """Store that a gateway process is alive and which users came and left.

    Returns who is now online and who offline.
    """
    GatewayProcess.objects.update_or_create(pk=process_id, defaults={"seen_at": timezone.now()})
    if not came and not left:
        return set(), set()
    Presence.objects.filter(process_id=process_id, user_id__in=left).delete()
    existing = set(User.objects.filter(pk__in=came).values_list("pk", flat=True))
    rows = [Presence(process_id=process_id, user_id=user_id) for user_id in existing]
    Presence.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    others = _live().filter(user_id__in=[*existing, *left]).exclude(process_id=process_id)
    elsewhere = set(others.values_list("user_id", flat=True))
    return existing - elsewhere, set(left) - elsewhere


def forget_dead() -> int:
    """Delete dead processes and their presences; returns the number of rows deleted."""
    return GatewayProcess.objects.filter(seen_at__lte=timezone.now() - ALIVE).delete()[0]


def end(process_id: str) -> None:
    """Delete a process that stops, and its presences."""
    GatewayProcess.objects.filter(pk=process_id).delete()
