"""Run one of Rosetta's processes: ``python -m rosetta.processes NAME``."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured

from rosetta.processes import commands, private_files


def main(arguments: list[str]) -> None:
    """Replace this process by the one that ``arguments`` name."""
    private_files.write_privately()
    try:
        known = commands.commands()
    except ImproperlyConfigured as error:
        sys.exit(f"Rosetta cannot start: {error}")
    if len(arguments) != 1 or arguments[0] not in known:
        sys.exit(f"Usage: python -m rosetta.processes {' | '.join(known)}")
    line = known[arguments[0]]
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(commands.metrics_folder(arguments[0]))
    os.execv(line[0], line)  # noqa: S606


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")
    main(sys.argv[1:])
