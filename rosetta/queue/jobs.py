"""Tasks: each run of a periodic job is recorded, long work goes in bounded steps, and slow tasks leave room for small ones."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from celery import Task
from django.conf import settings
from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone

from rosetta.queue import queues, slots
from rosetta.queue.nudge import nudge

log = structlog.get_logger(__name__)

# Successes are recorded at most this often, because some jobs run every two seconds.
RECORD_INTERVAL_SECONDS = 10.0
# A longer run would keep its worker from translating; the next run continues.
MAX_RUN_SECONDS = 20.0
# A job is late after this many periods without a success, and never sooner than these seconds.
LATE_PERIODS = 3
LATE_SECONDS = 120.0
# Seconds after which a task that found no slot and has arguments is sent again.
AGAIN_SECONDS = 1

Row = TypeVar("Row")

# When this process last recorded a success of each job, by the monotonic clock.
_recorded_at: dict[str, float] = {}


class JobTask(Task):  # type: ignore[misc]
    """The base of all tasks.

    Records the runs of those that are in the schedule, whoever started them.

    In a worker, a slow task needs a slot. Without one it is left for later: a task without arguments runs when a slot is free;
    others are sent again.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.request.called_directly or queues.queue_of(self.name) not in queues.SLOW:
            return self._recorded(*args, **kwargs)
        # Only tasks without arguments are remembered by name: they work off whatever is pending.
        with slots.taken("" if args else self.name) as is_taken:
            if is_taken:
                result = self._recorded(*args, **kwargs)
        if is_taken:
            for name in slots.missed():
                nudge(name)
            return result
        if args:
            nudge(self.name, *args, countdown=AGAIN_SECONDS)
        return None

    def _recorded(self, *args: Any, **kwargs: Any) -> Any:
        name = names().get(self.name)
        if name is None:
            return self.run(*args, **kwargs)
        began = time.monotonic()
        try:
            result = self.run(*args, **kwargs)
        except Exception as error:
            _record_failure(name, error)
            raise
        _record_success(name, time.monotonic() - began, result)
        return result


def names() -> dict[str, str]:
    """Return the names of the jobs by the names of their tasks."""
    return {job["task"]: name for name, job in settings.CELERY_BEAT_SCHEDULE.items()}


def period(name: str) -> timedelta:
    """Return the interval of the job ``name``."""
    every: timedelta = settings.CELERY_BEAT_SCHEDULE[name]["schedule"].run_every
    return every


def late() -> Iterator[tuple[str, str]]:
    """Yield the jobs that have not succeeded for too long, each with a sentence.

    None where no job ever ran.
    """
    from rosetta.models import JobRun

    runs = {run.name: run for run in JobRun.objects.all()}
    now = timezone.now()
    for name in settings.CELERY_BEAT_SCHEDULE if runs else ():
        run = runs.get(name)
        allowed = max(period(name) * LATE_PERIODS, timedelta(seconds=LATE_SECONDS))
        if run is None:
            continue  # new in a version that no worker runs yet
        if run.succeeded_at is None and not run.failures:
            if run.known_since and now - run.known_since > allowed:
                yield name, f"{name} has never run since {run.known_since:%Y-%m-%d %H:%M:%S} UTC"
        elif run.succeeded_at is None:
            yield name, f"{name} has never succeeded{_why(run.error)}"
        elif now - run.succeeded_at > allowed:
            yield name, f"{name} last succeeded at {run.succeeded_at:%Y-%m-%d %H:%M:%S} UTC{_why(run.error)}"


def _why(error: str) -> str:
    return f" ({error})" if error else ""


def in_steps(step: Callable[[], int], *, size: int) -> int:
    """Repeat ``step`` until it handles fewer than ``size`` rows or MAX_RUN_SECONDS have passed.

    ``step`` returns the number of rows that it handled. Returns their sum.
    """
    deadline = time.monotonic() + MAX_RUN_SECONDS
    total = 0
    while True:
        done = step()
        total += done
        if done < size or time.monotonic() >= deadline:
            return total


def in_time(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield ``rows`` until MAX_RUN_SECONDS have passed.

    What is left waits for the next run.
    """
    deadline = time.monotonic() + MAX_RUN_SECONDS
    for row in rows:
        yield row
        if time.monotonic() >= deadline:
            return


def _record_success(name: str, seconds: float, result: Any) -> None:
    now = time.monotonic()
    if now - _recorded_at.get(name, -RECORD_INTERVAL_SECONDS) < RECORD_INTERVAL_SECONDS:
        return
    done = result if isinstance(result, int) and not isinstance(result, bool) else None
    values = {"succeeded_at": timezone.now(), "seconds": round(seconds, 3), "done": done, "failures": 0, "error": ""}
    if _write(name, values):
        _recorded_at[name] = now


def _record_failure(name: str, error: Exception) -> None:
    _recorded_at.pop(name, None)
    reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    _write(name, {"failed_at": timezone.now(), "failures": F("failures") + 1, "error": reason})


def _write(name: str, values: dict[str, Any]) -> bool:
    """Update the row of the job ``name``.

    Return False while the database is unavailable.
    """
    from rosetta.models import JobRun

    rows = JobRun.objects.filter(pk=name)
    try:
        if not _recorded_at:  # the first record of this process, which may have new jobs in its schedule
            known = [JobRun(name=job, known_since=timezone.now()) for job in settings.CELERY_BEAT_SCHEDULE]
            JobRun.objects.bulk_create(known, ignore_conflicts=True)
        if not rows.update(**values):
            JobRun.objects.bulk_create([JobRun(name=name)], ignore_conflicts=True)
            rows.update(**values)
    except DatabaseError as error:
        log.warning("job_not_recorded", job=name, error=str(error).splitlines()[0] if str(error) else "")
        return False
    return True
