"""Register, sign in and out, for apps and for browsers; the caller's own account."""

import unicodedata
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import make_password
from rest_framework.test import APIClient

from accounts.identity.secrets import digest
from accounts.models import AccessToken, Session, User
from accounts.tests.helpers import bearer, post
from conftest import PASSWORD, token_client
from workspaces.models import Member

pytestmark = pytest.mark.django_db

NEW = {
    "name": "Nina",
    "email": "Nina@Example.com",
    "password": "a long sentence",
    "password_confirmation": "a long sentence",
}


def test_an_app_registers_and_is_signed_in() -> None:
    answer = post("auth/app/register", {**NEW, "device_name": "Phone", "preferred_language": "ja"})
    assert answer.status_code == 200
    body = answer.json()
    user = User.objects.get(email="nina@example.com")
    assert body["user"] == {"id": user.pk, "name": "Nina", "email": "nina@example.com"}
    assert body["token_type"] == "Bearer"
    assert (user.email_verified_at, user.preferred_language) == (None, "ja")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {body['access_token']}")
    assert client.get("/api/v1/me").json()["email"] == "nina@example.com"
    token = AccessToken.objects.get()
    assert (token.name, token.abilities) == ("Phone", ["*"])
    assert body["access_token"].split("|")[1] not in token.secret_hash


def test_a_browser_registers_and_is_signed_in() -> None:
    client = APIClient(enforce_csrf_checks=True)
    answer = post("auth/web/register", NEW, client)
    assert answer.status_code == 200
    assert answer.json()["message"] == "Registered successfully."
    cookie = answer.cookies["rosetta_session"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert client.get("/api/v1/me").json()["name"] == "Nina"


@pytest.mark.parametrize("kind", ["app", "web"])
def test_a_taken_address_is_refused_in_any_case(owner: User, kind: str) -> None:
    answer = post(f"auth/{kind}/register", {**NEW, "email": "OLIVIA@example.com"})
    assert answer.status_code == 422
    assert answer.json() == {
        "message": "The given data was invalid.",
        "errors": {"email": ["This email is already registered."]},
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nina"}, "email"),
        ({"email": "x" * 250 + "@example.com"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"password_confirmation": "another sentence"}, "password"),
        ({"password": "short", "password_confirmation": "short"}, "password"),
        ({"password": "password1", "password_confirmation": "password1"}, "password"),
        ({"password": "\ud800" * 9, "password_confirmation": "\ud800" * 9}, "password"),
        ({"password": ["a"]}, "password"),
        ({"preferred_language": "fr"}, "preferred_language"),
        ({"device_name": "x" * 256}, "device_name"),
    ],
)
def test_what_cannot_be_registered_is_told_by_field(change: dict[str, Any], field: str) -> None:
    answer = post("auth/app/register", {**NEW, **change})
    assert answer.status_code == 422
    assert field in answer.json()["errors"]
    assert not User.objects.exists()


def test_an_address_that_is_none_gets_the_documented_sentence() -> None:
    errors = post("auth/app/register", {**NEW, "email": "nina"}).json()["errors"]
    assert errors == {"email": ["The email field must be a valid email address."]}


def test_a_newcomer_without_a_language_gets_their_clients() -> None:
    post("auth/app/register", NEW, **{"Accept-Language": "th-TH,th;q=0.9"})
    assert User.objects.get().preferred_language == "th"


