"""Run the pinned Node.js tools of checks and tests. Only who checks needs Node; npm fetches each tool once."""

import shutil
import subprocess
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

WEB = Path(settings.BASE_DIR) / "web"
PACKAGES = {
    "tsc": ("typescript@7.0.2",),
    "prettier": ("prettier@3.10.1",),
    "eslint": ("eslint@10.15.0", "@eslint/js@10.0.1"),
    "spectral": ("@stoplight/spectral-cli@6.16.3",),
}


def is_available() -> bool:
    return shutil.which("npx") is not None


def run(tool: str, *arguments: str, folder: Path = WEB) -> None:
    """Run ``tool`` in ``folder``. Raises CommandError with its output when it fails."""
    packages = [argument for package in PACKAGES[tool] for argument in ("--package", package)]
    line = ["npx", "--yes", *packages, tool, *arguments]
    finished = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise CommandError(f"{tool} in {folder.name}:\n{finished.stdout}{finished.stderr}")
