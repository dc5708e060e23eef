"""Check the format and the rules of the web client's JavaScript where that can be done."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from rosetta.devtools import node_tools

SOURCES = ("static/web/**/*.js", "tests/**/*.js", "*.js", "*.json", "types.d.ts")


class Command(BaseCommand):
    help = "Check the web client with Prettier and ESLint if Node.js is here; --fix fixes what they can."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="Format the files and fix what ESLint can fix.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not node_tools.is_available():
            self.stdout.write("No Node.js on this machine: the web client's style is not checked here.")
            return
        node_tools.run("eslint", ".", *(["--fix"] if options["fix"] else []))
        node_tools.run("prettier", "--write" if options["fix"] else "--check", *SOURCES)
