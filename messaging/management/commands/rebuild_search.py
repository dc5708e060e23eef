"""``manage.py rebuild_search``: write the search terms of all messages and translations again."""

from typing import Any

from django.core.management.base import BaseCommand

from messaging.search.rebuilding import rebuild


class Command(BaseCommand):
    help = "Writes the search terms of all messages and translations again, as this version cuts them. Idempotent."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild()} rows were written.")
