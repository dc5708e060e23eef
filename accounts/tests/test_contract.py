"""Every account operation answers with the documented status, fields, sentences and types, for apps and for browsers.

The bodies are what published clients were written against: compared whole, so that no field is missing and none too many.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests import oidc
from accounts.tests.helpers import bearer, code_for, code_in, link_in, new_mail, post
from accounts.tests.social import way
from conftest import PASSWORD, token_client

pytestmark = pytest.mark.django_db

NEW = "newsecretpassword"
JOHN = {"name": "John Doe", "email": "john@example.com"}
REGISTER = {
    "name": "John Doe",
    "email": "john@example.com",
    "password": "secretpassword",
    "preferred_language": "id",
    "password_confirmation": "secretpassword",
    "device_name": "iPhone 15 Pro",
}
UNAUTHENTICATED = {"message": "Unauthenticated."}
INACTIVE = {"message": "Account is inactive."}
TOKEN = re.compile(r"\d+\|\S{20,}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
both = pytest.mark.parametrize("kind", ["app", "web"])


class Number:
    """Any number that names a row."""

    def __eq__(self, other: object) -> bool:
        return type(other) is int and other > 0

    __hash__ = None  # type: ignore[assignment]


class Like:
    """Any text that is written in one way."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and self.pattern.fullmatch(other) is not None

    def __repr__(self) -> str:
        return f"Like({self.pattern.pattern})"

    __hash__ = None  # type: ignore[assignment]


def invalid(field: str, sentence: str) -> dict[str, Any]:
    return {"message": "The given data was invalid.", "errors": {field: [sentence]}}


def signed_in(kind: str, name: str = "John Doe", message: str = "Logged in successfully.") -> dict[str, Any]:
    user = {**JOHN, "id": Number(), "name": name}
    if kind == "app":
        return {"access_token": Like(TOKEN), "token_type": "Bearer", "user": user}
    return {"user": user, "message": message}


def assert_answers(answer: Any, status: int, body: dict[str, Any]) -> None:
    assert (answer.status_code, answer.json()) == (status, body)
    assert answer["Content-Type"] == "application/json"


@pytest.fixture
def john(db: None) -> User:
    return User.objects.create_user("john@example.com", PASSWORD, name="John Doe")


@both
def test_register(kind: str) -> None:
    path = f"auth/{kind}/register"
    assert_answers(post(path, REGISTER), 200, signed_in(kind, message="Registered successfully."))
    assert_answers(post(path, REGISTER), 422, invalid("email", "This email is already registered."))


@both
def test_login(john: User, kind: str) -> None:
    body = {"email": john.email, "password": PASSWORD, "device_name": "iPhone 15 Pro"}
    path = f"auth/{kind}/login"
    assert_answers(post(path, body), 200, signed_in(kind))
    wrong = invalid("email", "The provided credentials are incorrect.")
    assert_answers(post(path, {**body, "password": "secretpassword"}), 422, wrong)
    call_command("set_user", john.email, "--active", "off")
    assert_answers(post(path, body), 403, INACTIVE)


@both
def test_request_and_verify_otp(kind: str) -> None:
    path = f"auth/{kind}/otp"
    assert_answers(post(path, {"email": "john@example.com"}), 200, {"message": "OTP sent to your email."})
    wrong = invalid("email", "The email field must be a valid email address.")
    assert_answers(post(path, {"email": "john"}), 422, wrong)
    body = {"email": "john@example.com", "token": code_in(new_mail()[-1]), "device_name": "iPhone 15 Pro"}
    assert_answers(post(f"{path}/verify", body), 200, signed_in(kind, "john"))
    assert_answers(post(f"{path}/verify", body), 422, invalid("token", "Invalid or expired OTP."))


@both
def test_otp_of_an_inactive_account(john: User, kind: str) -> None:
    call_command("set_user", john.email, "--active", "off")
    body = {"email": john.email, "token": code_for(john.email)}
    assert_answers(post(f"auth/{kind}/otp/verify", body), 403, INACTIVE)


