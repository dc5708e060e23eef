"""``manage.py demo``: create people of five languages who talk."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from messaging import demo


class Command(BaseCommand):
    requires_system_checks = ()
    help = (
        "Fills this instance with a workspace, members of all five languages and conversations; prints their sign-ins."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [("email", "password", "language"), *((row.email, row.password, row.language) for row in demo.fill())]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for row in rows:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        self.stdout.write(f"\nThey talk in the workspace “{demo.WORKSPACE}”, at {settings.PUBLIC_URL}.")
