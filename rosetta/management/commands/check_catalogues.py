from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rosetta.devtools import catalogues


class Command(BaseCommand):
    help = "Fails when a sentence lacks a translation, its placeholders differ, or a .mo file is stale."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        faults = catalogues.faults()
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults; run `manage.py catalogues` and fill in the empty translations")
        self.stdout.write("The catalogues are complete.")
