"""Each provider in its own words.

What its servers answer, spoken by a local server, and what becomes of it.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from allauth.socialaccount.providers.apple.views import AppleOAuth2Adapter
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from allauth.socialaccount.providers.line.views import LineOAuth2Adapter
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import LazySettings

from accounts.models import User
from accounts.tests import oidc
from accounts.tests.helpers import bearer, post
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

PICTURE = "https://example.com/n.png"
CLIENT, SECRET, CODE, ACCESS = "client-1", "secret 1", "code 1", "provider access token"
APPLE_KEY = ec.generate_private_key(ec.SECP256R1())
APPLE_PEM = APPLE_KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


def signed(issuer: str, **claims: Any) -> str:
    now = int(time.time())
    claims = {"iss": issuer, "aud": CLIENT, "iat": now, "exp": now + 300, **claims}
    return jwt.encode(claims, oidc.signing_key(), algorithm="RS256", headers={"kid": "k1"})


class Site(ThreadingHTTPServer):
    """One provider's servers.

    ``pages`` are answered to a valid access token; ``token`` is the answer to a valid code.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.challenge = ""
        self.token_path = "/token"
        self.token: dict[str, Any] = {}
        self.is_form = False  # GitHub answers with a form unless JSON is requested.
        self.pages: dict[str, Any] = {}
        self.public: dict[str, Any] = {}

    def is_good(self, form: dict[str, str]) -> bool:
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        return (form.get("code"), form.get("client_id"), challenge) == (CODE, CLIENT, self.challenge) and (
            form.get("client_secret") == SECRET or is_apples_assertion(form.get("client_secret", ""))
        )


def is_apples_assertion(raw: str) -> bool:
    try:
        told = jwt.decode(raw, APPLE_KEY.public_key(), algorithms=["ES256"], audience="https://appleid.apple.com")
    except jwt.PyJWTError:
        return False
    return (told["iss"], told["sub"], jwt.get_unverified_header(raw)["kid"]) == ("team-1", CLIENT, "key-1")


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        may = self.headers.get("Authorization", "") in (f"Bearer {ACCESS}", f"token {ACCESS}")
        pages = {**self.server.public, **(self.server.pages if may else {})}
        self.answer(200 if path in pages else 401, pages.get(path, {}))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        form = {name: values[0] for name, values in parse_qs(raw).items()}
        if self.path != self.server.token_path:  # LINE reads an id token out
            known = form.get("id_token") == self.server.token.get("id_token")
            self.answer(200 if known else 400, self.server.pages.get(self.path, {}) if known else {})
        elif self.server.is_good(form):
            self.answer(
                200, self.server.token, self.server.is_form and self.headers.get("Accept") != "application/json"
            )
        else:
            self.answer(400, {"error": "invalid_grant"})

    def answer(self, status: int, body: Any, is_form: bool = False) -> None:
        raw = (urlencode(body) if is_form else json.dumps(body)).encode()
        self.send_response(status)
        kind = "application/x-www-form-urlencoded" if is_form else "application/json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(raw))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)


@dataclass
class Scene:
    """A provider that runs here, and what it knows of the person who comes from it."""

    name: str
    site: Site
    # Whether it vouches for the address; the name and picture that come from there.
    told: tuple[bool, str, str | None]
    app: dict[str, Any] = field(default_factory=lambda: {"client_id": CLIENT, "secret": SECRET})

    def sign_in(self) -> Any:
        url = post(f"auth/app/social/{self.name}/redirect", {}).json()["redirect_url"]
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.site.challenge = query["code_challenge"]
        return post(f"auth/app/social/{self.name}/callback", {"code": CODE, "state": query["state"]})


