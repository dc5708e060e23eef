"""Write the types that the web client is checked against, and check it where that can be done."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from rosetta.devtools import client_types

WEB = Path(settings.BASE_DIR) / "web"
# Fetched once by npm. Nobody who only runs the service needs it.
CHECKER = "typescript@7.0.2"


class Command(BaseCommand):
    help = (
        "Write web/schema.d.ts from the OpenAPI schema, and check the web client's types against it if Node.js is here."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        (WEB / "schema.d.ts").write_text(client_types.source(), encoding="utf-8")
        npx = shutil.which("npx")
        if npx is None:
            self.stdout.write("No Node.js on this machine: the web client's types are not checked here.")
            return
        line = [npx, "--yes", "--package", CHECKER, "tsc", "--project", str(WEB)]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandError(f"The web client's types:\n{done.stdout}{done.stderr}")
