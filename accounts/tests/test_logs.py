"""No secret is written down.

Every journey once, against real processes whose logs are at their most talkative.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string
from email.message import Message
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from accounts.tests import oidc
from accounts.tests.social import at_provider
from rosetta.tests.processes import eventually, free_port
from rosetta.tests.supervised import Supervised

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

FIRST, SECOND, THIRD, WRONG = "first long sentence", "second long sentence", "third long sentence", "wrong horse 99"
EMAIL = "nina@example.com"
PUSH_TOKEN = "ExponentPushToken[nina-7f3a9c]"


class Journey:
    """A client that remembers every secret that it sends or is shown."""

    def __init__(self, url: str, mail: Path) -> None:
        self.http = httpx.Client(base_url=f"{url}/api/v1/", headers={"Origin": url}, timeout=30)
        self.url, self.mail = url, mail
        self.read: set[Path] = set()
        self.secrets: set[str] = {FIRST, SECOND, THIRD, WRONG, oidc.CLIENT_SECRET, PUSH_TOKEN}

    def call(self, method: str, path: str, status: int, bearer: str = "", /, **body: Any) -> Any:
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken") or ""}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        answer = self.http.request(method, path, json=body, headers=headers)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        self.secrets |= {value for name, value in self.http.cookies.items() if name == "rosetta_session"}
        return answer.json() if answer.content else {}

    def keep(self, secret: str) -> str:
        """Remember ``secret``; of ``{id}|{secret}`` only what follows the id is one."""
        self.secrets.add(secret.rpartition("|")[2])
        return secret

    def new_mail(self) -> str:
        """The text of the next mail, once the worker has sent it."""
        files: list[Path] = []

        def arrived() -> bool:
            files[:] = [file for file in self.mail.glob("*.log") if file not in self.read and file.stat().st_size]
            return bool(files)

        assert eventually(arrived), "no mail"
        self.read.add(files[0])
        message: Message = message_from_string(files[0].read_text(encoding="utf-8"))
        part: Any = message.get_payload(0)
        return str(part.get_payload(decode=True).decode())

    def link_mailed(self) -> str:
        return re.findall(r"^https?://\S+$", self.new_mail(), re.M)[0]  # type: ignore[no-any-return]


def by_password(one: Journey) -> str:
    new = {"password": FIRST, "password_confirmation": FIRST}
    token = one.keep(one.call("POST", "auth/app/register", 200, name="N", email=EMAIL, **new)["access_token"])
    link = one.link_mailed()
    one.keep(link.rpartition("signature=")[2])
    assert one.http.get(link).status_code == 200
    one.call("POST", "auth/web/login", 422, email=EMAIL, password=WRONG)
    one.call("POST", "auth/web/login", 200, email=EMAIL, password=FIRST)
    changed = {"current_password": FIRST, "password": SECOND, "password_confirmation": SECOND}
    one.call("POST", "auth/app/change-password", 200, token, **changed)
    one.call("POST", "auth/app/forgot-password", 200, email=EMAIL)
    reset = one.keep(re.findall(r"token=([^&]+)", one.link_mailed())[0])
    body = {"email": EMAIL, "token": reset, "password": THIRD, "password_confirmation": THIRD}
    one.call("POST", "auth/app/reset-password", 200, **body)
    return one.keep(one.call("POST", "auth/app/login", 200, email=EMAIL, password=THIRD)["access_token"])


def by_code(one: Journey) -> None:
    one.call("POST", "auth/app/otp", 200, email=EMAIL)
    code = one.keep(re.findall(r"^\d{6}$", one.new_mail(), re.M)[0])
    one.call("POST", "auth/app/otp/verify", 422, email=EMAIL, token=f"{(int(code) + 1) % 10**6:06d}")
    one.keep(one.call("POST", "auth/app/otp/verify", 200, email=EMAIL, token=code)["access_token"])


def by_provider(one: Journey, server: oidc.OidcServer) -> None:
    for spoil in ("wrong", ""):
        back = at_provider(one.call("POST", "auth/web/social/oidc/redirect", 200)["redirect_url"])
        one.secrets |= {back["code"], back["state"], spoil + back["code"]}
        one.call(
            "POST", "auth/web/social/oidc/callback", 422 if spoil else 200, **{**back, "code": spoil + back["code"]}
        )
    one.secrets |= set(server.access_tokens)


def with_tokens(one: Journey, token: str) -> None:
    """What else has a secret: tokens, sockets, invites, webhooks, guests, devices."""
    made = one.call("POST", "me/tokens", 201, token, name="x", abilities=["*"])["data"]
    one.keep(made["token"])
    one.call("GET", "me", 401, made["token"] + "x")
    for subprotocols, headers in (
        (["rosetta.v1", f"bearer.{made['token'].replace('|', '%7C')}"], {}),
        (["rosetta.v1"], {"Authorization": f"Bearer {made['token']}"}),
    ):
        address = one.url.replace("http", "ws", 1) + "/api/v1/realtime"
        with connect(address, subprotocols=subprotocols, additional_headers=headers) as socket:  # type: ignore[arg-type]
            assert "hello" in str(socket.recv(timeout=30))
    workspace = one.call("POST", "workspaces", 201, token, name="Acme")["data"]["id"]
    invite = one.call("POST", f"workspaces/{workspace}/invites", 201, token)["data"]["token"]
    one.call("GET", f"invites/{one.keep(invite)}", 200)
    channel = one.call("GET", f"workspaces/{workspace}/channels", 200, token)["data"][0]["id"]
    hook = {"name": "CI", "default_channel_id": channel}
    webhook = one.call("POST", f"workspaces/{workspace}/webhooks", 201, token, **hook)["data"]
    one.call("POST", f"webhooks/{webhook['id']}/messages", 201, one.keep(webhook["secret"]), content="done")
    room = one.call("POST", "external/rooms", 201, token, name="Visit")["data"]["room_id"]
    guest = one.call("POST", f"external/rooms/{room}/guests", 201, nickname="Gus", preferred_language="en")["data"]
    one.keep(guest["session"]["token"])
    one.call("POST", "devices", 201, token, platform="ios", provider="expo", push_token=PUSH_TOKEN)


@contextmanager
def rosetta(folder: Path, issuer: str) -> Iterator[Supervised]:
    one = Supervised(
        folder,
        PORT=str(free_port()),
        LOG_LEVEL="DEBUG",
        OIDC_ISSUER=issuer,
        OIDC_CLIENT_ID=oidc.CLIENT_ID,
        OIDC_CLIENT_SECRET=oidc.CLIENT_SECRET,
        SOCIAL_CALLBACK_URL="https://chat.example/auth/{provider}/callback",
    )
    try:
        assert eventually(one.is_ready), one.said()
        yield one
    finally:
        one.end()


def test_no_secret_reaches_a_log_or_a_file_but_mail(tmp_path: Path) -> None:
    with oidc.running("https://chat.example/auth/oidc/callback") as server, rosetta(tmp_path, server.issuer) as service:
        server.person = {"sub": "n-1", "email": EMAIL, "email_verified": True}
        one = Journey(service.url, tmp_path / "var" / "mail")
        token = by_password(one)
        by_code(one)
        by_provider(one, server)
        with_tokens(one, token)
        one.call("DELETE", "me", 204, token, password=THIRD)
        one.keep((tmp_path / "var" / "secret_key").read_text().strip())
    shutil.rmtree(tmp_path / "var" / "mail")
    (tmp_path / "var" / "secret_key").unlink()
    said = service.said()
    assert "/api/v1/auth/app/reset-password" in said
    assert [line for line in said.splitlines() if any(is_in(secret, line) for secret in one.secrets)] == []
    kept = [file for file in (tmp_path / "var").rglob("*") if file.is_file() and "sqlite" not in file.name]
    written = {file.name: file.read_bytes().decode("utf-8", "replace") for file in kept}
    assert [name for name, text in written.items() if any(is_in(secret, text) for secret in one.secrets)] == []


def is_in(secret: str, text: str) -> bool:
    """Whether ``text`` has ``secret``; six digits also stand in moments and addresses."""
    return (
        re.search(rf"(?<![\w.]){re.escape(secret)}(?!\w)" if secret.isdigit() else re.escape(secret), text) is not None
    )
