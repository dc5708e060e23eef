"""``manage.py translation_memory``: export or import a memory as TMX."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rosetta.errors import Invalid
from rosetta.ids import parse_ulid
from translation.memory import tmx
from translation.models import MemoryEntry


class Command(BaseCommand):
    help = "Export a workspace's translation memory as TMX, or import a TMX file into it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["export", "import"])
        parser.add_argument("scope", help="the id of a workspace, or of a direct conversation")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        scope_id = parse_ulid(options["scope"])
        if scope_id is None:
            raise CommandError(f"{options['scope']} is not an id.")
        try:
            if options["verb"] == "export":
                with options["file"].open("wb") as out:
                    entries = MemoryEntry.objects.filter(scope_id=scope_id, is_bound=False).order_by("pk").iterator()
                    self.stdout.write(f"{tmx.write(entries, out)} units written")
            else:
                with options["file"].open("rb") as document:
                    result = tmx.read(scope_id=scope_id, document=document)
                self.stdout.write(f"{result.added} units imported, {result.left_out} left out")
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except Invalid as error:
            sentences = [str(sentence) for field in error.errors.values() for sentence in field]
            raise CommandError(" ".join(sentences)) from error
