"""Wake a worker: a hint that may be lost, because a sweep finds the pending rows anyway."""

import time

import structlog
from celery import Task
from django.conf import settings
from django.core.cache import cache

from rosetta.celery import app

log = structlog.get_logger(__name__)

# Seconds that an unavailable broker is left alone: each attempt costs the request that makes it.
BACKOFF_SECONDS = 1.0
_unavailable_until = 0.0

# Seconds that a lost nudge suppresses others of its task.
NUDGE_SECONDS = 2


def nudge(task: "Task[..., object] | str", *args: object, countdown: float | None = None) -> None:
    """Ask a worker to run ``task`` (a task or its name) soon.

    ``countdown`` is in seconds.

    Never raises and never waits for an unavailable broker: the request that nudges has already done its work, and a sweep
    finds the pending row if the nudge is lost.
    """
    global _unavailable_until
    name = task if isinstance(task, str) else task.name
    if time.monotonic() < _unavailable_until:
        return
    try:
        app.send_task(name, args=args, countdown=countdown, retry=False, ignore_result=True)
    except Exception as error:  # kombu and its transports raise errors of many kinds
        _unavailable_until = time.monotonic() + BACKOFF_SECONDS
        log.warning("nudge_lost", task=name, error=str(error))


def nudge_once(name: str) -> None:
    """Nudge a task that works off everything pending, unless a nudge of it is already queued.

    The task calls ``started`` first. Without Redis, processes share no cache, so every nudge is sent.
    """
    if not settings.REDIS_URL or cache.add(_key(name), 1, timeout=NUDGE_SECONDS):
        nudge(name)


def started(name: str) -> None:
    """Mark the task ``name`` as started.

    Rows that become pending from now on need a nudge of their own.
    """
    if settings.REDIS_URL:
        cache.delete(_key(name))


def _key(name: str) -> str:
    return f"nudged:{name}"
