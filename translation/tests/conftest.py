from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from rosetta.ids import new_ulid
from translation.tests import servers


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
