"""Which origins are one site, and what the service tells the pages of another.

Cookies, the CSRF value, headers.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import PASSWORD
from rosetta.sites import is_same_site
from rosetta.tests.processes import manage

HERE, APP, STRANGER = "https://chat.example.com", "https://app.other.example", "https://evil.example"
CSRF, LOGIN, ME = "/api/v1/auth/web/csrf", "/api/v1/auth/web/login", "/api/v1/me"
TOLD = (
    "import json; from django.conf import settings as s; print(json.dumps([s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE,"
    " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE]))"
)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (HERE, "https://chat.example.com:8443", True),
        (HERE, "https://app.example.com", True),
        (HERE, "https://example.com", True),
        (HERE, "https://a.b.c.example.com", True),
        (HERE, "http://chat.example.com", False),
        (HERE, "https://example.org", False),
        (HERE, "https://notexample.com", False),
        (HERE, "capacitor://localhost", False),
        ("https://a.example.co.uk", "https://b.example.co.uk", True),
        ("https://one.co.uk", "https://two.co.uk", False),
        ("https://me.github.io", "https://you.github.io", False),
        ("https://chat.me.github.io", "https://me.github.io", True),
        ("https://xn--mnchen-3ya.example", "https://chat.xn--mnchen-3ya.example", True),
        ("https://x.an-unknown-suffix", "https://y.an-unknown-suffix", False),
        ("http://localhost:3000", "http://localhost:8000", True),
        ("http://localhost:3000", "http://127.0.0.1:3000", False),
        ("http://127.0.0.1:1", "http://127.0.0.1:2", True),
        ("http://10.0.0.1", "http://10.0.0.2", False),
        ("http://[::1]:1", "http://[::1]:2", True),
        ("http://[2001:db8::1]", "http://[2001:db8::2]", False),
        ("https://co.uk", "https://uk", False),
        ("https://chat.example.com.", HERE, True),
    ],
)
def test_a_site_is_a_scheme_and_a_registrable_domain(one: str, other: str, same: bool) -> None:
    assert is_same_site(one, other) is same
    assert is_same_site(other, one) is same


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"PUBLIC_URL": HERE, "CORS_ORIGINS": APP}, ["None", "None", True, True]),
        ({"PUBLIC_URL": HERE, "FRONTEND_URL": APP}, ["None", "None", True, True]),
        ({"PUBLIC_URL": HERE, "CORS_ORIGINS": f"https://app.example.com,{APP}"}, ["None", "None", True, True]),
        ({"PUBLIC_URL": HERE, "CORS_ORIGINS": "https://app.example.com:8443"}, ["Lax", "Lax", True, True]),
        ({"PUBLIC_URL": HERE}, ["Lax", "Lax", True, True]),
        # Browsers take no SameSite=None over plain http.
        ({"PUBLIC_URL": "http://chat.example.com", "CORS_ORIGINS": APP}, ["Lax", "Lax", False, False]),
    ],
)
def test_cookies_go_with_another_sites_requests_only_where_one_may_sign_in(
    variables: dict[str, str], expected: list[Any], tmp_path: Path
) -> None:
    told = manage("shell", "--verbosity", "0", "-c", TOLD, VAR_DIR=str(tmp_path), **variables).stdout
    assert json.loads(told.splitlines()[-1]) == expected


@pytest.fixture
def elsewhere(settings: LazySettings) -> None:
    """The settings of ``CORS_ORIGINS=https://app.other.example`` and an https ``PUBLIC_URL``."""
    settings.CORS_ALLOWED_ORIGINS = [APP]
    settings.CSRF_TRUSTED_ORIGINS = [APP, HERE]
    settings.ALLOWED_ORIGINS = frozenset([APP, HERE])
    settings.SESSION_COOKIE_SAMESITE = settings.CSRF_COOKIE_SAMESITE = "None"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.django_db
@pytest.mark.parametrize("origin", [APP, HERE])
def test_the_csrf_value_is_told_to_origins_that_may_sign_in(origin: str) -> None:
    browser = APIClient()
    answer = browser.get(CSRF, headers={"Origin": origin})
    assert (answer.status_code, answer.content) == (204, b"")
    assert len(answer["X-CSRFToken"]) == 64
    assert "origin" in answer["Vary"].lower() and answer["Cache-Control"] == "no-store"
    cookie = browser.cookies["csrftoken"]
    assert (cookie["samesite"], cookie["secure"]) == ("None", True)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "origin",
    [None, STRANGER, "null", "", "https://app.other.example.evil.example", "http://app.other.example",
     "https://app.other.example:8443", "https://APP.other.example"],
)  # fmt: skip
def test_the_csrf_value_is_told_to_nobody_else(origin: str | None) -> None:
    answer = APIClient().get(CSRF, headers={} if origin is None else {"Origin": origin})
    assert answer.status_code == 204
    assert "X-CSRFToken" not in answer and "Access-Control-Allow-Origin" not in answer


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.django_db
def test_a_page_of_another_site_signs_in_and_changes_something(owner: User) -> None:
    browser = APIClient(enforce_csrf_checks=True)

    def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
        return getattr(browser, method)(path, body, headers={"Origin": APP, **headers}, secure=True)

    signed_in = call("post", LOGIN, {"email": owner.email, "password": PASSWORD})
    assert (signed_in.status_code, signed_in["Access-Control-Allow-Origin"]) == (200, APP)
    assert signed_in.cookies["rosetta_session"]["samesite"] == "None"
    value = call("get", CSRF)["X-CSRFToken"]
    assert call("patch", ME, {"name": "Eve"}).status_code == 403
    assert call("patch", ME, {"name": "Liv"}, **{"X-CSRFToken": value}).json()["name"] == "Liv"
    stolen = browser.patch(ME, {"name": "Eve"}, headers={"Origin": STRANGER, "X-CSRFToken": value}, secure=True)
    assert (stolen.status_code, "Access-Control-Allow-Origin" in stolen) == (403, False)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    ["authorization", "baggage", "content-type", "idempotency-key", "if-none-match", "range", "sentry-trace", "traceparent",
     "tracestate", "x-csrftoken", "x-requested-with", "x-request-id", "x-rosetta-guest-token", "accept-language"],
)  # fmt: skip
def test_a_preflight_allows_what_libraries_send(header: str) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": header}
    answer = APIClient().options(ME, headers={"Origin": APP, **asked})
    assert answer["Access-Control-Allow-Origin"] == APP
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert header in answer["Access-Control-Allow-Headers"].split(", ")
    assert "PATCH" in answer["Access-Control-Allow-Methods"]
    refused = APIClient().options(ME, headers={"Origin": STRANGER, **asked})
    assert "Access-Control-Allow-Origin" not in refused


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.django_db
def test_a_page_may_read_the_headers_that_the_api_sends(as_owner: APIClient) -> None:
    shown = as_owner.get(ME, headers={"Origin": APP})["Access-Control-Expose-Headers"].lower().split(", ")
    needed = {"content-disposition", "content-range", "accept-ranges", "etag", "retry-after", "date", "location"}
    needed |= {"x-csrftoken", "x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "idempotent-replayed"}
    assert needed <= set(shown)
