"""Check the documents that describe the API where that can be done."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand

from rosetta.devtools import api_documents, node_tools

RULES = Path(node_tools.__file__).with_name("spectral.yaml")


class Command(BaseCommand):
    help = "Check the OpenAPI and AsyncAPI documents with Spectral if Node.js is here; its warnings are failures too."

    def handle(self, *args: Any, **options: Any) -> None:
        if not node_tools.is_available():
            self.stdout.write("No Node.js on this machine: the API's documents are not checked here.")
            return
        with TemporaryDirectory() as name:
            folder = Path(name)
            for document in (api_documents.openapi, api_documents.asyncapi):
                text = json.dumps(document(), ensure_ascii=False)
                (folder / f"{document.__name__}.json").write_text(text, encoding="utf-8")
            rules = ("--ruleset", str(RULES), "--fail-severity", "hint")
            node_tools.run("spectral", "lint", *rules, "openapi.json", "asyncapi.json", folder=folder)
