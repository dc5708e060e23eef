"""``manage.py run_jobs``."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from rosetta.celery import app


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("run_jobs", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_every_periodic_job_runs() -> None:
    told = run()
    assert [line.split(":")[0] for line in told.splitlines()] == list(settings.CELERY_BEAT_SCHEDULE)


@pytest.mark.django_db(transaction=True)
def test_one_job_runs_by_name() -> None:
    assert run("purge-queue").startswith("purge-queue: done in ")


def test_the_list_names_every_job_and_runs_none() -> None:
    assert [line.split()[0] for line in run("--list").splitlines()] == list(settings.CELERY_BEAT_SCHEDULE)


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(CommandError, match=r"No such job: nothing\. There are: .*purge-queue"):
        run("nothing")


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {job["task"] for job in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
