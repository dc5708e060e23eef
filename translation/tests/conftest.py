from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from pytest_django import Settings

from rosetta.ids import new_ulid
from translation.local_models import progress
from translation.tests import model_host, servers
from translation.tests.model_host import Host
from translation.tests.model_rows import FROM_TH, TH


@pytest.fixture
def scope(db: None) -> str:
    """Return the id of a workspace, which is all that translation knows of one."""
    return new_ulid()


@pytest.fixture
def libre(settings: Settings) -> Iterator[servers.Service]:
    """A LibreTranslate server that is the whole chain."""
    cache.clear()
    with servers.serve(servers.libretranslate()) as service:
        settings.TRANSLATION_ENGINES = ("libretranslate",)  # type: ignore[attr-defined]
        settings.TRANSLATION_PAIR_ENGINES = {}  # type: ignore[attr-defined]
        settings.LIBRETRANSLATE_URL = service.url  # type: ignore[attr-defined]
        yield service


@pytest.fixture
def host(settings: Settings, tmp_path: Path) -> Iterator[Host]:
    """A host of models; English to Thai and back are wanted."""
    with model_host.serve() as running:
        settings.VAR_DIR = tmp_path
        settings.LOCAL_MODELS = (TH, FROM_TH)
        settings.LOCAL_MODELS_URL = running.index
        settings.LOCAL_MODELS_FREE_MB = 0
        progress.ProgressLine._failure = ""
        yield running
