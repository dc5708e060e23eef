"""Remember which texts an engine could not do, and how long its calls take.

All workers share it through the cache. Without the cache nothing is known: every text may be asked for, and calls get the
time of an engine of unknown speed. ``History`` is one batch's copy: read once, used by several threads, saved once.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.core.cache import cache

from translation.engines.base import Engine
from translation.engines.requests import UnitRequest

# An engine answers at random sometimes: what it refused is asked for at the same interval so often, then further apart.
REFUSALS_AT_ONE_INTERVAL = 3
LONGEST_INTERVAL = 3600.0
_REMEMBERED_SECONDS = 24 * 3600
# A call may take this many times what calls took before; one of more characters in proportion, up to this ratio.
_PATIENCE, _MOST_CHARACTERS = 4.0, 4.0
_NEW_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Failure:
    """How often an engine failed a text in a row, why, and when it is asked for the text again, in Unix seconds."""

    count: int
    reason: str
    retry_at: float


@dataclass(frozen=True, slots=True)
class Pace:
    """What an engine's calls take: ``seconds`` for this many ``characters``."""

    seconds: float
    characters: float


class History:
    """What is known of some requests' engines.

    Thread-safe; only ``load`` and ``save`` use the cache.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures: dict[str, Failure] = {}
        self._paces: dict[str, Pace] = {}
        self._changed: dict[str, Failure | Pace | None] = {}

    def load(self, requests: Iterable[UnitRequest]) -> None:
        """Read what is known of ``requests``; may be called again."""
        requests = list(requests)
        names = {name for request in requests for name in request.engines}
        keys = [_failure_key(name, request) for request in requests for name in request.engines]
        known = cache.get_many([*keys, *map(_pace_key, names)]) if names else {}
        with self._lock:
            self._failures |= {key: known[key] for key in keys if key in known}
            self._paces |= {key: known[key] for key in map(_pace_key, names) if key in known}

    def save(self) -> None:
        """Write what changed. Idempotent."""
        with self._lock:
            changed, self._changed = self._changed, {}
        if kept := {key: value for key, value in changed.items() if value is not None}:
            cache.set_many(kept, _REMEMBERED_SECONDS)
        if gone := [key for key, value in changed.items() if value is None]:
            cache.delete_many(gone)

    def failure(self, engine: str, request: UnitRequest) -> Failure | None:
        """Return the failure of ``request`` with ``engine``.

        None if it did not fail, or was translated since.
        """
        return self._failures.get(_failure_key(engine, request))

    def failed(self, engine: str, request: UnitRequest, reason: str, *, is_refusal: bool) -> None:
        """Count a failure of ``request``.

        ``is_refusal``: the engine answered, but the answer is no translation.
        """
        key = _failure_key(engine, request)
        with self._lock:
            known = self._failures.get(key)
            count = known.count + 1 if known else 1
            seconds = _interval(count - REFUSALS_AT_ONE_INTERVAL + 1 if is_refusal else count)
            self._failures[key] = self._changed[key] = Failure(count, reason, time.time() + seconds)

    def succeeded(self, engine: str, request: UnitRequest) -> None:
        key = _failure_key(engine, request)
        with self._lock:
            if self._failures.pop(key, None):
                self._changed[key] = None

    def took(self, engine: str, seconds: float, characters: int) -> None:
        """Add the duration of a call that was answered to the engine's pace."""
        key = _pace_key(engine)
        with self._lock:
            known = self._paces.get(key)
            share = _NEW_SHARE if known else 1.0
            old = known or Pace(seconds, characters)
            self._paces[key] = self._changed[key] = Pace(
                old.seconds + share * (seconds - old.seconds), old.characters + share * (characters - old.characters)
            )

    def patience(self, engine: Engine, characters: int) -> float | None:
        """Return the seconds after which a call of so many characters is too slow, None while that is unknown."""
        pace = self._paces.get(_pace_key(engine.name))
        if pace is None:
            return None
        ratio = min(max(1.0, characters / max(pace.characters, 1.0)), _MOST_CHARACTERS)
        return max(engine.patience, _PATIENCE * pace.seconds * ratio)

    def retry_at(self, engine: str, request: UnitRequest) -> float:
        """Return when ``engine`` may be asked for ``request``, in Unix seconds.

        0 if it did not fail.
        """
        failure = self.failure(engine, request)
        return failure.retry_at if failure else 0.0


def _interval(count: int) -> float:
    doublings = min(max(0, count - 1), 16)
    return float(min(settings.TRANSLATION_RETRY_SECONDS * 2.0**doublings, LONGEST_INTERVAL))


# Not by scope: engines see no difference between equal texts of two workspaces.
def _failure_key(engine: str, request: UnitRequest) -> str:
    return f"engine-failed:{engine}:{request.key}"


def _pace_key(engine: str) -> str:
    return f"engine-pace:{engine}"
