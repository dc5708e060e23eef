"""The command lines of Rosetta's processes.

In embedded mode one process serves HTTP and WebSockets on one port. With DATABASE_URL and REDIS_URL set, REST and the
gateway are separate processes on two ports, behind a proxy.
"""

import shutil
import sys
from pathlib import Path

from django.conf import settings

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
            "worker": _python(WORKER, "--pool", "prefork", "--concurrency", str(settings.WORKER_CONCURRENCY)),
            "beat": _python(BEAT),
        }
    return {
        "web": _python(SERVING, "--sockets", port=settings.PORT, app="rosetta.asgi:application"),
        "worker": _python(WORKER, "--pool", "threads", "--concurrency", str(settings.WORKER_CONCURRENCY)),
        "beat": _python(BEAT),
    }


def metrics_folder(name: str) -> Path:
    """Make an empty folder for the counters of processes that start now, so that ``/metrics`` can sum them."""
    folder: Path = settings.VAR_DIR / "metrics" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _python(line: list[str], *more: str, port: int = 0, app: str = "") -> list[str]:
    values = {"host": settings.HOST, "port": port, "app": app}
    return [sys.executable, *(part.format(**values) for part in line), *more]
