"""Two beats: one leads, and the other takes over when it is killed or ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.utils import timezone

from rosetta.celery import app
from rosetta.models import JobRun, Lease
from rosetta.queue import leases
from rosetta.queue.beat import Scheduler
from rosetta.tests import migrated
from rosetta.tests.processes import ROOT, clean_environment, eventually

TAKEOVER_SECONDS = 10
# A job that is sent every two seconds.
OFTEN = "workspaces.tasks.deliver_webhooks"


@pytest.mark.django_db
def test_one_holder_has_a_lease_until_it_gives_it_back() -> None:
    assert leases.hold("beat", "a", seconds=60)
    assert leases.hold("beat", "a", seconds=60)
    assert not leases.hold("beat", "b", seconds=60)
    leases.release("beat", "b")
    assert not leases.hold("beat", "b", seconds=60)
    leases.release("beat", "a")
    assert leases.hold("beat", "b", seconds=60)
    assert not leases.hold("beat", "a", seconds=60)


@pytest.mark.django_db
def test_a_lease_that_was_not_renewed_is_free() -> None:
    assert leases.hold("beat", "a", seconds=0.05)
    time.sleep(0.2)
    assert leases.hold("beat", "b", seconds=60)
    assert not leases.hold("beat", "a", seconds=60)


@pytest.mark.django_db
def test_leases_of_other_names_are_free() -> None:
    assert leases.hold("beat", "a", seconds=60)
    assert leases.hold("other", "b", seconds=60)
    assert Lease.objects.count() == 2


class Recording(Scheduler):
    """A scheduler whose jobs go nowhere."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.sent: list[str] = []
        super().__init__(*args, **kwargs)

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.sent.append(entry.name)


@pytest.mark.django_db
def test_who_takes_over_goes_on_from_the_last_runs() -> None:
    now = timezone.now()
    JobRun.objects.create(name="expire-audit", succeeded_at=now - timedelta(minutes=50))
    JobRun.objects.create(name="evict-memory", succeeded_at=now - timedelta(minutes=70))
    JobRun.objects.create(name="no-such-job", succeeded_at=now)
    scheduler = Recording(app, schedule={})
    while scheduler.tick() == 0:
        pass
    assert "evict-memory" in scheduler.sent
    assert "expire-audit" not in scheduler.sent
    scheduler.close()


class Beats:
    """Two beats with one queue of files, whose messages nobody takes."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.folder, self._log = folder, folder / "log"
        self._variables = variables
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            beat = subprocess.Popen(
                [sys.executable, "-m", "rosetta.processes", "beat"],
                cwd=ROOT, env=clean_environment(VAR_DIR=str(self.folder / "var"), **self._variables),
                stdout=log, stderr=log,
            )  # fmt: skip
        self.processes.append(beat)
        return beat

    def last(self, event: str) -> int:
        """Return the process that logged ``event`` last, 0 if none has."""
        lines = [line for line in self._log.read_text().splitlines() if event in line]
        return int(json.loads(lines[-1])["beat"].split(":")[1]) if lines else 0

    def sent_since(self, moment: float) -> int:
        """Return how often the job was sent since ``moment``, in Unix time."""
        paths = (self.folder / "var" / "queue" / "tasks").glob("*.msg")
        recent = [path for path in paths if path.stat().st_mtime >= moment]
        return sum(json.loads(path.read_text())["headers"]["task"] == OFTEN for path in recent)


@pytest.fixture
def beats(tmp_path: Path) -> Iterator[Beats]:
    server = os.environ.get("DATABASE_URL", "")
    with ExitStack() as stack:
        variables = {"SECRET_KEY": "only-for-tests", "LOG_FORMAT": "json"}
        if server:
            name = f"rosetta_beats_{os.getpid()}"
            migrated.run_sql(server, f"CREATE DATABASE {name} TEMPLATE {migrated.postgres_template(server)}")
            stack.callback(migrated.run_sql, server, f"DROP DATABASE {name} WITH (FORCE)")
            variables["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        else:
            migrated.copy_sqlite(tmp_path / "var" / "db.sqlite3")
        beats = Beats(tmp_path, variables)
        try:
            yield beats
        finally:
            for process in beats.processes:
                process.kill()
                process.wait()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_of_two_beats_one_sends_the_jobs_and_the_other_takes_over(beats: Beats, how: signal.Signals) -> None:
    first = beats.start()
    assert eventually(lambda: beats.sent_since(0) > 0)
    second = beats.start()
    assert eventually(lambda: beats.last("beat_stands_by") == second.pid)
    time.sleep(3)
    began = time.time()
    time.sleep(6)
    # Every two seconds, once.
    assert beats.sent_since(began) <= 4
    assert beats.last("beat_leads") == 0
    struck, moment = time.monotonic(), time.time()
    first.send_signal(how)
    assert eventually(lambda: beats.last("beat_leads") == second.pid, TAKEOVER_SECONDS + 5)
    assert eventually(lambda: beats.sent_since(moment + 0.5) > 0, 5)
    assert time.monotonic() - struck < TAKEOVER_SECONDS
    if how == signal.SIGSTOP:
        first.send_signal(signal.SIGCONT)
        time.sleep(3)
        assert beats.last("beat_leads") == second.pid
