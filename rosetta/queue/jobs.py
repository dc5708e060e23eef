"""Periodic jobs: how each went is written down, and long clean-ups go in bounded steps."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import structlog
from celery import Task
from django.conf import settings
from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone

log = structlog.get_logger(__name__)

# A job that runs every two seconds is not written down each time.
NOTED_EVERY_SECONDS = 10.0
# A job that lasts longer keeps its worker from translating; the next run goes on.
STEP_SECONDS = 20.0
# So many periods without a success, and never sooner than so many seconds, are a fault.
LATE_PERIODS = 3
LATE_SECONDS = 120.0

_noted: dict[str, float] = {}


class JobTask(Task):  # type: ignore[misc]
    """Every task of the service; one that is in the schedule leaves a note of how it went, whoever ran it."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        name = names().get(self.name)
        if name is None:
            return self.run(*args, **kwargs)
        began = time.monotonic()
        try:
            told = self.run(*args, **kwargs)
        except Exception as error:
            _note_failure(name, error)
            raise
        _note_success(name, time.monotonic() - began, told)
        return told


def names() -> dict[str, str]:
    """The jobs' names by their tasks'."""
    return {job["task"]: name for name, job in settings.CELERY_BEAT_SCHEDULE.items()}


def period(name: str) -> timedelta:
    """How often the job ``name`` runs."""
    every: timedelta = settings.CELERY_BEAT_SCHEDULE[name]["schedule"].run_every
    return every


def late() -> Iterator[tuple[str, str]]:
    """The jobs that did not succeed for long, each with a sentence; none where none ever ran."""
    from rosetta.models import JobRun

    runs = {run.name: run for run in JobRun.objects.all()}
    now = timezone.now()
    for name in settings.CELERY_BEAT_SCHEDULE if runs else ():
        run = runs.get(name)
        allowed = max(period(name) * LATE_PERIODS, timedelta(seconds=LATE_SECONDS))
        if run is None:
            continue  # new in a version that no worker has taken up yet
        if run.succeeded_at is None and not run.failures:
            if run.known_since and now - run.known_since > allowed:
                yield name, f"{name} has never run since {run.known_since:%Y-%m-%d %H:%M:%S} UTC"
        elif run.succeeded_at is None:
            yield name, f"{name} has never succeeded{_why(run.error)}"
        elif now - run.succeeded_at > allowed:
            yield name, f"{name} succeeded last at {run.succeeded_at:%Y-%m-%d %H:%M:%S} UTC{_why(run.error)}"


def _why(error: str) -> str:
    return f" ({error})" if error else ""


def in_steps(step: Callable[[], int], *, size: int) -> int:
    """Repeat ``step``, which does at most ``size`` things and says how many, until one falls short or time is up; the sum."""
    until = time.monotonic() + STEP_SECONDS
    total = 0
    while True:
        done = step()
        total += done
        if done < size or time.monotonic() >= until:
            return total


def _note_success(name: str, seconds: float, told: Any) -> None:
    now = time.monotonic()
    if now - _noted.get(name, -NOTED_EVERY_SECONDS) < NOTED_EVERY_SECONDS:
        return
    done = told if isinstance(told, int) and not isinstance(told, bool) else None
    values = {"succeeded_at": timezone.now(), "seconds": round(seconds, 3), "done": done, "failures": 0, "error": ""}
    if _write(name, values):
        _noted[name] = now


def _note_failure(name: str, error: Exception) -> None:
    _noted.pop(name, None)
    told = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    _write(name, {"failed_at": timezone.now(), "failures": F("failures") + 1, "error": told})


def _write(name: str, values: dict[str, Any]) -> bool:
    """Whether the note was taken. A database that is away has other witnesses."""
    from rosetta.models import JobRun

    rows = JobRun.objects.filter(pk=name)
    try:
        if not _noted:  # the first note of this process, which may be of a new version
            known = [JobRun(name=job, known_since=timezone.now()) for job in settings.CELERY_BEAT_SCHEDULE]
            JobRun.objects.bulk_create(known, ignore_conflicts=True)
        if not rows.update(**values):
            JobRun.objects.bulk_create([JobRun(name=name)], ignore_conflicts=True)
            rows.update(**values)
    except DatabaseError as error:
        log.warning("job_not_noted", job=name, error=str(error).splitlines()[0] if str(error) else "")
        return False
    return True
