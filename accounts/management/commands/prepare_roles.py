from typing import Any

from django.core.management.base import BaseCommand

from accounts.staff import roles


class Command(BaseCommand):
    help = "Creates the staff groups support, moderator and admin with their rights. `prepare` does this too."

    def handle(self, *args: Any, **options: Any) -> None:
        roles.prepare()
