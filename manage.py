#!/usr/bin/env python
"""Rosetta's command line: Django's commands and our own."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from rosetta.processes import private_files

    if not private_files.WRITING_SOURCE.intersection(sys.argv[1:2]):
        private_files.write_privately()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Rosetta cannot start: {error}")


if __name__ == "__main__":
    main()
