"""``make run``: real processes, killed for real."""

import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rosetta.tests import migrated
from rosetta.tests.processes import eventually, free_port, manage
from rosetta.tests.supervised import Supervised
from translation.memory.phrasebook import rows

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


DATABASE_URL, REDIS_URL = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")


@pytest.fixture
def database() -> Iterator[str]:
    """The address of an empty database of this test's own."""
    name = f"rosetta_supervised_{os.getpid()}"
    migrated.run_sql(DATABASE_URL, f"CREATE DATABASE {name}")
    try:
        yield f"{DATABASE_URL.rpartition('/')[0]}/{name}"
    finally:
        migrated.run_sql(DATABASE_URL, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def service(tmp_path: Path, database: str) -> Iterator[Supervised]:
    """The processes of service mode, on a queue that no other run reads."""
    ports = {"PORT": str(free_port()), "GATEWAY_PORT": str(free_port())}
    urls = {"DATABASE_URL": database, "REDIS_URL": REDIS_URL, "BROKER_URL": REDIS_URL.rpartition("/")[0] + "/15"}
    yield from supervised(Supervised(tmp_path, SECRET_KEY="k" * 50, **ports, **urls))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervised]:
    """A service that tests may look at and whose processes they may kill, but not end."""
    yield from supervised(Supervised(tmp_path_factory.mktemp("running"), PORT=str(free_port())))


def supervised(one: Supervised) -> Iterator[Supervised]:
    """``one`` once it is ready; nothing of it is left at the end."""
    try:
        assert eventually(one.is_ready), one.said()
        yield one
    finally:
        one.process.kill()
        one.process.wait()
        assert eventually(lambda: not one.left_over()), one.left_over()


def test_it_serves_and_counts_requests(running: Supervised) -> None:
    assert httpx.get(running.url).status_code == 200
    told = httpx.get(f"{running.url}/metrics").text
    assert re.search(
        r'^rosetta_request_seconds_count\{method="GET",route="[^"]+",status="200"\} 1\.0$', told, re.MULTILINE
    )


def test_doctor_finds_a_running_service_well(running: Supervised) -> None:
    own = {"VAR_DIR": str(running.folder / "var"), "PORT": running.url.rpartition(":")[2]}
    assert eventually(lambda: manage("doctor", "jobs", **own).returncode == 0), "no job ran"
    done = manage("doctor", **own)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 workers listen" in done.stdout


def test_a_second_supervisor_of_the_same_folder_cannot_start(running: Supervised) -> None:
    second = Supervised(running.folder, PORT=str(free_port()))
    assert second.process.wait(timeout=60) == 1
    assert "Rosetta cannot start: Rosetta already runs with VAR_DIR" in running.said()


def test_a_worker_that_dies_is_restarted(running: Supervised) -> None:
    worker = running.process_of("worker")
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    assert eventually(lambda: running.process_of("worker") not in (None, worker)), running.said()
    assert "worker  | was killed by SIGKILL; it starts again in 0.5 s" in running.said()


def test_a_web_process_that_dies_is_restarted(running: Supervised) -> None:
    web = running.process_of("rosetta.asgi:application")
    assert web is not None
    os.kill(web, signal.SIGKILL)
    assert eventually(lambda: running.process_of("rosetta.asgi:application") not in (None, web))
    assert eventually(running.answers), running.said()


@pytest.mark.skipif(not (DATABASE_URL and REDIS_URL), reason="needs PostgreSQL and Redis")
def test_service_mode_runs_each_process_restarts_the_dead_and_ends_clean(service: Supervised) -> None:
    first = {
        name: service.process_of(name)
        for name in ("rosetta.rest:application", "rosetta.gateway:application", "worker", "beat")
    }
    assert None not in first.values(), first
    for pid in first.values():
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: all(service.process_of(name) not in (None, first[name]) for name in first)), first
    assert eventually(service.answers), service.said()
    assert service.end() == 0
    assert service.left_over() == {}


