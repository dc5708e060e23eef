"""The Celery application, and the one way that the rest of the code wakes it."""

import os
import time
import warnings

import structlog
from celery import Celery, Task
from celery.exceptions import SecurityWarning
from django.conf import settings
from django.core.cache import cache
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")

log = structlog.get_logger(__name__)

# How long a broker that is away is left alone: each look at it costs the request that looks.
REST_SECONDS = 1.0
_away_until = 0.0

# How long a nudge that got lost keeps others back.
NUDGE_SECONDS = 2

# Celery warns root of pickled tasks; ours are JSON alone.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("rosetta", task_cls="rosetta.queue.jobs:JobTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.steps["worker"].add("rosetta.queue.probes:Probes")
app.autodiscover_tasks()


def nudge(task: "Task[..., object] | str", *args: object, countdown: float | None = None) -> None:
    """Ask a worker to run ``task`` (or the task of that name) soon. It may be lost: what is to be done stands in a row that a
    sweep finds.

    Never raises and never waits for a broker that is away: the request that nudges has already done its work.
    """
    global _away_until
    name = task if isinstance(task, str) else task.name
    if time.monotonic() < _away_until:
        return
    try:
        app.send_task(name, args=args, countdown=countdown, retry=False, ignore_result=True)
    except Exception as error:  # kombu and its transports raise errors of many kinds
        _away_until = time.monotonic() + REST_SECONDS
        log.warning("nudge_lost", task=name, error=str(error))


def nudge_once(name: str) -> None:
    """Like ``nudge``, for a task that does all there is to do: while one waits to start, another would find nothing.

    The task says ``started`` first of all. Without Redis processes share no word of it, and every nudge is sent.
    """
    if not settings.REDIS_URL or cache.add(_waiting(name), 1, timeout=NUDGE_SECONDS):
        nudge(name)


def started(name: str) -> None:
    """Say that the task ``name`` begins to look: what is owed from here on needs a nudge of its own."""
    if settings.REDIS_URL:
        cache.delete(_waiting(name))


def _waiting(name: str) -> str:
    return f"nudged:{name}"
