"""Small disks that a test can fill.

Ext4 images on loop devices, if the caller may mount them.
"""

import os
import subprocess
import tempfile
from pathlib import Path


class Disk:
    """A folder of at most ``megabytes``.

    ``can_fill`` says whether it is a separate disk.
    """

    def __init__(self, name: str, megabytes: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"rosetta-{name}-"))
        self._image = self.folder.with_suffix(".img")
        self.can_fill = os.getuid() == 0 and self._mount(megabytes)

    def _mount(self, megabytes: int) -> bool:
        with self._image.open("wb") as image:
            image.truncate(megabytes * 1024 * 1024)
        for command in (
            ["mkfs.ext4", "-q", "-m", "0", str(self._image)],
            ["mount", "-o", "loop", str(self._image), str(self.folder)],
        ):
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
                return False
        return True

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Fill the disk completely."""
        block = bytes(1024 * 1024)
        with self._ballast.open("wb", buffering=0) as ballast:
            for size in (len(block), 4096):
                try:
                    while ballast.write(block[:size]) == size:
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def remove(self) -> None:
        if self.can_fill:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)
        self._image.unlink(missing_ok=True)
        subprocess.run(["rm", "-rf", str(self.folder)], check=False)
