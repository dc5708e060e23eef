"""``manage.py files_audit``: check that rows and stored bytes agree."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from files import consistency

SENTENCES = {
    "orphaned": "in storage without a row",
    "missing": "bytes missing from storage",
    "overdue": "removal overdue",
    "unheld": "claimed, but no message has it",
}


class Command(BaseCommand):
    help = "Compares files' rows with the bytes in storage; exits 1 when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--fix", action="store_true", help="Remove bytes and files that nothing needs, then compare again."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        findings = consistency.compare()
        if findings and options["fix"]:
            consistency.repair(findings)
            findings = consistency.compare()
        for kind, sentence in SENTENCES.items():
            for name in getattr(findings, kind):
                self.stdout.write(f"{name}: {sentence}")
        if findings:
            sys.exit(1)
        self.stdout.write("Rows and bytes agree.")
