from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from conftest import make_user
from devices import transports
from devices.tests import servers as providers
from devices.tests.servers import Provider, ok
from messaging.models import Report
from messaging.tasks import push_owed
from messaging.tests.client import path_of, post
from messaging.tests.factories import ReportFactory
from messaging.tests.pushing import Told, phone
from translation.tests import servers
from workspaces.models import Channel
from workspaces.tests.factories import MemberFactory


@pytest.fixture
def engine(settings: Settings) -> Iterator[servers.Service]:
    """A LibreTranslate server as the only engine.

    ``engine.handle`` may be changed while it runs.
    """
    cache.clear()
    with servers.serve(servers.libretranslate()) as service:
        settings.TRANSLATION_ENGINES = ("libretranslate",)  # type: ignore[attr-defined]
        settings.TRANSLATION_PAIR_ENGINES = {}  # type: ignore[attr-defined]
        settings.LIBRETRANSLATE_URL = service.url  # type: ignore[attr-defined]
        yield service


@pytest.fixture
def expo(settings: Settings) -> Iterator[Provider]:
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
    """Send what is pending, and return what the provider received since the last call."""

    def run() -> list[dict[str, Any]]:
        push_owed()
        got = [one for asked in expo.asked for one in asked.json]
        expo.asked.clear()
        return got

    return run


@pytest.fixture
def chief(db: None) -> User:
    return make_user("Chief", is_staff=True, is_superuser=True)


@pytest.fixture
def staff(chief: User) -> Client:
    client = Client()
    client.force_login(chief)
    return client


@pytest.fixture
def report(as_owner: APIClient, as_member: APIClient, channel: Channel) -> Report:
    """Olivia reports what Mali said, between what she said herself."""
    for text in ("before it", "rude words here", "after it"):
        said = post(as_member, channel, text).json()["data"]["id"]
        if text == "rude words here":
            as_owner.post(f"{path_of(channel)}/{said}/report", {"reason": "This is rude"})
    return Report.objects.get()


@pytest.fixture
def second(report: Report, channel: Channel) -> Report:
    """Somebody else reports the same message."""
    sofia = MemberFactory.create(workspace=channel.workspace, user__name="Sofia").user
    return ReportFactory.create(message=report.message, reporter=sofia, reason="Rude to me as well")
