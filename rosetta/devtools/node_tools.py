"""Run the pinned Node.js tools of checks and tests.

Only who checks needs Node; npm fetches each tool once.
"""

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
    # It knows the programming interface of TypeScript 5 alone.
    "openapi-typescript": ("openapi-typescript@7.13.0", "typescript@5.9.3"),
}
LIBRARIES = {"openapi-fetch": "openapi-fetch@0.17.0"}


def is_available() -> bool:
    return shutil.which("npx") is not None


def run(tool: str, *arguments: str, folder: Path = WEB) -> None:
    """Run ``tool`` in ``folder``. Raises CommandError with its output when it fails."""
    packages = [argument for package in PACKAGES[tool] for argument in ("--package", package)]
    _run(tool, folder, "npx", "--yes", *packages, tool, *arguments)


def install(library: str, *, folder: Path) -> None:
    """Install a library into ``folder``, for programs there.

    Raises CommandError with npm's output when it fails.
    """
    options = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--prefer-offline")
    _run(library, folder, "npm", "install", *options, "--prefix", str(folder), LIBRARIES[library])


def _run(name: str, folder: Path, *line: str) -> None:
    finished = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise CommandError(f"{name} in {folder.name}:\n{finished.stdout}{finished.stderr}")
