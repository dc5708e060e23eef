from typing import Any

from django.core.management.base import BaseCommand

from rosetta.devtools import catalogues


class Command(BaseCommand):
    help = "Brings the translation catalogues in step with the code and compiles them; no gettext tools needed."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for language, lacking in catalogues.update().items():
            self.stdout.write(f"{language}: " + (f"{lacking} sentences to translate" if lacking else "complete"))
