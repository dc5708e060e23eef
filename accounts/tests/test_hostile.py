"""What an attacker tries: clocks, headers, logs."""

import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import AccessToken, Session, User
from accounts.tests import oidc
from accounts.tests.helpers import bearer, code_in, link_in, new_mail, post
from accounts.tests.social import at_provider
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "olivia@example.com", "nobody@example.com"


def work_of(path: str, body: dict[str, Any]) -> list[str]:
    """The statements that a request takes, without what differs by row."""
    with CaptureQueriesContext(connection) as seen:
        post(path, body)
    return [" ".join(re.sub(r"s\d+_x\d+", "", query["sql"]).split()[:3]) for query in seen.captured_queries]


class CountingHasher(MD5PasswordHasher):
    """Counts how often something is hashed: what a sign-in's time is made of."""

    algorithm = "counting"
    times = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).times += 1
        return super().encode(password, salt)


@pytest.mark.parametrize("path", ["auth/app/login", "auth/web/login"])
def test_a_sign_in_hashes_as_often_for_every_address(owner: User, settings: LazySettings, path: str) -> None:
    """What it takes in milliseconds is measured by ``bench/sign_in.py``."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    owner.set_password(PASSWORD)
    owner.save()
    User.objects.create_user("passwordless@example.com")
    hashed = []
    for email in (KNOWN, UNKNOWN, "passwordless@example.com"):
        CountingHasher.times = 0
        assert post(path, {"email": email, "password": "wrong horse"}).status_code == 422
        hashed.append(CountingHasher.times)
    assert hashed == [1, 1, 1]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("auth/app/otp", {}),
        ("auth/app/otp/verify", {"token": "123456"}),
        ("auth/app/forgot-password", {}),
        ("auth/app/reset-password", {"token": "c1-x", "password": PASSWORD, "password_confirmation": PASSWORD}),
    ],
)
def test_known_and_unknown_addresses_make_the_same_work(
    owner: User, settings: LazySettings, path: str, body: dict[str, str]
) -> None:
    settings.HIDE_ACCOUNT_EXISTENCE = True
    assert work_of(path, {**body, "email": KNOWN}) == work_of(path, {**body, "email": UNKNOWN})


def test_a_foreign_host_gets_nothing_and_changes_no_link(owner: User) -> None:
    refused = post("auth/app/forgot-password", {"email": KNOWN}, Host="evil.example")
    assert refused.status_code == 400
    assert new_mail() == []
    headers = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "Origin": "https://evil.example"}
    post("auth/app/forgot-password", {"email": KNOWN}, **headers)
    assert link_in(new_mail()[0]).startswith("http://127.0.0.1:8000/reset-password?")


def test_cookies_are_secure_where_the_service_is_reached_over_https(tmp_path: Path) -> None:
    told = "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.HTTPS)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "rosetta.settings", "VAR_DIR": str(tmp_path)}
    for url, secure in (("https://chat.example", "True True True"), ("http://chat.example", "False False False")):
        run = subprocess.run(
            [sys.executable, "-c", told],
            env={**environment, "PUBLIC_URL": url},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.split("\n")[0] == secure


def test_no_secret_reaches_a_log(
    provider: oidc.OidcServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Every journey once, rightly and wrongly, with the logs at their most talkative."""
    caplog.set_level(logging.DEBUG)
    secrets = [PASSWORD, new := "another long sentence", wrong := "wrong horse 99", oidc.CLIENT_SECRET]
    person = {"name": "N", "email": "n@example.com", "password": PASSWORD, "password_confirmation": PASSWORD}
    token = post("auth/app/register", person).json()["access_token"]
    link = link_in(new_mail()[0])
    APIClient().get(link)
    browser = APIClient()
    post("auth/web/login", person, browser)
    post("auth/app/login", {**person, "password": wrong})
    secrets += [browser.cookies["rosetta_session"].value, token.split("|")[1], link.split("signature=")[1]]
    made = bearer(token).post("/api/v1/me/tokens", {"name": "x", "abilities": ["*"]}).json()["data"]["token"]
    bearer(made + "x").get("/api/v1/me")
    post("auth/app/otp", {"email": person["email"]})
    code = code_in(new_mail()[0])
    post("auth/app/otp/verify", {"email": person["email"], "token": code})
    url = post("auth/app/social/oidc/redirect", {}).json()["redirect_url"]
    back = at_provider(url)
    post("auth/app/social/oidc/callback", {**back, "code": "wrong" + back["code"]})
    back = at_provider(post("auth/app/social/oidc/redirect", {}).json()["redirect_url"])
    post("auth/app/social/oidc/callback", back)
    post("auth/app/forgot-password", {"email": person["email"]})
    reset = link_in(new_mail()[0]).split("token=")[1].split("&")[0]
    post(
        "auth/app/reset-password",
        {"email": person["email"], "token": reset, "password": new, "password_confirmation": new},
    )
    secrets += [made.split("|")[1], code, reset, *back.values(), *provider.access_tokens]
    secrets += AccessToken.objects.values_list("secret_hash", flat=True)
    secrets += Session.objects.values_list("session_key", flat=True)  # hashes; the cookie's is above
    printed = capfd.readouterr()
    logged = caplog.text + printed.out + printed.err + "".join(str(record.__dict__) for record in caplog.records)
    assert "auth/app/reset-password" in logged
    assert [secret for secret in secrets if secret in logged] == []
