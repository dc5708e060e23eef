from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import User
from devices import transports
from devices.tests import servers as providers
from devices.tests.servers import Provider, ok
from messaging.tasks import push_owed
from messaging.tests.pushing import Told, phone
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


@pytest.fixture
def expo(settings: Any) -> Iterator[Provider]:
    """Expo's service; every push is due at once and waits for no translator."""
    transports.reset()
    with providers.http(lambda asked: ok({"data": [{"status": "ok", "id": "x"} for _ in asked.json]})) as provider:
        settings.EXPO_URL, settings.PUSH_AFTER_SECONDS, settings.PUSH_WORDS_SECONDS = provider.url, 0.0, 0.0
        yield provider
    transports.reset()


@pytest.fixture
def phones(owner: User, member_user: User) -> None:
    for user in (owner, member_user):
        phone(user)


@pytest.fixture
def told(expo: Provider) -> Told:
    """Let what is owed be sent, and look at what the provider got since the last time."""

    def run() -> list[dict[str, Any]]:
        push_owed()
        got = [one for asked in expo.asked for one in asked.json]
        expo.asked.clear()
        return got

    return run
