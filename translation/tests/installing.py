"""Models of ``data/models`` in a folder, as if they had been installed, and what is installed."""

import zipfile
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from translation.engines.model_files import best_models
from translation.local_models import fetching
from translation.models import LocalModel
from translation.tests.argos_packages import MODELS

TH, FROM_TH = ("en", "th"), ("th", "en")


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


def installed() -> set[tuple[str, str]]:
    return set(best_models(fetching.models_folder()))


def row(pair: tuple[str, str] = TH) -> LocalModel:
    return LocalModel.objects.get(source=pair[0], target=pair[1])


def fetch_again() -> int:
    """Fetch as if the pauses were over."""
    LocalModel.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    return fetching.fetch_due()