@pytest.mark.parametrize("kind", ["app", "web"])
def test_sign_in_works_and_leaves_its_moment(owner: User, kind: str) -> None:
    answer = post(f"auth/{kind}/login", {"email": " OLIVIA@example.com", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["user"] == {"id": owner.pk, "name": "Olivia", "email": "olivia@example.com"}
    owner.refresh_from_db()
    assert owner.last_login is not None


@pytest.mark.parametrize("kind", ["app", "web"])
@pytest.mark.parametrize("email", ["olivia@example.com", "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_address_get_one_answer(owner: User, kind: str, email: str) -> None:
    answer = post(f"auth/{kind}/login", {"email": email, "password": "wrong horse"})
    assert answer.status_code == 422
    assert answer.json() == {
        "message": "The given data was invalid.",
        "errors": {"email": ["The provided credentials are incorrect."]},
    }


@pytest.mark.parametrize("kind", ["app", "web"])
def test_an_inactive_account_is_told_so_only_with_its_password(owner: User, kind: str) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    right = post(f"auth/{kind}/login", {"email": owner.email, "password": PASSWORD})
    assert (right.status_code, right.json()) == (403, {"message": "Account is inactive."})
    assert post(f"auth/{kind}/login", {"email": owner.email, "password": "wrong"}).status_code == 422


def test_an_inactive_accounts_old_token_and_session_are_nobody(owner: User, as_owner: APIClient) -> None:
    browser = APIClient()
    post("auth/web/login", {"email": owner.email, "password": PASSWORD}, browser)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    for client in (as_owner, browser):
        answer = client.get("/api/v1/me")
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})
        assert answer["WWW-Authenticate"] == "Bearer"


def test_the_session_gets_a_new_key_at_each_sign_in(owner: User, member_user: User) -> None:
    browser = APIClient()
    keys = []
    for email in (owner.email, owner.email, member_user.email):
        post("auth/web/login", {"email": email, "password": PASSWORD}, browser)
        keys.append(browser.cookies["rosetta_session"].value)
    assert len(set(keys)) == 3
    assert list(Session.objects.values_list("session_key", "user")) == [(digest(keys[-1]), member_user.pk)]


def test_a_session_planted_by_an_attacker_is_not_the_one_signed_in(owner: User) -> None:
    browser = APIClient()
    browser.cookies["rosetta_session"] = "planted0planted0planted0planted0"
    post("auth/web/login", {"email": owner.email, "password": PASSWORD}, browser)
    assert browser.cookies["rosetta_session"].value != "planted0planted0planted0planted0"
    assert (
        APIClient(HTTP_COOKIE="rosetta_session=planted0planted0planted0planted0").get("/api/v1/me").status_code == 401
    )


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8000.evil.example"])
@pytest.mark.parametrize(
    "path",
    [
        "auth/web/login",
        "auth/web/register",
        "auth/web/otp",
        "auth/web/otp/verify",
        "auth/web/forgot-password",
        "auth/web/reset-password",
        "auth/web/social/oidc/redirect",
        "auth/web/social/oidc/callback",
    ],
)
def test_a_foreign_origin_may_not_sign_in(owner: User, path: str, origin: str) -> None:
    answer = post(path, {**NEW, "email": owner.email, "password": PASSWORD}, Origin=origin)
    assert answer.status_code == 403
    assert "rosetta_session" not in answer.cookies


def test_our_own_origin_may_sign_in(owner: User, settings: LazySettings) -> None:
    origin = sorted(settings.ALLOWED_ORIGINS)[0]
    assert post("auth/web/login", {"email": owner.email, "password": PASSWORD}, Origin=origin).status_code == 200


def test_unsafe_requests_of_a_session_need_the_csrf_token(owner: User) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    assert browser.get("/api/v1/auth/web/csrf").status_code == 204
    post("auth/web/login", {"email": owner.email, "password": PASSWORD}, browser)
    assert browser.patch("/api/v1/me", {"name": "Eve"}).status_code == 403
    token = browser.cookies["csrftoken"].value
    assert browser.patch("/api/v1/me", {"name": "Liv"}, headers={"X-CSRFToken": token}).json()["name"] == "Liv"


def test_sign_out_ends_the_token_that_calls_and_no_other(owner: User, as_owner: APIClient) -> None:
    other = token_client(owner)
    answer = post("auth/app/logout", {}, as_owner)
    assert (answer.status_code, answer.json()) == (200, {"message": "Logged out successfully."})
    assert as_owner.get("/api/v1/me").status_code == 401
    assert other.get("/api/v1/me").status_code == 200


def test_sign_out_ends_the_session(owner: User) -> None:
    browser = APIClient()
    post("auth/web/login", {"email": owner.email, "password": PASSWORD}, browser)
    key = browser.cookies["rosetta_session"].value
    assert post("auth/web/logout", {}, browser).json() == {"message": "Logged out successfully."}
    assert not Session.objects.exists()
    assert APIClient(HTTP_COOKIE=f"rosetta_session={key}").get("/api/v1/me").status_code == 401


def test_only_the_request_that_ends_a_session_takes_its_cookie_away(owner: User, member_user: User) -> None:
    browser, late = APIClient(), APIClient()
    post("auth/web/login", {"email": owner.email, "password": PASSWORD}, browser)
    late.cookies["rosetta_session"] = browser.cookies["rosetta_session"].value
    post("auth/web/login", {"email": member_user.email, "password": PASSWORD}, browser)
    answer = late.get("/api/v1/me")  # Sent before, answered after.
    assert (answer.status_code, answer.cookies.get("rosetta_session")) == (401, None)
    assert post("auth/web/logout", {}, browser).cookies["rosetta_session"].value == ""


@pytest.mark.parametrize("path", ["auth/app/logout", "auth/web/logout"])
def test_sign_out_is_for_who_is_signed_in(path: str) -> None:
    assert post(path, {}).json() == {"message": "Unauthenticated."}


def test_a_narrow_token_may_see_its_account_and_log_itself_out_and_nothing_else(owner: User) -> None:
    narrow = token_client(owner, ["temporary-rooms:read"])
    assert narrow.get("/api/v1/me").status_code == 200
    refused = narrow.patch("/api/v1/me", {"name": "Eve"})
    assert (refused.status_code, refused.json()) == (403, {"message": "Invalid ability provided."})
    assert post("auth/app/logout", {}, narrow).status_code == 200


@pytest.mark.parametrize("kind", ["app", "web"])
def test_sign_in_is_limited_by_account_over_both_kinds_of_client(owner: User, kind: str) -> None:
    body = {"email": owner.email, "password": "wrong horse"}
    for attempt in range(10):
        assert post(f"auth/{kind}/login", body, REMOTE_ADDR=f"192.0.2.{attempt}").status_code == 422
    refused = post("auth/app/login", {**body, "password": PASSWORD})
    assert (refused.status_code, refused.json()) == (429, {"message": "Too Many Attempts."})
    assert 0 < int(refused["Retry-After"]) <= 60
    assert (refused["X-RateLimit-Limit"], refused["X-RateLimit-Remaining"]) == ("10", "0")


def test_who_is_signed_in_stays_so_while_an_attacker_locks_the_account(owner: User, as_owner: APIClient) -> None:
    for _ in range(12):
        post("auth/app/login", {"email": owner.email, "password": "wrong horse"})
    assert as_owner.get("/api/v1/me").status_code == 200
    assert as_owner.patch("/api/v1/me", {"name": "Liv"}).status_code == 200


def test_sign_in_is_limited_by_address() -> None:
    answers = [post("auth/app/login", {"email": f"a{n}@b.example", "password": "x"}).status_code for n in range(31)]
    assert answers == [422] * 30 + [429]


def test_an_office_behind_one_address_signs_in_with_its_provider() -> None:
    answers = [post("auth/app/social/unknown/redirect", {}).status_code for _ in range(301)]
    assert answers == [422] * 300 + [429]


def test_register_is_limited_by_address() -> None:
    answers = [post("auth/app/register", {}).status_code for _ in range(21)]
    assert answers == [422] * 20 + [429]


def test_me_has_the_contracts_fields(owner: User, as_owner: APIClient) -> None:
    body = as_owner.get("/api/v1/me").json()
    assert set(body) == {
        "id", "name", "email", "email_verified_at", "is_active", "last_login_at", "created_at", "updated_at",
        "preferred_language", "avatar_url", "has_password", "also_reads", "show_originals", "name_reading", "title",
        "time_zone", "status", "undisturbed_until",
    }  # fmt: skip
    assert body["created_at"].endswith("Z") and len(body["created_at"]) == 27
    assert (body["has_password"], body["avatar_url"], body["preferred_language"]) == (True, None, "en")


def test_people_change_what_is_theirs_to_change(as_owner: APIClient) -> None:
    changes = {"name": " Liv ", "preferred_language": "zh-CN", "avatar_url": "https://example.com/a.png"}
    answer = as_owner.patch("/api/v1/me", {**changes, "email": "x@example.com", "is_staff": True, "id": 7})
    assert answer.status_code == 200
    assert answer.json() == as_owner.get("/api/v1/me").json()
    assert {name: answer.json()[name] for name in changes} == {**changes, "name": "Liv"}
    assert answer.json()["email"] == "olivia@example.com"
    assert as_owner.patch("/api/v1/me", {"avatar_url": None}).json()["avatar_url"] is None
    assert as_owner.patch("/api/v1/me", {}).json()["name"] == "Liv"


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": None},
        {"name": "x" * 256},
        {"preferred_language": "fr"},
        {"preferred_language": None},
        {"avatar_url": "javascript:alert(1)"},
        {"avatar_url": "ftp://example.com/a"},
        {"avatar_url": "https://example.com/" + "a" * 2048},
    ],
)
def test_what_is_no_profile_is_refused_by_field(as_owner: APIClient, change: dict[str, Any]) -> None:
    answer = as_owner.patch("/api/v1/me", change)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == list(change)


