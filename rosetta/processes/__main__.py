"""``python -m rosetta.processes NAME`` becomes one of Rosetta's processes."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured

from rosetta.processes import commands


def main(arguments: list[str]) -> None:
    """Become the process that ``arguments`` name."""
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
