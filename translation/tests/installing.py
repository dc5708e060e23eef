"""Models of ``data/models`` in a folder, as if they had been installed."""

import zipfile
from pathlib import Path

from translation.tests.argos_packages import MODELS


def package(direction: str) -> Path:
    """Return the package of a direction such as ``en-th``."""
    return MODELS / f"{direction}.argosmodel"


def unpack(folder: Path, *directions: str) -> Path:
    """Unpack the packages of ``directions`` into ``folder``, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for direction in directions:
        with zipfile.ZipFile(package(direction)) as archive:
            archive.extractall(folder)
    return folder