@pytest.mark.parametrize(
    ("host", "number", "status"),
    [("::1", signal.SIGINT, 0), ("::", signal.SIGTERM, 0), ("0.0.0.0", signal.SIGKILL, -signal.SIGKILL)],
)
def test_the_address_that_is_printed_answers_until_a_signal_ends_every_process(
    host: str, number: int, status: int, tmp_path: Path
) -> None:
    printed = "127.0.0.1" if host == "0.0.0.0" else "[::1]"
    for running in supervised(Supervised(tmp_path, PORT=str(free_port()), HOST=host, host=printed)):
        assert httpx.get(running.url).status_code == 200
        if host == "::":
            assert httpx.get(running.url.replace("[::1]", "127.0.0.1")).status_code == 200
        assert running.end(number) == status
        assert eventually(lambda ended=running: not ended.left_over()), running.left_over()
        assert status or "Traceback" not in running.said()


@pytest.mark.parametrize("is_first", [True, False])
def test_the_terminal_says_what_a_newcomer_needs_and_nothing_else(is_first: bool, tmp_path: Path) -> None:
    running = Supervised(tmp_path, PORT=str(free_port()), is_first=is_first)
    log, said = tmp_path / "var" / "log" / "web.log", ""
    for _ in supervised(running):
        assert eventually(lambda: "Ctrl-C" in running.said()), running.said()
        httpx.get(f"{running.url}/api/v1/me")
        assert eventually(lambda: log.exists() and "/api/v1/me" in log.read_text("utf-8"))
        said = running.said()
    phrases = f"{len(rows())} everyday phrases"
    assert said.splitlines() == [
        *(["Making the database (some seconds, once)"] if is_first else []),
        "Starting Rosetta: web, worker, beat",
        f"Rosetta is ready at {running.url}",
        f"  Translation  only {phrases}; all else is shown as it was written until an engine is set up (README)",
        f"  Mail         is written to {tmp_path}/var/mail/, a file each",
        f"  Log          {tmp_path}/var/log/; warnings and errors are shown here too",
        "  Stop         Ctrl-C",
    ]


def test_the_terminal_shows_warnings_and_on_request_everything(tmp_path: Path) -> None:
    variables = {"LOG_LEVEL": "INFO", "PUBLIC_URL": "https://chat.example"}
    running = Supervised(tmp_path, PORT=str(free_port()), **variables)
    for _ in supervised(running):
        httpx.get(f"{running.url}/api/v1/me")
        assert eventually(lambda: "/api/v1/me" in running.said()), running.said()
    assert "Warning: PUBLIC_URL is https" in running.said()
    assert "Push through" not in running.said()


@pytest.mark.skipif(not shutil.which("make"), reason="is about make")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_make_that_started_it(number: int, tmp_path: Path) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"run:\n\t@exec {sys.executable} -m rosetta.processes.supervisor --with-parent\n")
    one = Supervised(tmp_path, command=["make", "-f", str(makefile), "run"], PORT=str(free_port()))
    try:
        # Not when it is ready: ending must work from the first process on, and waiting for the others takes seconds.
        assert eventually(lambda: one.process_of("worker") is not None), one.said()
        assert one.end(number) == -number
        assert eventually(lambda: not one.left_over()), one.left_over()
    finally:
        for pid in one.left_over():
            os.kill(pid, signal.SIGKILL)


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one = Supervised(tmp_path, PORT=str(port))
        assert one.process.wait(timeout=30) == 1
    (line,) = one.said().splitlines()
    assert line.startswith(f"Rosetta cannot start: the web cannot listen on 127.0.0.1 port {port}")


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"THROTTLE": "of"}, "THROTTLE='of'"),
        ({"TRANSLATION_ENGINES": "deepl"}, "DEEPL_API_KEY"),
        (
            {"DATABASE_URL": "postgres://nobody:hush@127.0.0.1:1/x", "SECRET_KEY": "k" * 50},
            "the database does not answer",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(variables: dict[str, str], named: str, tmp_path: Path) -> None:
    one = Supervised(tmp_path, PORT=str(free_port()), **variables)
    assert one.process.wait(timeout=60) == 1
    lines = [line for line in one.said().splitlines() if not line.startswith("Warning: ")]
    assert len(lines) == 1, one.said()
    assert lines[0].startswith("Rosetta cannot start: ")
    assert named in lines[0]
    assert "hush" not in one.said()
