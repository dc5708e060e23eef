"""Which queue each task waits in, so that what people wait for is not behind what takes long.

A worker that serves several queues takes from the first one that has a task (over Redis; RabbitMQ hands out all of them in
turn), and ``slots`` keeps a part of it free for small tasks.
"""

from collections.abc import Iterable
from fnmatch import fnmatch

from kombu import Exchange, Queue

# The queues, those with the smallest tasks first, and patterns of the names of their tasks; the first that fits decides.
# ``jobs`` takes the rest.
TASKS: dict[str, tuple[str, ...]] = {
    "mail": ("accounts.tasks.deliver_mail", "accounts.tasks.send_owed_mail"),
    "jobs": ("rooms.tasks.end_expired_rooms", "translation.tasks.note_hits"),
    # Pushes and outgoing webhooks, which wait for servers of others.
    "delivery": ("messaging.tasks.push_owed", "devices.tasks.*", "workspaces.tasks.deliver_webhooks"),
    # Thumbnails, exports, erasures and clean-ups.
    "bulk": (
        "files.tasks.*",
        "accounts.tasks.make_export",
        "accounts.tasks.erase_account",
        "accounts.tasks.resume_account_work",
        "messaging.tasks.*_workspace_export*",
        "*.expire_*",
        "*.purge_*",
        "workspaces.tasks.erase",
        "translation.tasks.evict_memory",
    ),
    "translation": (
        "messaging.tasks.*translat*",
        "rooms.tasks.translate_name",
        "translation.tasks.fetch_models",
        "translation.tasks.check_engines",
    ),
}
NAMES = tuple(TASKS)
# Tasks of these may take long; a worker always has a process for the others.
SLOW = frozenset({"delivery", "bulk", "translation"})


def queue_of(task: str) -> str:
    """Return the name of the queue that the task named ``task`` waits in."""
    for name, patterns in TASKS.items():
        if any(fnmatch(task, pattern) for pattern in patterns):
            return name
    return "jobs"


def in_broker(name: str, prefix: str) -> str:
    """Return what the broker calls the queue ``name``.

    That of jobs has the name that all tasks had in earlier versions.
    """
    return prefix if name == "jobs" else f"{prefix}-{name}"


def declared(names: Iterable[str], prefix: str) -> list[Queue]:
    """Return the queues ``names`` for Celery, in the order of NAMES."""
    exchange = Exchange(prefix, type="direct")
    wanted = set(names)
    return [
        Queue(in_broker(name, prefix), exchange, routing_key=in_broker(name, prefix))
        for name in NAMES
        if name in wanted
    ]


class Router:
    """Celery's router."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __call__(self, name: str, *_: object, **__: object) -> dict[str, str]:
        return {"queue": in_broker(queue_of(name), self._prefix)}
