"""Write the types that the web client is checked against, and check it where that can be done."""

from typing import Any

from django.core.management.base import BaseCommand

from rosetta.devtools import client_types, node_tools


class Command(BaseCommand):
    help = (
        "Write web/schema.d.ts and web/realtime.d.ts from the API's documents, and check the web client's types against "
        "them if Node.js is here."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, source in (("schema", client_types.rest_source), ("realtime", client_types.frames_source)):
            (node_tools.WEB / f"{name}.d.ts").write_text(source(), encoding="utf-8")
        if not node_tools.is_available():
            self.stdout.write("No Node.js on this machine: the web client's types are not checked here.")
            return
        node_tools.run("tsc", "--project", str(node_tools.WEB))
