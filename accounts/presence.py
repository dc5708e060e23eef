"""Who has a live socket, wherever it is served: noted by the gateways, read by whoever decides whether to push.

In the database rather than in a cache, because a wrong answer keeps somebody from hearing of a message: it costs one row when a
person comes and when they go, and one update a process every few seconds.
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
    """Those of ``user_ids`` who have a socket open; right to a second or two, or to ALIVE after a gateway died."""
    return set(_live().filter(user_id__in=user_ids).values_list("user_id", flat=True))


def _live() -> QuerySet[Presence]:
    return Presence.objects.filter(process__seen_at__gt=timezone.now() - ALIVE)


@transaction.atomic
def note(*, process_id: str, came: Collection[int], left: Collection[int]) -> tuple[set[int], set[int]]:
    """Say that a gateway process lives, and who came to it and left it; returns who is online since, and who no more."""
    GatewayProcess.objects.update_or_create(pk=process_id, defaults={"seen_at": timezone.now()})
    if not came and not left:
        return set(), set()
    Presence.objects.filter(process_id=process_id, user_id__in=left).delete()
    there = set(User.objects.filter(pk__in=came).values_list("pk", flat=True))
    rows = [Presence(process_id=process_id, user_id=user_id) for user_id in there]
    Presence.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    others = _live().filter(user_id__in=[*there, *left]).exclude(process_id=process_id)
    elsewhere = set(others.values_list("user_id", flat=True))
    return there - elsewhere, set(left) - elsewhere


def forget_dead() -> int:
    """Remove processes that are dead, and whom they noted; returns how many."""
    return GatewayProcess.objects.filter(seen_at__lte=timezone.now() - ALIVE).delete()[0]


def end(process_id: str) -> None:
    """A process stops: nobody is present there any more."""
    GatewayProcess.objects.filter(pk=process_id).delete()
