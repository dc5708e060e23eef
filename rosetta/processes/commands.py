"""The processes that Rosetta is made of; ``python -m rosetta.processes NAME`` becomes one of them.

Embedded, one process answers HTTP and WebSockets on one port. With DATABASE_URL and REDIS_URL set, REST runs under WSGI,
the gateway under ASGI on the next port, and a proxy joins the two.
"""

import os
import shutil
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

UVICORN = [
    *("-m", "uvicorn", "--host", "{host}", "--port", "{port}"),
    *("--log-config", str(Path(__file__).with_name("uvicorn.json")), "--no-access-log", "--no-server-header"),
    # Addresses behind proxies are the application's own affair: TRUSTED_PROXIES.
    "--no-proxy-headers",
    # Deflate would cost each socket 40 KB and its frames most of their speed.
    *("--ws-per-message-deflate", "false", "--ws-max-size", str(1024 * 1024)),
    *("--timeout-graceful-shutdown", "5"),
]
GRANIAN = [
    *("-m", "granian", "--interface", "wsgi", "--host", "{host}", "--port", "{port}"),
    # One thread for all sockets: it does little between requests, and a second one posts a tenth less (bench/results.md).
    *("--workers", "{workers}", "--blocking-threads", "{threads}", "--runtime-mode", "st"),
    *("--no-ws", "--respawn-failed-workers"),
    *("--workers-kill-timeout", "8", "--log-level", "error"),
]
CELERY = ["-m", "celery", "--app", "rosetta", "--quiet"]
WORKER = [*CELERY, "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
BEAT = [*CELERY, "beat", "--loglevel", "WARNING"]


def is_service() -> bool:
    """Whether the processes meet in services, so that each may run many times and anywhere."""
    return bool(settings.DATABASE_URL and settings.REDIS_URL)


def ports() -> dict[str, int]:
    """The port of each process that listens."""
    if is_service():
        return {"web": settings.PORT, "gateway": settings.GATEWAY_PORT}
    return {"web": settings.PORT}


def commands() -> dict[str, list[str]]:
    """Each process's command line, by name."""
    if is_service():
        return {
            "web": _python(GRANIAN, port=settings.PORT, app="rosetta.wsgi:application"),
            "gateway": _python(UVICORN, port=settings.GATEWAY_PORT, app="rosetta.gateway:application"),
            "worker": _python(WORKER, "--pool", "prefork", "--concurrency", str(settings.WORKER_CONCURRENCY)),
            "beat": _python(BEAT),
        }
    return {
        "web": _python(UVICORN, port=settings.PORT, app="rosetta.asgi:application"),
        "worker": _python(WORKER, "--pool", "threads", "--concurrency", str(settings.WORKER_CONCURRENCY)),
        "beat": _python(BEAT),
    }


def metrics_folder(name: str) -> Path:
    """An empty folder in which processes that start now keep their counters, so that ``/metrics`` adds them up."""
    folder: Path = settings.VAR_DIR / "metrics" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _python(line: list[str], *more: str, port: int = 0, app: str = "") -> list[str]:
    values = {
        "host": settings.HOST,
        "port": port,
        "workers": settings.WEB_WORKERS,
        "threads": settings.WEB_THREADS,
    }
    return [sys.executable, *(part.format(**values) for part in line), *more, *([app] if app else [])]


def main(arguments: list[str]) -> None:
    """Become the process that ``arguments`` name."""
    try:
        known = commands()
    except ImproperlyConfigured as error:
        sys.exit(f"Rosetta cannot start: {error}")
    if len(arguments) != 1 or arguments[0] not in known:
        sys.exit(f"Usage: python -m rosetta.processes {' | '.join(known)}")
    line = known[arguments[0]]
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics_folder(arguments[0]))
    os.execv(line[0], line)  # noqa: S606


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")
    main(sys.argv[1:])
