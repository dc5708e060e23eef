"""Keep what the service writes to itself.

Other users of the machine read neither VAR_DIR nor a file in it.
"""

import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

OTHERS = 0o077
# What the service makes in VAR_DIR. Nothing else is changed there, because the folder may have been chosen by mistake.
OWN_NAMES = (
    "db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "secret_key", "beat-schedule", "beat-schedule.db", "files", "mail",
    "metrics", "models", "queue", "spool", "static", "supervisor.lock",
)  # fmt: skip
# manage.py commands that write source code, which others may read as git checks it out.
WRITING_SOURCE = frozenset({"catalogues", "client_style", "client_types", "makemigrations", "spectacular"})
MOST_EXAMINED = 50_000


def write_privately() -> None:
    """Create files and folders without any right of others from now on, in this process and those that it starts."""
    os.umask(os.umask(OTHERS) | OTHERS)


def tighten(folder: Path) -> None:
    """Take the rights of others from ``folder`` and from what the service has in it.

    Not from the files deeper down: nobody reaches them any longer. What belongs to somebody else is left as it is, and so is a
    folder that all may write to, such as ``/tmp``. Idempotent.
    """
    if folder.stat().st_mode & stat.S_ISVTX:
        return
    for path in (folder, *(folder / name for name in OWN_NAMES)):
        _tighten_one(path)


def _tighten_one(path: Path) -> None:
    try:
        found = path.lstat()
        if found.st_mode & OTHERS and found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode):
            path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
    except OSError:  # missing, or on a disk that keeps no rights; doctor tells
        return


def exposed(folder: Path) -> Iterator[Path]:
    """Yield what others may read, write or enter.

    ``folder``, and what is below it, up to some number of entries.
    """
    for path in (folder, *islice(_below(folder), MOST_EXAMINED)):
        try:
            found = path.lstat()
        except FileNotFoundError:  # it was temporary
            continue
        if found.st_mode & OTHERS and not stat.S_ISLNK(found.st_mode):
            yield path


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        yield from (Path(root) / name for name in (*folders, *files))
