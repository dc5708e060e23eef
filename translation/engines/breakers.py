"""Stop calls to an engine that keeps failing: circuit breakers.

All workers share their state. A breaker opens after some failures in a row, lets one trial call through after a
backoff, and closes when a call succeeds. ``Breakers`` is one batch's snapshot of them: read once, used by several
threads, saved once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from translation.engines.base import EngineError, PermanentError, QuotaError, RefusedByEngine
from translation.models import EngineState

log = structlog.get_logger(__name__)

FAILURES_TO_OPEN = 3
FIRST_BACKOFF = 10.0
LONGEST_BACKOFF = 120.0
# A trial without a result after this time is repeated: its worker died.
TRIAL_SECONDS = 35.0

Status = EngineState.Status


@dataclass
class _Health:
    status: str
    failures: int
    retry_at: datetime | None
    changed: bool = False
    error: str = ""
    on_trial: bool = False
    # Failures since the last success, which ``save`` adds to the row, because other batches change the row meanwhile.
    added: int = 0
    succeeded: bool = False
    tried: bool = False


class Breakers:
    """The engines' health as one batch knows it.

    Thread-safe; only ``save`` uses the database.
    """

    def __init__(self, states: Mapping[str, EngineState], trials: frozenset[str], now: datetime) -> None:
        self._lock = Lock()
        self._began = now
        self._health = {
            name: _Health(state.status, state.failures, state.retry_at, on_trial=name in trials)
            for name, state in states.items()
        }

    def admits(self, engine: str) -> bool:
        """Return whether to call the engine now.

        A trial is one call; further ones wait for its result.
        """
        with self._lock:
            health = self._health.get(engine)
            if health is None or health.status == Status.CLOSED:
                return True
            if health.on_trial:
                health.on_trial = False
                health.tried = True
                return True
            return False

    def is_closed(self, engine: str) -> bool:
        health = self._health.get(engine)
        return health is None or health.status == Status.CLOSED

    def succeeded(self, engine: str) -> None:
        with self._lock:
            health = self._health.get(engine)
            if health is not None and (health.status != Status.CLOSED or health.failures):
                health.status, health.failures, health.retry_at, health.changed = Status.CLOSED, 0, None, True
                health.added, health.succeeded = 0, True

    def failed(self, engine: str, error: EngineError) -> None:
        if isinstance(error, RefusedByEngine):
            return  # The engine works and only refuses these texts.
        now = timezone.now()
        with self._lock:
            health = self._health.setdefault(engine, _Health(Status.CLOSED, 0, None))
            health.failures += 1
            health.added += 1
            health.error, health.changed = str(error)[:300], True
            if isinstance(error, PermanentError):
                health.status, health.retry_at = Status.OUT, None
            elif isinstance(error, QuotaError):
                health.status = Status.OPEN
                health.retry_at = now + timedelta(seconds=min(error.retry_after or FIRST_BACKOFF, 86400.0))
            elif health.status != Status.CLOSED or health.failures >= FAILURES_TO_OPEN:
                health.status, health.retry_at = Status.OPEN, now + _backoff(health.failures)

    def retry_after(self, engines: Iterable[str]) -> float | None:
        """Return the seconds until one of ``engines`` may be called again.

        Returns None if no time is known.
        """
        now = timezone.now()
        with self._lock:
            times = [health.retry_at for name in engines if (health := self._health.get(name)) and health.retry_at]
        return max(0.0, (min(times) - now).total_seconds()) if times else None

    def save(self) -> None:
        """Add the changes of health to the rows. Locks each row.

        Other batches may have changed the rows meanwhile.
        """
        # Sorted, because batches that lock the same rows in different orders would deadlock.
        for name, health in sorted(self._health.items()):
            if not health.changed:
                continue
            state = _write(name, health, self._began)
            log.info("engine_health", engine=name, status=state.status, failures=state.failures, error=health.error)
            health.changed, health.added, health.succeeded = False, 0, False


def _backoff(failures: int) -> timedelta:
    """Return the time without calls after this many failures in a row."""
    doublings = max(0, failures - FAILURES_TO_OPEN)
    return timedelta(seconds=min(FIRST_BACKOFF * 2 ** min(doublings, 10), LONGEST_BACKOFF))


@transaction.atomic
def _write(engine: str, health: _Health, began: datetime) -> EngineState:
    state, _is_new = EngineState.objects.select_for_update().get_or_create(engine=engine)
    now = timezone.now()
    # A success does not cancel a failure that another batch had after this one began.
    if health.succeeded and (state.last_error_at is None or state.last_error_at < began):
        state.status, state.failures, state.retry_at = Status.CLOSED, 0, None
    if health.error:
        state.last_error, state.last_error_at = health.error, now
    if health.added:
        state.failures += health.added
        _open(state, health, now)
    state.save(update_fields=["status", "failures", "retry_at", "last_error", "last_error_at"])
    return state


def _open(state: EngineState, health: _Health, now: datetime) -> None:
    """Update the state for the added failures of ``health``; a longer backoff is kept."""
    if Status.OUT in (state.status, health.status):
        state.status, state.retry_at = Status.OUT, None
    elif health.status != Status.CLOSED or state.status != Status.CLOSED or state.failures >= FAILURES_TO_OPEN:
        retry_at = health.retry_at or now + _backoff(state.failures)
        # ``retry_at`` of a trial is its timeout, which no longer matters after the trial of this batch.
        if state.retry_at is not None and not (health.tried and state.status == Status.HALF_OPEN):
            retry_at = max(retry_at, state.retry_at)
        state.status, state.retry_at = Status.OPEN, retry_at


def snapshot(engines: Iterable[str], *, trials: bool = True) -> Breakers:
    """Return the engines' health now.

    With ``trials``, claim a trial call of each open breaker that is due. Of several batches only one claims a trial.
    """
    now = timezone.now()
    states = {state.engine: state for state in EngineState.objects.filter(engine__in=list(engines))}
    due = [state for state in states.values() if trials and state.is_due_for_trial(now)]
    return Breakers(states, frozenset(state.engine for state in due if _claim_trial(state.engine, now)), now)


def _claim_trial(engine: str, now: datetime) -> bool:
    waiting = EngineState.objects.filter(engine=engine, status__in=[Status.OPEN, Status.HALF_OPEN])
    due = waiting.filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now))
    return bool(due.update(status=Status.HALF_OPEN, retry_at=now + timedelta(seconds=TRIAL_SECONDS)))
