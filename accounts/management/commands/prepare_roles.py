from typing import Any

from django.core.management.base import BaseCommand

from accounts.staff import roles


class Command(BaseCommand):
    help = "Makes staff's groups support, moderator and admin, and gives each its rights. `prepare` does this too."

    def handle(self, *args: Any, **options: Any) -> None:
        roles.prepare()
