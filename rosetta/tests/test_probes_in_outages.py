"""Processes whose servers do not answer.

Each says that it lives, and whether it can serve, within a second.
"""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest

from rosetta.tests import migrated
from rosetta.tests.processes import ROOT, clean_environment, eventually, free_port, skip_on_a_second_backend
from rosetta.tests.silence import Proxy

APPLICATIONS = {
    "web": ["rosetta.rest:application"],
    "gateway": ["rosetta.gateway:application", "--sockets"],
    "embedded": ["rosetta.asgi:application", "--sockets"],
}
# A second for the probe, and some for a busy machine.
PATIENCE = 4.0


@contextmanager
def process(application: str, folder: Path, **variables: str) -> Iterator[str]:
    """Run a process; returns its address when it says that it lives."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "rosetta.serving", *APPLICATIONS[application], "--port", str(port)],
            cwd=ROOT,
            env=clean_environment(
                VAR_DIR=str(folder / "var"), SECRET_KEY="only-for-tests", WEB_THREADS="2", **variables
            ),
            stdout=log,
            stderr=log,
        )
    try:
        assert eventually(lambda: status(f"{url}/healthz") == 200), (folder / "log").read_text()
        yield url
    finally:
        running.terminate()
        running.wait(20)


def status(url: str) -> int:
    """Return the status of the response, 0 if there is none in time."""
    try:
        return httpx.get(url, timeout=PATIENCE).status_code
    except httpx.HTTPError:
        return 0


@pytest.mark.parametrize("application", ["web", "gateway"])
def test_with_a_database_that_never_answers_it_lives_and_is_not_ready(application: str, tmp_path: Path) -> None:
    skip_on_a_second_backend()
    with Proxy() as silent:
        address = f"postgres://rosetta@127.0.0.1:{silent.port}/rosetta"
        with process(application, tmp_path, DATABASE_URL=address) as url:
            for _ in range(3):
                answer = httpx.get(f"{url}/readyz", timeout=PATIENCE)
                assert (answer.status_code, answer.json()["missing"]) == (503, {"database": "unavailable"})
                assert status(f"{url}/healthz") == 200


@pytest.mark.parametrize("is_silent", [False, True])
@pytest.mark.parametrize("application", APPLICATIONS)
def test_without_redis_it_is_ready_and_the_deep_look_says_what_is_missing(
    application: str, is_silent: bool, tmp_path: Path
) -> None:
    skip_on_a_second_backend()
    migrated.copy_sqlite(tmp_path / "var" / "db.sqlite3")
    with Proxy() as silent:
        redis = f"redis://127.0.0.1:{silent.port if is_silent else free_port()}/0"
        with process(application, tmp_path, REDIS_URL=redis) as url:
            assert eventually(lambda: status(f"{url}/readyz") == 200)
            answer = httpx.get(f"{url}/readyz?deep", timeout=10)
            assert (answer.status_code, set(answer.json()["missing"])) == (503, {"redis", "queue"})
            assert [status(f"{url}/readyz") for _ in range(10)] == [200] * 10


@contextmanager
def database_behind(server: str) -> Iterator[tuple[Proxy, str]]:
    """Make a database, and a proxy to its server.

    Returns the proxy and the database's address through it.
    """
    parts = urlsplit(server)
    name = f"rosetta_probes_{uuid.uuid4().hex[:12]}"
    migrated.run_sql(server, f"CREATE DATABASE {name} TEMPLATE {migrated.postgres_template(server)}")
    try:
        with Proxy((parts.hostname or "127.0.0.1", parts.port or 5432)) as proxy:
            user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
            yield proxy, urlunsplit(parts._replace(netloc=f"{user}127.0.0.1:{proxy.port}", path=f"/{name}"))
    finally:
        migrated.run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.skipif(not os.environ.get("DATABASE_URL"), reason="needs PostgreSQL")
@pytest.mark.parametrize("application", ["web", "gateway"])
def test_it_lives_while_all_threads_wait_for_the_database_and_is_ready_when_that_answers(
    application: str, tmp_path: Path
) -> None:
    with (
        database_behind(os.environ["DATABASE_URL"]) as (proxy, address),
        process(application, tmp_path, DATABASE_URL=address) as url,
    ):
        assert eventually(lambda: status(f"{url}/readyz") == 200)
        proxy.hang()
        with ThreadPoolExecutor(8) as clients:
            for _ in range(8):
                clients.submit(status, f"{url}/api/v1/external/rooms/none")
            time.sleep(2.0)  # longer than an answer is kept
            began = time.monotonic()
            answers = [(status(f"{url}/healthz"), status(f"{url}/readyz")) for _ in range(3)]
            assert answers == [(200, 503)] * 3
            assert time.monotonic() - began < 3 * PATIENCE
        proxy.resume()
        assert eventually(lambda: status(f"{url}/readyz") == 200, 20)
