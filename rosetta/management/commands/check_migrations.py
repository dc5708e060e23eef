from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rosetta.db import upgrades


class Command(BaseCommand):
    help = "Fails when a migration could not run while the version before it serves."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        faults = upgrades.faults()
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults; docs/operations.md says more, and accepted = “why” accepts one")
        self.stdout.write("A running service notices no migration.")
