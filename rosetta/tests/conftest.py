"""The whole cast, for tests that go over every route."""

from pathlib import Path

import pytest
from pytest_django import Settings

from rosetta.tests.cast import Cast, assemble


@pytest.fixture
def cast(db: None, settings: Settings, tmp_path: Path) -> Cast:
    settings.FILES_SPOOL_DIR = tmp_path / "spool"
    options = {"location": tmp_path / "files", "base_url": None}
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.THROTTLE = False
    return assemble()
