"""An OpenID Connect provider of our own, which Nina signs in with."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from accounts.tests import oidc
from accounts.tests.social import CALLBACK, NINA


@pytest.fixture
def provider(settings: Settings) -> Iterator[oidc.OidcServer]:
    settings.SOCIAL_CALLBACK_URL = "https://chat.example/auth/{provider}/callback"
    with oidc.running(CALLBACK) as server:
        server.person = dict(NINA)
        app = {
            "provider_id": "oidc",
            "name": "OpenID Connect",
            "client_id": oidc.CLIENT_ID,
            "secret": oidc.CLIENT_SECRET,
            "settings": {"server_url": server.issuer},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {
            **settings.SOCIALACCOUNT_PROVIDERS,
            "openid_connect": {"APPS": [app]},
        }
        yield server
