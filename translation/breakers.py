"""Circuit breakers: an engine that fails rests, then gets one trial; all workers share what one of them learnt.

``Breakers`` is a snapshot for one batch: read once, consulted from several threads, written back once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import structlog
from django.db.models import Q
from django.utils import timezone

from translation.engines.base import EngineError, Permanent, Quota, Refused
from translation.models import EngineState

log = structlog.get_logger(__name__)

# So many failures in a row are no accident.
FAILURES_TO_OPEN = 3
FIRST_REST = 10.0
LONGEST_REST = 120.0
# A trial that was not settled by then died with its worker.
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


class Breakers:
    """The engines' health as this batch knows it. No method but ``save`` touches the database."""

    def __init__(self, states: Mapping[str, EngineState], trials: frozenset[str], now: datetime) -> None:
        self._lock = Lock()
        self._health = {
            name: _Health(state.status, state.failures, state.retry_at, on_trial=name in trials)
            for name, state in states.items()
        }

    def admits(self, engine: str) -> bool:
        """Whether to call the engine now. A trial is one call: the next waits for how it went."""
        with self._lock:
            health = self._health.get(engine)
            if health is None or health.status == Status.CLOSED:
                return True
            if health.on_trial:
                health.on_trial = False
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

    def failed(self, engine: str, error: EngineError) -> None:
        if isinstance(error, Refused):
            return  # it is well, it only will not have these texts
        now = timezone.now()
        with self._lock:
            health = self._health.setdefault(engine, _Health(Status.CLOSED, 0, None))
            health.failures += 1
            health.error, health.changed = str(error)[:300], True
            if isinstance(error, Permanent):
                health.status, health.retry_at = Status.OUT, None
            elif isinstance(error, Quota):
                health.status = Status.OPEN
                health.retry_at = now + timedelta(seconds=min(error.retry_after or FIRST_REST, 86400.0))
            elif health.status != Status.CLOSED or health.failures >= FAILURES_TO_OPEN:
                rests = max(0, health.failures - FAILURES_TO_OPEN)
                health.status = Status.OPEN
                health.retry_at = now + timedelta(seconds=min(FIRST_REST * 2 ** min(rests, 10), LONGEST_REST))

    def retry_after(self, engines: Iterable[str]) -> float | None:
        """Seconds until the first of ``engines`` may be asked again; None when none of them has a time."""
        now = timezone.now()
        with self._lock:
            times = [health.retry_at for name in engines if (health := self._health.get(name)) and health.retry_at]
        return max(0.0, (min(times) - now).total_seconds()) if times else None

    def save(self) -> None:
        """Write down what changed: one query an engine whose health changed, none otherwise."""
        now = timezone.now()
        for name, health in self._health.items():
            if not health.changed:
                continue
            values = {"status": health.status, "failures": health.failures, "retry_at": health.retry_at}
            if health.error:
                values |= {"last_error": health.error, "last_error_at": now}
            EngineState.objects.update_or_create(engine=name, defaults=values)
            log.info("engine_health", engine=name, status=health.status, failures=health.failures, error=health.error)
            health.changed = False


def snapshot(engines: Iterable[str], *, trials: bool = True) -> Breakers:
    """The engines' health now. An open breaker that is due is claimed for one trial, by one batch alone."""
    now = timezone.now()
    states = {state.engine: state for state in EngineState.objects.filter(engine__in=list(engines))}
    due = [state for state in states.values() if trials and state.is_due_for_trial(now)]
    return Breakers(states, frozenset(state.engine for state in due if _claim_trial(state.engine, now)), now)


def _claim_trial(engine: str, now: datetime) -> bool:
    waiting = EngineState.objects.filter(engine=engine, status__in=[Status.OPEN, Status.HALF_OPEN])
    due = waiting.filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now))
    return bool(due.update(status=Status.HALF_OPEN, retry_at=now + timedelta(seconds=TRIAL_SECONDS)))
