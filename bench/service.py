"""A private service for a benchmark.

Database, Redis and processes on free ports, all of which end with it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """The addresses and the environment of the processes."""

    web_port: int
    gateway_port: int
    environment: dict[str, str]
    processes: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)


def environment(engine_url: str = "") -> dict[str, str]:
    """Return the environment of a service for load tests, with its own databases on the given servers."""
    base = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
    redis = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"
    return {
        **os.environ,
        "DATABASE_URL": urlunsplit(urlsplit(base)._replace(path="/rosetta_bench")),
        "REDIS_URL": urlunsplit(urlsplit(redis)._replace(path="/14")),
        "BROKER_URL": "",
        "SECRET_KEY": "only-for-the-benchmark",
        "ALLOWED_HOSTS": HOST,
        "THROTTLE": "off",
        "WORKER_CONCURRENCY": "2",
        "DJANGO_SETTINGS_MODULE": "rosetta.settings",
        "TRANSLATION_ENGINES": "libretranslate" if engine_url else "local",
        "LIBRETRANSLATE_URL": engine_url,
    }


def make_database(env: dict[str, str]) -> None:
    """Make and migrate a new database with the name in ``env``, on the given server."""
    import psycopg

    name = urlsplit(env["DATABASE_URL"]).path.lstrip("/")
    admin = urlunsplit(urlsplit(env["DATABASE_URL"])._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[call-overload]
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)


def _start(name: str, command: list[str], env: dict[str, str], logs: Path) -> "subprocess.Popen[bytes]":
    with (logs / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)


def wait_until_answers(url: str, process: "subprocess.Popen[bytes]", logs: Path) -> None:
    """Wait at most a minute until ``process`` answers. Raises SystemExit."""
    for _attempt in range(600):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                raise SystemExit(f"{process.args!r} ended; see {logs}") from None
            time.sleep(0.1)
    raise SystemExit(f"{url} does not answer; see {logs}")


@contextmanager
def running(env: dict[str, str], names: list[str]) -> Iterator[Service]:
    """Run the named processes, as operators start them, until the block ends."""
    logs = Path(tempfile.mkdtemp(prefix="rosetta-bench-"))
    web_port, gateway_port = free_port(), free_port()
    env = env | {
        "VAR_DIR": str(logs / "var"), "HOST": HOST, "PORT": str(web_port), "GATEWAY_PORT": str(gateway_port),
        "PUBLIC_URL": f"http://{HOST}:{web_port}",
    }  # fmt: skip
    processes = {name: _start(name, [sys.executable, "-m", "rosetta.processes", name], env, logs) for name in names}
    try:
        for name, port in (("web", web_port), ("gateway", gateway_port)):
            if name in processes:
                wait_until_answers(f"http://{HOST}:{port}/readyz", processes[name], logs)
        if "worker" in processes:
            time.sleep(4)  # because workers do not report that they are ready
        yield Service(web_port, gateway_port, env, processes)
    except BaseException:
        print(f"The processes' logs are in {logs}.", file=sys.stderr)
        raise
    else:
        shutil.rmtree(logs, ignore_errors=True)
    finally:
        for process in processes.values():
            _end(process)


def _end(process: "subprocess.Popen[Any]") -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, sign)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
