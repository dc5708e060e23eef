"""Periodic jobs leave a note of how they went, go in bounded steps, and may be run twice."""

import os
import time
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from rosetta.models import JobRun
from rosetta.queue import jobs
from rosetta.tasks import KEEP_SECONDS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_recorded_at", {})


def run(*names: str) -> str:
    out = StringIO()
    call_command("run_jobs", *names, stdout=out, stderr=out)
    return out.getvalue()


def finished_messages(count: int) -> None:
    """Messages of the embedded queue that were worked off long ago."""
    old = time.time() - KEEP_SECONDS - 10
    (settings.QUEUE_DIR / "done").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = settings.QUEUE_DIR / "done" / f"old-{number}"
        path.touch()
        os.utime(path, (old, old))


def test_a_job_that_ran_leaves_a_note_of_what_it_did() -> None:
    finished_messages(3)
    run("purge-queue")
    note = JobRun.objects.get(name="purge-queue")
    assert (note.done, note.failures, note.error) == (3, 0, "")
    assert note.succeeded_at is not None and timezone.now() - note.succeeded_at < timedelta(minutes=1)


def test_a_job_run_again_finds_nothing_left_to_do() -> None:
    finished_messages(3)
    assert "(3)" in run("purge-queue")
    assert "(0)" in run("purge-queue")


def test_a_failure_is_noted_with_its_reason_and_forgotten_with_the_next_success(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    done = settings.QUEUE_DIR / "done"
    done.mkdir(parents=True, exist_ok=True)
    (done / "folder").mkdir()  # unlink refuses a folder
    os.utime(done / "folder", (0, 0))
    for _ in range(2):
        with pytest.raises(Exception, match="purge-queue"):
            run("purge-queue")
    note = JobRun.objects.get(name="purge-queue")
    assert (note.failures, note.succeeded_at) == (2, None)
    assert "Error" in note.error
    assert [name for name, _ in jobs.late()] == ["purge-queue"]
    (done / "folder").rmdir()
    run("purge-queue")
    note.refresh_from_db()
    assert (note.failures, note.error) == (0, "")
    assert list(jobs.late()) == []


def test_a_job_that_did_not_succeed_for_long_is_late() -> None:
    run("purge-queue", "sweep-translations")
    assert list(jobs.late()) == []
    JobRun.that_ran().update(succeeded_at=timezone.now() - timedelta(minutes=10))
    assert [name for name, _ in jobs.late()] == ["sweep-translations"]  # the other runs every ten minutes


def test_a_job_that_has_never_run_is_late_after_three_of_its_periods() -> None:
    run("purge-queue")
    with time_machine.travel(timezone.now() + timedelta(minutes=4)):
        late = dict(jobs.late())
    assert "has never run since" in late["send-owed-mail"]
    assert "expire-audit" not in late  # an hourly one
    assert JobRun.that_ran().count() == 1


def test_steps_go_on_until_one_falls_short() -> None:
    left = [5, 5, 3, 5]
    assert jobs.in_steps(lambda: left.pop(0), size=5) == 13


def test_steps_end_when_their_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MAX_RUN_SECONDS", 0.0)
    assert jobs.in_steps(lambda: 5, size=5) == 5
