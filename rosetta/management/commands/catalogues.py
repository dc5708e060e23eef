from typing import Any

from django.core.management.base import BaseCommand

from rosetta.devtools import catalogues


class Command(BaseCommand):
    help = "Updates the translation catalogues from the code and compiles them. Needs no gettext tools."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for language, count in catalogues.update().items():
            self.stdout.write(f"{language}: " + (f"{count} sentences to translate" if count else "complete"))
