"""One engine call for one text: workers that want the same words wait for who asked first."""

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache

from rosetta.cache import claim_many
from translation.engines.base import Deadline
from translation.engines.engine_chain import Item
from translation.memory import store

# A worker that was killed holds its words no longer than a chain may take and this; its messages' leases last longer.
_GRACE_SECONDS = 5
_FIRST_WAIT, _LONGEST_WAIT = 0.02, 0.5


class Flight:
    """``ours`` is what this worker translates; the rest is on its way elsewhere."""

    def __init__(self, items: Iterable[Item]) -> None:
        wanted = [item for item in items if item.stored is None]
        taken = claim_many(
            [_name(item) for item in wanted], math.ceil(settings.TRANSLATION_CHAIN_SECONDS) + _GRACE_SECONDS
        )
        self.ours = [item for item, free in zip(wanted, taken, strict=True) if free]
        self._theirs = [item for item, free in zip(wanted, taken, strict=True) if not free]
        self._held = set(self.ours)

    def land(self, items: Iterable[Item]) -> None:
        """Let others have the words: what was translated is in the memory by now."""
        landed = self._held.intersection(items)
        if landed:
            self._held -= landed
            cache.delete_many([_name(item) for item in landed])

    def wait_for_others(self, deadline: Deadline) -> list[Item]:
        """Take what others translated from the memory; the items that they gave up or died with."""
        waiting, orphans, pause = self._theirs, [], _FIRST_WAIT
        while waiting:
            held = cache.get_many([_name(item) for item in waiting])
            found = store.find({item.scope_id for item in waiting}, {item.key for item in waiting})
            still = []
            for item in waiting:
                if hit := found.get(item.scope_id, {}).get(item.key):
                    item.stored, item.engine = hit.text, hit.engine
                elif _name(item) in held:
                    still.append(item)
                else:
                    orphans.append(item)
            waiting = still
            if not waiting:
                break
            if deadline.left < pause:
                for item in waiting:
                    item.reason = "deadline"
                break
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_WAIT)
        self._theirs = []
        return orphans


# Asking again for words that every engine of the chain broke would only cost again. An engine may learn, so not for ever.
_HOPELESS_SECONDS = 6 * 3600


def mark_hopeless(items: Iterable[Item]) -> None:
    """Note the items that no engine of their chain got right."""
    failed = [item for item in items if item.stored is None and item.reason == "protection"]
    if failed:
        cache.set_many({_hopeless(item): 1 for item in failed}, _HOPELESS_SECONDS)


def give_up_hopeless(items: Iterable[Item]) -> None:
    """Give the reason ``protection`` to items that were noted so lately, for the same chain."""
    wanted = [item for item in items if item.stored is None and not item.reason]
    known = cache.get_many([_hopeless(item) for item in wanted]) if wanted else {}
    for item in wanted:
        if _hopeless(item) in known:
            item.reason = "protection"


def _hopeless(item: Item) -> str:
    return f"hopeless:{item.scope_id}:{item.key}:{'+'.join(item.engines)}"


@contextmanager
def take(items: Iterable[Item]) -> Iterator[Flight]:
    flight = Flight(items)
    try:
        yield flight
    finally:
        flight.land(flight.ours)


def _name(item: Item) -> str:
    return f"translating:{item.scope_id}:{item.key}"
