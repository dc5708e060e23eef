"""``manage.py doctor``: is this installation well, and if not, what mends it."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import autodiscover_modules

from rosetta.observability import doctor


class Command(BaseCommand):
    help = (
        "Looks at everything that the service relies on and says what to mend. Ends with code 1 when something must be."
    )
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
            for found in doctor.examine(name):
                sign = "ok" if not found.mend else "could be better" if found.is_minor else "BROKEN"
                broken += sign == "BROKEN"
                self.stdout.write(f"{name:<12} {sign:<16} {found.told}")
                if found.mend:
                    self.stdout.write(f"{'':<29} → {found.mend}")
        if broken:
            sys.exit(1)