def github(site: Site, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(GitHubOAuth2Adapter, "access_token_url", f"{site.url}/token")
    monkeypatch.setattr(GitHubOAuth2Adapter, "profile_url", f"{site.url}/user")
    monkeypatch.setattr(GitHubOAuth2Adapter, "emails_url", f"{site.url}/user/emails")
    site.token, site.is_form = {"access_token": ACCESS, "token_type": "bearer", "scope": "user:email"}, True
    site.pages = {
        "/user": {"id": 7, "login": "nina", "name": "Nina", "email": None, "avatar_url": PICTURE},
        "/user/emails": [
            {"email": "old@example.com", "primary": False, "verified": True, "visibility": None},
            {"email": "Nina@Example.com", "primary": True, "verified": True, "visibility": "private"},
            {"email": "not.mine@example.com", "primary": False, "verified": False, "visibility": None},
        ],
    }
    return Scene("github", site, (True, "Nina", PICTURE))


def google(site: Site, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(GoogleOAuth2Adapter, "access_token_url", f"{site.url}/token")
    names = {"name": "Kato Nina", "given_name": "Nina", "family_name": "Kato"}
    person = {"sub": "g-1", "email": "nina@example.com", "email_verified": True, "picture": PICTURE, **names}
    id_token = signed("https://accounts.google.com", **person)
    site.token = {"access_token": ACCESS, "expires_in": 3599, "token_type": "Bearer", "id_token": id_token}
    return Scene("google", site, (True, "Kato Nina", PICTURE))


def microsoft(site: Site, monkeypatch: pytest.MonkeyPatch) -> Scene:
    site.token_path = "/common/oauth2/v2.0/token"
    site.token = {"access_token": ACCESS, "token_type": "Bearer", "expires_in": 3599, "scope": "User.Read"}
    person = {"mail": "nina@example.com", "userPrincipalName": "nina@corp.example", "displayName": "Kato Nina"}
    site.pages = {"/v1.0/me": {"id": "m-1", "givenName": "Nina", "surname": "Kato", **person}}
    urls = {"login_url": site.url, "graph_url": site.url}
    return Scene(
        "microsoft", site, (False, "Kato Nina", None), {"client_id": CLIENT, "secret": SECRET, "settings": urls}
    )


def line(site: Site, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(LineOAuth2Adapter, "access_token_url", f"{site.url}/token")
    monkeypatch.setattr(LineOAuth2Adapter, "id_token_url", f"{site.url}/verify")
    site.token = {"access_token": ACCESS, "expires_in": 2592000, "id_token": "line id token", "token_type": "Bearer"}
    person = {"sub": "U1", "name": "Nina", "picture": PICTURE, "email": "nina@example.com"}
    site.pages = {"/verify": {"iss": "https://access.line.me", "aud": CLIENT, **person}}
    return Scene("line", site, (False, "Nina", PICTURE))


def apple(site: Site, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(AppleOAuth2Adapter, "access_token_url", f"{site.url}/token")
    monkeypatch.setattr(AppleOAuth2Adapter, "public_key_url", f"{site.url}/keys")
    person = {"sub": "001.a", "email": "nina@example.com", "email_verified": "true", "is_private_email": "false"}
    id_token = signed("https://appleid.apple.com", **person)
    site.token = {"access_token": ACCESS, "token_type": "Bearer", "expires_in": 3600, "id_token": id_token}
    site.public = {"/keys": oidc.public_keys()}
    app = {"client_id": CLIENT, "secret": "key-1", "key": "team-1", "settings": {"certificate_key": APPLE_PEM}}
    return Scene("apple", site, (True, "nina", None), app)


@pytest.fixture(params=[github, google, microsoft, line, apple], ids=lambda make: make.__name__)
def scene(request: pytest.FixtureRequest, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    settings.SOCIAL_CALLBACK_URL = "https://chat.example/auth/{provider}/callback"
    with Site() as site:
        threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        scene: Scene = request.param(site, monkeypatch)
        own = settings.SOCIALACCOUNT_PROVIDERS[scene.name]
        settings.SOCIALACCOUNT_PROVIDERS = {
            **settings.SOCIALACCOUNT_PROVIDERS,
            scene.name: {**own, "APPS": [scene.app]},
        }
        yield scene
        site.shutdown()


def test_a_person_comes_from_it(scene: Scene) -> None:
    answer = scene.sign_in()
    assert answer.status_code == 200, answer.json()
    vouches, name, picture = scene.told
    me = bearer(answer.json()["access_token"]).get("/api/v1/me").json()
    assert (me["email"], me["name"], me["has_password"]) == ("nina@example.com", name, False)
    assert bool(me["email_verified_at"]) is vouches
    assert me["avatar_url"] == picture
    assert scene.sign_in().json()["user"]["id"] == me["id"]


def test_it_opens_somebodys_account_only_where_it_vouches_for_the_address(scene: Scene) -> None:
    nina = User.objects.create_user("nina@example.com", PASSWORD, name="Nina")
    answer = scene.sign_in()
    if scene.told[0]:
        assert answer.json()["user"]["id"] == nina.pk
    else:
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["email"])


def test_a_code_that_it_refuses_is_refused(scene: Scene) -> None:
    scene.site.token_path = "/elsewhere"
    answer = scene.sign_in()
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["code"])
    assert not User.objects.exists()


@pytest.mark.parametrize("scene", [microsoft], indirect=True)
@pytest.mark.parametrize("address", ["nina", "nina@example.com\nBcc: all@example.com", "n" * 250 + "@example.com", ""])
def test_what_is_no_address_is_none(scene: Scene, address: str) -> None:
    scene.site.pages["/v1.0/me"] |= {"mail": address, "userPrincipalName": address}
    assert scene.sign_in().json()["errors"] == {"email": ["The provider gave no email address."]}
