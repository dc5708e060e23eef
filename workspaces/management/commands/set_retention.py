"""``manage.py set_retention acme 30``.

Set a workspace's retention in days, as staff do in admin.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from rosetta.ids import parse_ulid
from workspaces import actions
from workspaces.models import Workspace


class Command(BaseCommand):
    help = "Sets for how many days a workspace keeps its messages, as staff do in admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", help="its id or slug")
        parser.add_argument("days", help="a whole number from 1, or forever")

    def handle(self, *args: Any, **options: Any) -> None:
        name, days = options["workspace"], options["days"]
        if days != "forever" and not (days.isdigit() and int(days)):
            raise CommandError(f"{days}: write a whole number from 1, or forever")
        ulid = parse_ulid(name)
        condition = Q(pk=ulid) if ulid else Q(slug=name)
        workspace = Workspace.objects.filter(condition, deleted_at=None).first()
        if workspace is None:
            raise CommandError(f"There is no workspace {name}.")
        actions.set_retention(workspace=workspace, days=None if days == "forever" else int(days))
        kept = "for ever" if days == "forever" else f"for {int(days)} day{'' if int(days) == 1 else 's'}"
        self.stdout.write(f"{workspace}: messages are kept {kept}")
