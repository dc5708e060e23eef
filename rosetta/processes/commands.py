"""The command lines of Rosetta's processes.

In embedded mode one process serves HTTP and WebSockets on one port. With DATABASE_URL and REDIS_URL set, REST and the
gateway are separate processes on two ports, behind a proxy.
"""

import shutil
import sys
from pathlib import Path

from django.conf import settings

from rosetta.queue import queues

SERVING = ["-m", "rosetta.serving", "{app}", "--host", "{host}", "--port", "{port}"]
CELERY = ["-m", "celery", "--app", "rosetta", "--quiet"]
WORKER = [*CELERY, "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
BEAT = [*CELERY, "beat", "--loglevel", "WARNING"]


def is_service() -> bool:
    """Return whether PostgreSQL and Redis are configured, so that processes can run many times and on many hosts."""
    return bool(settings.DATABASE_URL and settings.REDIS_URL)


def ports() -> dict[str, int]:
    """Return the port of each process that listens."""
    if is_service():
        return {"web": settings.PORT, "gateway": settings.GATEWAY_PORT}
    return {"web": settings.PORT}


def commands() -> dict[str, list[str]]:
    """Return the command line of each process, by name."""
    if is_service():
        return {
            "web": _python(
                SERVING, "--workers", str(settings.WEB_WORKERS), port=settings.PORT, app="rosetta.rest:application"
            ),
            "gateway": _python(SERVING, "--sockets", port=settings.GATEWAY_PORT, app="rosetta.gateway:application"),
            **_workers("prefork"),
            "beat": _python(BEAT),
        }
    return {
        "web": _python(SERVING, "--sockets", port=settings.PORT, app="rosetta.asgi:application"),
        **_workers("threads"),
        "beat": _python(BEAT),
    }


def _workers(pool: str) -> dict[str, list[str]]:
    """Return the command lines of the worker of all queues but SEPARATE_WORKERS, and of one for each of these."""
    others = [name for name in queues.NAMES if name not in settings.SEPARATE_WORKERS]
    served = {"worker": others} | {f"worker-{name}": [name] for name in settings.SEPARATE_WORKERS}
    return {process: _worker(process, names, pool) for process, names in served.items() if names}


def _worker(process: str, names: list[str], pool: str) -> list[str]:
    """Return the command line of a worker of ``names``.

    Where slow and small tasks meet, it has one more process.
    """
    has_both = 0 < len(queues.SLOW.intersection(names)) < len(names)
    more = ["--pool", pool, "--concurrency", str(settings.WORKER_CONCURRENCY + has_both)]
    in_broker = ",".join(queues.in_broker(name, settings.REDIS_PREFIX) for name in names)
    return _python(WORKER, *more, "--queues", in_broker, "--hostname", f"{process}@%h")


def metrics_folder(name: str) -> Path:
    """Make an empty folder for the counters of processes that start now, so that ``/metrics`` can sum them."""
    folder: Path = settings.METRICS_DIR / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _python(line: list[str], *more: str, port: int = 0, app: str = "") -> list[str]:
    values = {"host": settings.HOST, "port": port, "app": app}
    return [sys.executable, *(part.format(**values) for part in line), *more]
