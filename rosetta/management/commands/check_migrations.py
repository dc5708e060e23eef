from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rosetta.db import upgrades


class Command(BaseCommand):
    help = "Fails when a migration cannot run while the previous version serves."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        faults = upgrades.faults()
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults; see docs/operations.md; accepted = “why” accepts a migration")
        self.stdout.write("Every migration can run while the previous version serves.")
