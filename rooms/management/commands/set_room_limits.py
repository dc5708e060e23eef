"""``manage.py set_room_limits EMAIL --active-limit 10``.

What staff do in admin, for scripts.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from rooms import actions
from rooms.models import LIMIT_NAMES


def _count(raw: str) -> int:
    if not raw.isdigit() or len(raw) > 6:
        raise ValueError(raw)
    return int(raw)


class Command(BaseCommand):
    help = "Sets how many temporary rooms an account may open and how long they may live; prints the limits that apply then."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        for name in LIMIT_NAMES:
            option = "--" + name.replace("_", "-")
            if name == "extension_allowed":
                parser.add_argument(option, choices=("on", "off"))
            else:
                parser.add_argument(option, type=_count, metavar="N")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        owner = User.objects.of_email(email).first()
        if owner is None:
            raise CommandError(f"No account has the address {email}.")
        values = {name: options[name] for name in LIMIT_NAMES if options[name] is not None}
        if "extension_allowed" in values:
            values["extension_allowed"] = values["extension_allowed"] == "on"
        limits = actions.set_limits(owner=owner, **values)
        for name in LIMIT_NAMES:
            self.stdout.write(f"{name} = {getattr(limits, name)}")
