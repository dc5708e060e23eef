"""Translate what failed for want of an engine as soon as there is one, instead of when its next attempt is due."""

import time
from collections.abc import Collection

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from messaging.models import MessageTranslation
from messaging.translations.on_read import lock_conversations_of, requeue
from messaging.translations.status import settle_statuses
from translation.service import translatable_pairs

State = MessageTranslation.State
Pair = tuple[str, str]

BATCH = 200
# What was being translated when a pair became possible may fail for its absence a little later.
SETTLING_SECONDS = 20.0
_KEY = "translatable-pairs"
# What an engine answered is refused: another pair changes nothing for it.
REFUSED = ("protection", "not_a_translation")


def retry_newly_translatable() -> int:
    """Queue again what failed in pairs that have an engine now and had none before, newest first; return how many rows.

    Idempotent. Costs one query while nothing changes. The pairs of the last call are remembered in the cache; without it, as
    after a start, every pair counts as new once.
    """
    now = time.time()
    known: dict[Pair, float] = cache.get(_KEY) or {}
    pairs = {pair: known.get(pair, now) for pair in translatable_pairs()}
    new = [pair for pair in pairs if pair not in known]
    settling = [pair for pair, since in pairs.items() if pair in known and now - since < SETTLING_SECONDS]
    done = _retry(new, ~Q(reason__in=REFUSED)) + _retry(settling, Q(reason="no_engine"))
    if done >= BATCH:
        # There may be more: these pairs are new next time too.
        pairs = {pair: since for pair, since in pairs.items() if pair not in new}
    if pairs != known:
        cache.set(_KEY, pairs, None)
    return done


def _retry(pairs: Collection[Pair], reasons: Q) -> int:
    if not pairs:
        return 0
    possible = Q(pk__in=())
    for source, target in pairs:
        possible |= Q(message__language=source, language=target)
    failed = MessageTranslation.objects.filter(reasons, possible, state=State.FAILED, due_at__gt=timezone.now())
    ids = list(failed.order_by("-message").values_list("pk", "message")[:BATCH])
    return _queue_again(ids) if ids else 0


@transaction.atomic
def _queue_again(ids: list[tuple[int, str]]) -> int:
    """Queue failed rows, given as (row, message), again.

    Locks the conversations of their messages.
    """
    lock_conversations_of([message for _row, message in ids])
    failed = MessageTranslation.objects.filter(pk__in=[row for row, _message in ids], state=State.FAILED)
    rows = list(failed.order_by("-message"))
    requeue(rows)
    settle_statuses({row.message_id for row in rows})
    return len(rows)
