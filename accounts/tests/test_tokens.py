"""The caller's tokens and sessions: made, listed, used, ended."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import AccessToken, Session, User
from accounts.tests.helpers import bearer, post
from conftest import PASSWORD, token_client
from rosetta.models import AccessChange

pytestmark = pytest.mark.django_db

NEW = {"name": "CI", "abilities": ["automation:messages"]}


def browser_of(user: User, **headers: str) -> APIClient:
    client = APIClient()
    post("auth/web/login", {"email": user.email, "password": PASSWORD}, client, **headers)
    return client


def test_a_token_is_made_shown_once_and_works(owner: User, as_owner: APIClient) -> None:
    expires = (timezone.now() + timedelta(days=1)).isoformat(timespec="seconds")
    answer = as_owner.post("/api/v1/me/tokens", {**NEW, "expires_at": expires})
    assert answer.status_code == 201
    made = answer.json()["data"]
    assert set(made) == {"id", "name", "abilities", "expires_at", "last_used_at", "created_at", "token"}
    assert (made["name"], made["abilities"], made["expires_at"]) == ("CI", ["automation:messages"], expires)
    assert made["token"].startswith(f"{made['id']}|")
    assert bearer(made["token"]).get("/api/v1/me").json()["id"] == owner.pk
    listed = as_owner.get("/api/v1/me/tokens").json()["data"]
    assert all("token" not in row and "secret_hash" not in row for row in listed)
    assert made["token"].split("|")[1] not in AccessToken.objects.get(pk=made["id"]).secret_hash


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"abilities": []}, "abilities"),
        ({"abilities": None}, "abilities"),
        ({"abilities": "automation:messages"}, "abilities"),
        ({"abilities": ["automation:messages", "root"]}, "abilities.1"),
        ({"abilities": ["*"] * 20}, "abilities"),
        ({"expires_at": "2020-01-01T00:00:00+00:00"}, "expires_at"),
        ({"expires_at": "tomorrow"}, "expires_at"),
    ],
)
def test_what_is_no_token_is_refused_by_field(as_owner: APIClient, change: dict[str, Any], field: str) -> None:
    answer = as_owner.post("/api/v1/me/tokens", {**NEW, **change})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_an_expired_token_is_nobody(as_owner: APIClient) -> None:
    expires = timezone.now() + timedelta(hours=1)
    token = as_owner.post("/api/v1/me/tokens", {**NEW, "expires_at": expires.isoformat()}).json()["data"]["token"]
    with time_machine.travel(expires + timedelta(seconds=1)):
        assert bearer(token).get("/api/v1/me").status_code == 401


def test_the_list_is_paged_newest_first_and_marks_the_caller(owner: User, as_owner: APIClient) -> None:
    for _ in range(3):
        as_owner.post("/api/v1/me/tokens", NEW)
    page = as_owner.get("/api/v1/me/tokens?per_page=3").json()
    assert [row["current"] for row in page["data"]] == [False] * 3
    assert page["meta"] == {"current_page": 1, "per_page": 3, "last_page": 2, "total": 4}
    (last,) = as_owner.get("/api/v1/me/tokens?per_page=3&page=2").json()["data"]
    assert last["current"] is True and last["last_used_at"] is not None


def test_a_revoked_token_is_nobody_at_once(as_owner: APIClient) -> None:
    made = as_owner.post("/api/v1/me/tokens", NEW).json()["data"]
    assert as_owner.delete(f"/api/v1/me/tokens/{made['id']}").status_code == 204
    assert bearer(made["token"]).get("/api/v1/me").status_code == 401
    assert as_owner.delete(f"/api/v1/me/tokens/{made['id']}").status_code == 404


def test_an_outsider_is_told_nothing(owner: User, as_owner: APIClient, as_outsider: APIClient) -> None:
    token = as_owner.post("/api/v1/me/tokens", NEW).json()["data"]["id"]
    browser_of(owner)
    session = Session.objects.get().id
    for path in (f"tokens/{token}", "tokens/0", "tokens/x", f"sessions/{session}", "sessions/x"):
        for method in ("delete", "get"):
            answer = getattr(as_outsider, method)(f"/api/v1/me/{path}")
            assert answer.status_code == (404 if method == "delete" else 405)
    assert [row["name"] for row in as_outsider.get("/api/v1/me/tokens").json()["data"]] == ["test"]
    assert as_outsider.get("/api/v1/me/sessions").json()["data"] == []
    assert AccessToken.objects.filter(pk=token).exists() and Session.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "tokens"), ("post", "tokens"), ("delete", "tokens/1"), ("get", "sessions"), ("delete", "sessions/x")],
)
def test_a_narrow_token_reaches_none_of_it(owner: User, method: str, path: str) -> None:
    narrow = token_client(owner, ["automation:messages", "temporary-rooms:create"])
    answer = getattr(narrow, method)(f"/api/v1/me/{path}")
    assert (answer.status_code, answer.json()) == (403, {"message": "Invalid ability provided."})
    assert getattr(APIClient(), method)(f"/api/v1/me/{path}").status_code == 401


def test_the_last_use_is_written_once_a_minute(owner: User, as_owner: APIClient) -> None:
    def writes() -> int:
        with CaptureQueriesContext(connection) as seen:
            as_owner.get("/api/v1/me")
        return sum(query["sql"].startswith("UPDATE") for query in seen.captured_queries)

    assert [writes(), writes()] == [1, 0]
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert [writes(), writes()] == [1, 0]


def test_the_last_use_of_a_session_is_written_once_a_minute_too(owner: User) -> None:
    browser = browser_of(owner)

    def writes() -> int:
        with CaptureQueriesContext(connection) as seen:
            browser.get("/api/v1/me")
        return sum(query["sql"].startswith("UPDATE") for query in seen.captured_queries)

    assert [writes(), writes()] == [0, 0]
    later = timezone.now() + timedelta(seconds=61)
    with time_machine.travel(later):
        assert [writes(), writes()] == [1, 0]
    assert Session.objects.get().last_used_at >= later


def test_a_session_that_nobody_uses_ends_and_one_in_use_goes_on(owner: User, settings: Settings) -> None:
    settings.SESSION_IDLE_MINUTES = 60
    used, left = browser_of(owner), browser_of(owner)
    for minutes in (50, 100):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            assert used.get("/api/v1/me").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=101)):
        assert left.get("/api/v1/me").status_code == 401
        assert len(used.get("/api/v1/me/sessions").json()["data"]) == 1


def test_a_look_at_admin_is_a_use_of_the_session(owner: User, settings: Settings) -> None:
    settings.SESSION_IDLE_MINUTES = 60
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    browser = Client()
    browser.force_login(User.objects.get(pk=owner.pk))
    for minutes in (50, 100):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            assert browser.get("/admin/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=161)):
        assert browser.get("/admin/").headers["Location"].startswith("/admin/login/")


def test_sessions_are_listed_with_what_tells_them_apart(owner: User) -> None:
    browser_of(owner, **{"User-Agent": "Firefox", "REMOTE_ADDR": "192.0.2.7"})
    mine = browser_of(owner, **{"User-Agent": "Safari"})
    rows = {row["device_name"]: row for row in mine.get("/api/v1/me/sessions").json()["data"]}
    assert set(rows) == {"Firefox", "Safari"}
    assert set(rows["Safari"]) == {
        "id", "device_name", "ip_address", "created_at", "last_used_at", "expires_at", "current",
    }  # fmt: skip
    assert (rows["Firefox"]["ip_address"], rows["Firefox"]["current"], rows["Safari"]["current"]) == (
        "192.0.2.7", False, True,
    )  # fmt: skip
    assert Session.objects.first().session_key not in str(rows)  # type: ignore[union-attr]


def test_a_session_is_ended_from_another_device(owner: User, as_owner: APIClient) -> None:
    browser = browser_of(owner)
    (row,) = as_owner.get("/api/v1/me/sessions").json()["data"]
    assert row["current"] is False
    assert as_owner.delete(f"/api/v1/me/sessions/{row['id'].upper()}").status_code == 204
    assert browser.get("/api/v1/me").status_code == 401
    assert as_owner.get("/api/v1/me").status_code == 200


def test_a_session_may_end_itself(owner: User) -> None:
    browser = browser_of(owner)
    session = Session.objects.get().id
    assert browser.delete(f"/api/v1/me/sessions/{session}").status_code == 204
    assert browser.get("/api/v1/me").status_code == 401
    assert not Session.objects.exists()


def test_a_session_keeps_its_id_and_birth_through_a_changed_password(owner: User) -> None:
    browser = browser_of(owner)
    before = Session.objects.get()
    new = "another long sentence"
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        body = {"current_password": PASSWORD, "password": new, "password_confirmation": new}
        post("auth/web/change-password", body, browser)
        assert browser.get("/api/v1/me").status_code == 200
    after = Session.objects.get()
    assert (after.id, after.created_at) == (before.id, before.created_at)
    assert after.session_key != before.session_key


@pytest.mark.skipif(not settings.REDIS_URL, reason="embedded, the gateway watches the database instead")
def test_what_ends_wakes_the_gateway(
    owner: User, as_owner: APIClient, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    from redis import Redis

    from rosetta.pubsub import CHANNEL, AccessAdvanced, encode

    browser_of(owner)
    token, session = AccessToken.objects.get(), Session.objects.get()
    listener = Redis.from_url(settings.REDIS_URL).pubsub(ignore_subscribe_messages=True)
    listener.subscribe(CHANNEL)
    listener.get_message(timeout=1)
    with django_capture_on_commit_callbacks(execute=True):
        as_owner.delete(f"/api/v1/me/sessions/{session.id}")
        as_owner.delete(f"/api/v1/me/tokens/{token.pk}")
    ended = set(AccessChange.objects.values_list("kind", "subject"))
    assert {("session", session.id), ("token", str(token.pk))} <= ended
    # Others' messages pass there too: the channel is the whole Redis server's.
    missing = {encode(AccessAdvanced())}
    deadline = time.monotonic() + 20
    while missing and time.monotonic() < deadline:
        message = listener.get_message(timeout=0.1)
        missing -= {message["data"]} if message else set()
    listener.close()
    assert missing == set()
