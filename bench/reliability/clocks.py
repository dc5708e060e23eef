"""Set the wall clock of a running process."""

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """A clock for processes started with ``environment``.

    Without a C compiler ``can_be_set`` is False.
    """

    def __init__(self, folder: Path) -> None:
        self._offset, library = folder / "clock", folder / "clock.so"
        self.set(0)
        compiler = shutil.which("cc") or shutil.which("gcc")
        command = [compiler or "cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE)]
        self.can_be_set = compiler is not None and subprocess.run(command, check=False).returncode == 0
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(self._offset)} if self.can_be_set else {}

    def set(self, seconds: int) -> None:
        """Set the clock this many seconds ahead of the machine's."""
        if self._offset.exists():
            with self._offset.open("r+b") as file:
                file.write(struct.pack("q", seconds))
        else:
            self._offset.write_bytes(struct.pack("q", seconds))
