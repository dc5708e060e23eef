"""The faults. Each function injects one and returns when it is over."""

import time
from collections.abc import Callable

from bench.reliability.stack import Stack

Fault = Callable[[], None]


def faults(stack: Stack) -> dict[str, Fault | str]:
    """Return the faults for ``stack`` by name.

    A string instead of a function says why it cannot be injected here.
    """
    no_disk = "needs root, to mount a small disk"
    return {
        "web killed": _restarted(stack, "web 1"),
        "gateway killed": _restarted(stack, "gateway"),
        "worker killed": _restarted(stack, "worker 1"),
        "both workers killed": _restarted(stack, "worker 1", "worker 2"),
        "beat killed": _restarted(stack, "beat"),
        "PostgreSQL restarted": lambda: _postgres(stack, "fast", 1),
        "PostgreSQL crashed": lambda: _postgres(stack, "immediate", 2),
        "PostgreSQL's disk full for 8 s": (lambda: _database_full(stack)) if stack.database_disk.can_fill else no_disk,
        "Redis stopped for 10 s, and all it held gone": lambda: _stopped(stack.redis, 10),
        "Redis flushed": lambda: stack.redis.flush(),
        "broker stopped for 10 s, and all it held gone": (
            (lambda: _stopped(stack.broker, 10)) if stack.has_own_broker else "the broker was given with --broker"
        ),
        "files' and mail's disk full for 8 s": (lambda: _full(stack)) if stack.disk.can_fill else no_disk,
        "engine gone for 8 s": _restarted(stack, "engine", pause=8),
        "clocks of a web process and a worker jump 100 s ahead, then 100 s back": (
            (lambda: _clock(stack)) if stack.clock.can_be_set else "needs a C compiler"
        ),
    }


def _restarted(stack: Stack, *names: str, pause: float = 1) -> Fault:
    def strike() -> None:
        for name in names:
            stack.kill(name)
        time.sleep(pause)
        for name in names:
            stack.start(name)

    return strike


def _postgres(stack: Stack, how: str, pause: float) -> None:
    stack.postgres.stop(how)
    time.sleep(pause)
    stack.postgres.start()


def _database_full(stack: Stack) -> None:
    stack.database_disk.fill()
    time.sleep(8)
    stack.database_disk.free()
    # because it may have ended by itself when it could not write its log
    stack.postgres.ensure_running()


def _stopped(server: "object", seconds: float) -> None:
    server.stop()  # type: ignore[attr-defined]
    time.sleep(seconds)
    server.start()  # type: ignore[attr-defined]


def _full(stack: Stack) -> None:
    stack.disk.fill()
    time.sleep(8)
    stack.disk.free()


def _clock(stack: Stack) -> None:
    for seconds in (100, -100):
        stack.clock.set(seconds)
        time.sleep(4)
    stack.clock.set(0)
