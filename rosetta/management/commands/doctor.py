"""``manage.py doctor``: check an installation and say how to fix what is wrong."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import autodiscover_modules

from rosetta.observability import doctor


class Command(BaseCommand):
    help = "Checks everything that the service relies on and says how to fix it. Exits with 1 when something is broken."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        autodiscover_modules("doctor")  # an app's own probes
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help=f"one of {', '.join(doctor.PROBES)}; all by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if unknown := [name for name in options["names"] if name not in doctor.PROBES]:
            raise CommandError(f"No such part: {', '.join(unknown)}. There are: {', '.join(doctor.PROBES)}")
        broken = 0
        for name in options["names"] or list(doctor.PROBES):
            for finding in doctor.examine(name):
                verdict = "ok" if not finding.fix else "could be better" if finding.is_minor else "BROKEN"
                broken += verdict == "BROKEN"
                self.stdout.write(f"{name:<12} {verdict:<16} {finding.text}")
                if finding.fix:
                    self.stdout.write(f"{'':<29} → {finding.fix}")
        if broken:
            sys.exit(1)
