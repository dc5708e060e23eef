"""``manage.py prepare``: check the settings and migrate, before every start."""

import sys
from argparse import ArgumentParser
from typing import Any

import psycopg
from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand

from rosetta.db.migrating import retry_locks
from rosetta.processes import summary


class Command(BaseCommand):
    help = "Checks the settings and brings the database up to date. Run it before each start of a new version."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--summary", action="store_true", help="print what `make run` says when it is ready")

    def handle(self, *args: Any, **options: Any) -> None:
        for message in checks.run_checks():
            line = f"{message.msg} {message.hint or ''}".strip()
            if message.is_serious():
                sys.exit(f"Rosetta cannot start: {line}")
            if message.level >= checks.WARNING:
                self.stderr.write(f"Warning: {line}")
        if settings.DATABASE_URL:
            try:
                psycopg.connect(settings.DATABASE_URL, connect_timeout=5).close()
            except psycopg.Error as error:
                sys.exit(f"Rosetta cannot start: the database does not answer ({str(error).splitlines()[0]})")
        retry_locks(
            lambda: call_command("migrate", interactive=False, skip_checks=True, verbosity=options["verbosity"])
        )
        call_command("prepare_roles")
        if options["summary"]:
            self.stdout.write("\n".join(summary.lines()))