@both
def test_forgot_and_reset_password(john: User, kind: str) -> None:
    path = f"auth/{kind}/forgot-password"
    assert_answers(post(path, {"email": john.email}), 200, {"message": "Password reset link sent to your email."})
    unknown = invalid("email", "We could not find an account with that email.")
    assert_answers(post(path, {"email": "jane@example.com"}), 422, unknown)
    token = link_in(new_mail()[-1]).split("token=")[1].split("&")[0]
    body = {"token": token, "email": john.email, "password": NEW, "password_confirmation": NEW}
    path = f"auth/{kind}/reset-password"
    assert_answers(post(path, body), 200, {"message": "Password has been reset successfully."})
    assert_answers(post(path, body), 422, invalid("email", "This password reset token is invalid."))


@both
def test_change_password(john: User, kind: str) -> None:
    client = token_client(john)
    body = {"current_password": PASSWORD, "password": NEW, "password_confirmation": NEW}
    path = f"auth/{kind}/change-password"
    assert_answers(post(path, body, client), 200, {"message": "Password changed successfully."})
    wrong = invalid("current_password", "The current password is incorrect.")
    assert_answers(post(path, body, client), 422, wrong)
    assert_answers(post(path, body), 401, UNAUTHENTICATED)


@both
def test_logout(john: User, kind: str) -> None:
    client = token_client(john)
    assert_answers(post(f"auth/{kind}/logout", {}, client), 200, {"message": "Logged out successfully."})
    assert_answers(post(f"auth/{kind}/logout", {}, client), 401, UNAUTHENTICATED)


# ── Providers ──


@pytest.fixture
def johns_provider(provider: oidc.OidcServer) -> oidc.OidcServer:
    provider.person = {
        "sub": "john-1",
        "email": "john@example.com",
        "email_verified": True,
        "name": "John Doe",
        "picture": "https://example.com/john.png",
    }
    return provider


@both
@pytest.mark.parametrize("operation", ["redirect", "callback", "link", "link/callback"])
def test_an_invalid_provider(john: User, kind: str, operation: str) -> None:
    answer = post(f"auth/{kind}/social/google/{operation}", {"code": "4/0AfJohXn"}, token_client(john))
    assert_answers(answer, 422, invalid("provider", "The selected provider is invalid."))


@both
def test_social_redirect_and_callback(johns_provider: oidc.OidcServer, kind: str) -> None:
    path, client = f"auth/{kind}/social/oidc", APIClient()
    url = {"redirect_url": Like(re.compile(re.escape(johns_provider.issuer) + r"/authorize\?\S+"))}
    assert_answers(post(f"{path}/redirect", {}, client), 200, url)
    body = {**way(kind, client), "device_name": "iPhone 15 Pro"}
    assert_answers(post(f"{path}/callback", body, client), 200, signed_in(kind))
    call_command("set_user", "john@example.com", "--active", "off")
    assert_answers(post(f"{path}/callback", way(kind, client), client), 403, INACTIVE)


@both
def test_social_accounts(johns_provider: oidc.OidcServer, john: User, outsider: User, kind: str) -> None:
    path, mine, theirs = f"auth/{kind}/social", token_client(john), token_client(outsider)

    def link(client: APIClient) -> Any:
        return post(f"{path}/oidc/link/callback", {**way(kind, client, link=True), "device_name": "n"}, client)

    account = {"id": Number(), "provider": "oidc", "provider_email": "john@example.com", "name": "John Doe"}
    url = {"redirect_url": Like(re.compile(r"http\S+"))}
    assert_answers(post(f"{path}/oidc/link", {}, mine), 200, url)
    linked = {"account": account, "message": "Social account linked successfully."}
    assert_answers(link(mine), 200, linked)
    assert_answers(link(mine), 422, {"message": "This social account is already linked to your account."})
    assert_answers(link(theirs), 422, {"message": "This social account is already linked to another user."})
    shown = {**account, "avatar": "https://example.com/john.png", "created_at": Like(MOMENT)}
    assert_answers(mine.get(f"/api/v1/{path}/accounts"), 200, {"accounts": [shown]})
    unlink = f"/api/v1/{path}/oidc/unlink"
    assert_answers(mine.delete(unlink), 200, {"message": "Social account unlinked successfully."})
    assert_answers(mine.delete(unlink), 404, {"message": "Social account not found."})


