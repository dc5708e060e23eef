from collections.abc import Iterator

import pytest
from django.core.cache import cache

from translation.tests import servers


@pytest.fixture
def engine(settings: object) -> Iterator[servers.Service]:
    """A LibreTranslate server as the only engine; ``engine.handle`` may be changed while it runs."""
    cache.clear()
    with servers.serve(servers.libretranslate()) as service:
        settings.TRANSLATION_ENGINES = ("libretranslate",)  # type: ignore[attr-defined]
        settings.TRANSLATION_PAIR_ENGINES = {}  # type: ignore[attr-defined]
        settings.LIBRETRANSLATE_URL = service.url  # type: ignore[attr-defined]
        yield service
