"""``manage.py rebuild_search``: write the search terms of all messages and translations again."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from messaging.search.rebuilding import rebuild

# Between two lines about the progress.
REPORT_SECONDS = 5.0


class Command(BaseCommand):
    help = "Writes the search terms of all messages and translations again, as this version cuts them. Idempotent."

    def handle(self, *args: Any, **options: Any) -> None:
        self._reported = time.monotonic()
        self.stdout.write(f"{rebuild(self._report)} rows were written.")

    def _report(self, written: int) -> None:
        if time.monotonic() - self._reported > REPORT_SECONDS:
            self._reported = time.monotonic()
            self.stdout.write(f"{written} rows so far")