@both
def test_the_last_authentication_method(johns_provider: oidc.OidcServer, kind: str) -> None:
    signed = post("auth/app/social/oidc/callback", way("app")).json()
    answer = bearer(signed["access_token"]).delete(f"/api/v1/auth/{kind}/social/oidc/unlink")
    last = "Cannot unlink the last authentication method. Please set a password first."
    assert_answers(answer, 422, {"message": last})


@both
@pytest.mark.parametrize(
    ("method", "operation"),
    [("get", "accounts"), ("post", "oidc/link"), ("post", "oidc/link/callback"), ("delete", "oidc/unlink")],
)
def test_linked_accounts_of_nobody(kind: str, method: str, operation: str) -> None:
    answer = getattr(APIClient(), method)(f"/api/v1/auth/{kind}/social/{operation}")
    assert_answers(answer, 401, UNAUTHENTICATED)


# ── Addresses, and the account itself ──


def test_verify_email(john: User) -> None:
    client = token_client(john)
    sent = post("auth/email/verification-notification", {}, client)
    assert_answers(sent, 200, {"message": "Verification email sent."})
    link = link_in(new_mail()[-1])
    assert_answers(APIClient().get(link), 200, {"message": "Email verified successfully."})
    assert_answers(APIClient().get(link + "0"), 404, {"message": "Verification link is invalid."})
    again = post("auth/email/verification-notification", {}, client)
    assert_answers(again, 200, {"message": "Verification email sent."})


def me(**changed: Any) -> dict[str, Any]:
    return {
        **JOHN,
        "id": Number(),
        "email_verified_at": Like(MOMENT),
        "is_active": True,
        "last_login_at": Like(MOMENT),
        "created_at": Like(MOMENT),
        "updated_at": Like(MOMENT),
        "preferred_language": "en",
        "avatar_url": None,
        "has_password": True,
        "also_reads": [],
        "show_originals": "never",
        "name_reading": "",
        "title": "",
        "time_zone": "",
        "status": None,
        "undisturbed_until": None,
        **changed,
    }


def by_token(john: User) -> APIClient:
    return bearer(post("auth/app/login", {"email": john.email, "password": PASSWORD}).json()["access_token"])


def by_cookie(john: User) -> APIClient:
    client = APIClient()
    post("auth/web/login", {"email": john.email, "password": PASSWORD}, client)
    return client


@pytest.mark.parametrize("sign_in", [by_token, by_cookie])
def test_me(john: User, sign_in: Callable[[User], APIClient]) -> None:
    client = sign_in(john)
    assert_answers(client.get("/api/v1/me"), 200, me(email_verified_at=None))
    post("auth/email/verification-notification", {}, client)
    APIClient().get(link_in(new_mail()[-1]))
    changes = {"name": "b", "preferred_language": "zh-CN", "avatar_url": "http://bailey.com/"}
    assert_answers(client.patch("/api/v1/me", changes), 200, me(**changes))
    assert_answers(client.get("/api/v1/me"), 200, me(**changes))
    assert_answers(client.patch("/api/v1/me"), 200, me(**changes))
    assert_answers(APIClient().get("/api/v1/me"), 401, UNAUTHENTICATED)
    assert_answers(APIClient().patch("/api/v1/me"), 401, UNAUTHENTICATED)
