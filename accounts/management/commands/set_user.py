from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions import staff
from accounts.models import User
from accounts.staff import roles
from rosetta.errors import DomainError

SWITCH = {"on": True, "off": False}


class Command(BaseCommand):
    help = "Opens or closes an account, and grants or withdraws its access to admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--active", choices=SWITCH, help="`off` ends its tokens, sessions and sockets")
        parser.add_argument("--staff", choices=SWITCH)
        parser.add_argument("--role", choices=(*roles.ROLES, "none"), help="its rights in admin; makes it staff")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.of_email(options["email"]).first()
        if user is None:
            raise CommandError(f"No account has the address {options['email']}.")
        try:
            if options["active"] is not None:
                staff.set_active(user=user, is_active=SWITCH[options["active"]])
            if options["staff"] is not None:
                staff.set_staff(user=user, is_staff=SWITCH[options["staff"]])
            if options["role"] is not None:
                staff.set_role(user=user, role="" if options["role"] == "none" else options["role"])
        except DomainError as error:
            raise CommandError(str(error)) from None
        state = f"active {_word(user.is_active)}, staff {_word(user.is_staff)}"
        role = ", ".join(user.groups.filter(name__in=roles.ROLES).values_list("name", flat=True))
        self.stdout.write(f"{user.email}: {state}{f', role {role}' if role else ''}")


def _word(switch: bool) -> str:
    return "on" if switch else "off"
