"""``manage.py run_jobs``: run periodic jobs now."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from rosetta.celery import app


class Command(BaseCommand):
    help = "Runs the periodic jobs once, in this process: all of them, or the named ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="a job's name, as --list shows it")
        parser.add_argument("--list", action="store_true", help="show the jobs and how often each runs")

    def handle(self, *args: Any, **options: Any) -> None:
        jobs: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE
        if unknown := [name for name in options["names"] if name not in jobs]:
            raise CommandError(f"No such job: {', '.join(unknown)}. There are: {', '.join(jobs)}")
        names = options["names"] or list(jobs)
        if options["list"]:
            for name in names:
                self.stdout.write(f"{name:<28} every {_period(jobs[name])}")
            return
        app.loader.import_default_modules()
        failed = [name for name in names if not self._run(name, jobs[name])]
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}")

    def _run(self, name: str, job: dict[str, Any]) -> bool:
        """Run one job; return whether it succeeded."""
        began = time.monotonic()
        try:
            result = app.tasks[job["task"]](*job.get("args", ()), **job.get("kwargs", {}))
        except Exception as error:  # the other jobs must run all the same
            self.stderr.write(f"{name}: {type(error).__name__}: {error}")
            return False
        self.stdout.write(f"{name}: done in {time.monotonic() - began:.2f} s{'' if result is None else f' ({result})'}")
        return True


def _period(job: dict[str, Any]) -> str:
    """Describe the interval of a job."""
    schedule = job["schedule"]
    return f"{schedule.run_every.total_seconds():g} s" if hasattr(schedule, "run_every") else str(schedule)
