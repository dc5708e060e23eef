"""``manage.py files_audit``: does every row have its bytes, and do all bytes have a row?"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from files import consistency

SENTENCES = {
    "orphaned": "in storage without a row",
    "missing": "bytes missing from storage",
    "overdue": "owed its removal for too long",
    "unheld": "claimed by a message that is gone",
}


class Command(BaseCommand):
    help = "Compares files' rows with the bytes in storage; exits 1 when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="Remove what nothing needs, then look again.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = consistency.look()
        if found and options["fix"]:
            consistency.repair(found)
            found = consistency.look()
        for kind, sentence in SENTENCES.items():
            for name in getattr(found, kind):
                self.stdout.write(f"{name}: {sentence}")
        if found:
            sys.exit(1)
        self.stdout.write("Rows and bytes agree.")
