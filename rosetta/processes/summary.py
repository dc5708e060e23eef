"""What ``make run`` says when it is ready.

A line for each part that a newcomer has to know of.

An app adds a line with ``@line`` in its module ``summary``, as ``translation/summary.py`` does.
"""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import autodiscover_modules

Said = Callable[[], str]
# In the order in which they are said.
LINES: dict[str, Said] = {"Translation": str}


def line(name: str) -> Callable[[Said], Said]:
    """Register the line ``name``; one that was registered before is replaced."""

    def register(function: Said) -> Said:
        LINES[name] = function
        return function

    return register


def lines() -> list[str]:
    """Return all lines, aligned. Needs Django's apps."""
    autodiscover_modules("summary")
    return [f"  {name:<12} {said}" for name, function in LINES.items() if (said := function())]


def shown(folder: Path) -> str:
    """Return ``folder`` as one would write it where the service was started."""
    path = folder.relative_to(settings.BASE_DIR) if folder.is_relative_to(settings.BASE_DIR) else folder
    return f"{path}/"


@line("Mail")
def _mail() -> str:
    return "" if settings.EMAIL_URL else f"is written to {shown(settings.EMAIL_FILE_PATH)}, a file each"


@line("Log")
def _log() -> str:
    return f"{shown(settings.LOG_DIR)}; warnings and errors are shown here too"