def test_memberships_without_a_language_of_their_own_follow_the_account(
    as_owner: APIClient, membership: Member, owner: User
) -> None:
    mine = Member.objects.get(user=owner)
    as_owner.patch("/api/v1/me", {"preferred_language": "id"})
    mine.refresh_from_db()
    assert mine.language == "id"
    Member.objects.filter(pk=mine.pk).update(preferred_language="ja", language="ja")
    as_owner.patch("/api/v1/me", {"preferred_language": "th"})
    mine.refresh_from_db()
    assert mine.language == "ja"


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_nobody_has_no_account(method: str) -> None:
    answer = getattr(APIClient(), method)("/api/v1/me")
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})


@pytest.mark.parametrize("raw", ["", "1", "1|", "|x", "x|y", "1|x|y", "9999999999999999999|x", "1|é", "Bearer"])
def test_a_malformed_token_is_nobody(owner: User, raw: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    assert client.get("/api/v1/me").status_code == 401


COMPOSED = unicodedata.normalize("NFC", "ein pässwörd")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
FULL_WIDTH = COMPOSED.replace("e", "\uff45")


def test_a_password_opens_however_its_letters_are_composed() -> None:
    body = {**NEW, "password": DECOMPOSED, "password_confirmation": COMPOSED}
    phone = bearer(post("auth/app/register", body).json()["access_token"])
    for written in (COMPOSED, DECOMPOSED, FULL_WIDTH):
        assert post("auth/app/login", {"email": "nina@example.com", "password": written}).status_code == 200
    assert post("auth/app/login", {"email": "nina@example.com", "password": "ein password"}).status_code == 422
    change = {"current_password": FULL_WIDTH, "password": NEW["password"], "password_confirmation": NEW["password"]}
    assert post("auth/app/change-password", change, phone).status_code == 200


def test_a_hash_from_before_still_opens_as_it_was_typed(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(password=make_password(DECOMPOSED))
    assert post("auth/app/login", {"email": owner.email, "password": DECOMPOSED}).status_code == 200
    assert post("auth/app/login", {"email": owner.email, "password": "ein password"}).status_code == 422


def test_a_method_that_a_path_lacks_is_judged_like_the_one_that_it_has() -> None:
    """Sign-in is open to all and asks for no token; signing out needs a session."""
    unknown = APIClient()
    unknown.credentials(HTTP_AUTHORIZATION="Bearer 1|wrong")
    for client in (APIClient(), unknown):
        assert client.get("/api/v1/auth/app/login").status_code == 405
        assert client.options("/api/v1/auth/web/register").status_code == 200
    assert APIClient().get("/api/v1/auth/web/logout").status_code == 401
