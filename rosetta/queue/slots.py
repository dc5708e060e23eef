"""Slots for slow tasks.

A worker runs at most so many at once, and so always has a process for small ones.

A slot is a lock on a file, which the kernel releases when a process is killed. Outside of a worker there are no slots, and every
task may run.
"""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

# The folder of this worker, which its processes inherit, and the number of slots.
_folder: "tempfile.TemporaryDirectory[str] | None" = None
_count = 0


def provide(count: int) -> None:
    """Begin to limit slow tasks to ``count`` at once.

    Call it before the worker's processes are forked.
    """
    global _folder, _count
    _folder, _count = tempfile.TemporaryDirectory(prefix="rosetta-slots-"), count


def withdraw() -> None:
    """End the limit, and delete its files."""
    global _folder
    if _folder is not None:
        _folder.cleanup()
    _folder = None


@contextmanager
def taken(name: str) -> Iterator[bool]:
    """Take a slot; yields whether one was free.

    If not, ``missed`` returns ``name`` to the next that gives one back.
    """
    if _folder is None:
        yield True
        return
    folder = Path(_folder.name)
    slot = _free(folder)
    if slot is None and name:
        note = folder / f"missed-{name}"
        note.touch()
        slot = _free(folder)  # because the last one may have looked for missed tasks just before
        if slot is not None:
            note.unlink(missing_ok=True)
    if slot is None:
        yield False
        return
    with slot:  # closing it gives it back
        yield True


def missed() -> list[str]:
    """Return the names of tasks that found no slot, each once."""
    if _folder is None:
        return []
    names = []
    for path in Path(_folder.name).glob("missed-*"):
        with suppress(FileNotFoundError):  # another process has it
            path.unlink()
            names.append(path.name.removeprefix("missed-"))
    return names


def _free(folder: Path) -> IO[str] | None:
    """Return a slot that nobody else has, locked."""
    for number in range(_count):
        slot = (folder / str(number)).open("w")
        try:
            fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return slot
        except BlockingIOError:
            slot.close()
    return None
