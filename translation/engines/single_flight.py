"""Send a text to an engine once, although several workers need it.

The others wait for the worker that claimed it first.
"""

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache

from rosetta.cache import claim_many
from translation.engines.base import Deadline
from translation.engines.requests import UnitRequest, UnitResult
from translation.memory import store

# Claims expire this long after the time that a chain may take, so that another worker takes over from a killed one before
# the leases of its messages expire.
_GRACE_SECONDS = 5
_FIRST_WAIT, _LONGEST_WAIT = 0.02, 0.5


class SingleFlight:
    """Claim requests for this worker.

    ``ours`` are claimed; other workers are translating the rest.
    """

    def __init__(self, requests: Iterable[UnitRequest]) -> None:
        requests = list(requests)
        seconds = math.ceil(settings.TRANSLATION_CHAIN_SECONDS) + _GRACE_SECONDS
        claimed = claim_many([_claim_key(request) for request in requests], seconds)
        self.ours = [request for request, is_ours in zip(requests, claimed, strict=True) if is_ours]
        self._theirs = [request for request, is_ours in zip(requests, claimed, strict=True) if not is_ours]
        self._held = {request.id: request for request in self.ours}

    def release(self, requests: Iterable[UnitRequest]) -> None:
        """Release the claims of ``requests``, whose translations are in the memory now.

        Idempotent.
        """
        released = [request for request in requests if self._held.pop(request.id, None)]
        if released:
            cache.delete_many([_claim_key(request) for request in released])

    def wait_for_others(self, deadline: Deadline) -> tuple[list[UnitResult], list[UnitRequest]]:
        """Wait for the other workers' translations, at most until the deadline.

        They arrive in the memory. Returns results, and the requests that no worker translates now: the other one
        failed or died.
        """
        pending, self._theirs = self._theirs, []
        results: list[UnitResult] = []
        abandoned: list[UnitRequest] = []
        pause = _FIRST_WAIT
        while pending:
            held = cache.get_many([_claim_key(request) for request in pending])
            hits = store.find({request.scope_id for request in pending}, {request.key for request in pending})
            still_pending = []
            for request in pending:
                if hit := hits.get(request.scope_id, {}).get(request.key):
                    results.append(UnitResult(request, hit.text, hit.engine, confidence=hit.confidence))
                elif _claim_key(request) in held:
                    still_pending.append(request)
                else:
                    abandoned.append(request)
            pending = still_pending
            if pending and deadline.left < pause:
                return results + [UnitResult(request, reason="deadline") for request in pending], abandoned
            if pending:
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_WAIT)
        return results, abandoned


@contextmanager
def claim(requests: Iterable[UnitRequest]) -> Iterator[SingleFlight]:
    """Claim the requests that no other worker has claimed.

    The claims are released on leaving the context.
    """
    flight = SingleFlight(requests)
    try:
        yield flight
    finally:
        flight.release(flight.ours)


def _claim_key(request: UnitRequest) -> str:
    return f"translating:{request.scope_id}:{request.key}"
