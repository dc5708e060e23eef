"""Sessions are stored by the hash of their keys.

What opens them is in the browser's cookie alone.
"""

import hashlib
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.identity.sessions import SessionStore
from accounts.models import Session, User
from accounts.tasks import purge_accounts
from accounts.tests.helpers import post
from conftest import PASSWORD, make_user
from realtime.authentication import NotAuthenticated, authenticate

pytestmark = pytest.mark.django_db

COOKIE = settings.SESSION_COOKIE_NAME


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sign_in(user: User) -> APIClient:
    browser = APIClient()
    assert post("auth/web/login", {"email": user.email, "password": PASSWORD}, browser).status_code == 200
    return browser


def browser_with(key: str) -> APIClient:
    browser = APIClient()
    browser.cookies[COOKIE] = key
    return browser


def key_of(browser: Any) -> str:
    return str(browser.cookies[COOKIE].value)


def store_in_clear(browser: APIClient) -> str:
    """Store the browser's session as the version before stored it; returns its key."""
    key = key_of(browser)
    assert Session.objects.filter(pk=sha256(key)).update(session_key=key) == 1
    return key


def socket_headers(key: str) -> dict[str, str]:
    return {"origin": next(iter(settings.ALLOWED_ORIGINS)), "cookie": f"{COOKIE}={key}"}


def test_the_row_has_a_hash_of_what_the_cookie_has(owner: User) -> None:
    browser = sign_in(owner)
    row = Session.objects.get()
    assert row.session_key == sha256(key_of(browser))
    assert key_of(browser) not in f"{row} {Session.objects.values().get()}"
    assert browser.get("/api/v1/me").status_code == 200


def test_who_reads_the_table_opens_nothing(owner: User) -> None:
    sign_in(owner)
    stolen = Session.objects.get().session_key
    assert browser_with(stolen).get("/api/v1/me").status_code == 401
    with pytest.raises(NotAuthenticated):
        authenticate(socket_headers(stolen), [])
    assert Session.objects.get().session_key == stolen


def test_a_socket_is_opened_by_the_cookie(owner: User) -> None:
    who = authenticate(socket_headers(key_of(sign_in(owner))), [])
    assert (who.user_id, who.credential.id) == (owner.pk, Session.objects.get().id)


def test_admin_signs_in_and_out_with_hashed_keys() -> None:
    User.objects.create_superuser("root@example.com", PASSWORD)
    desk = Client()
    desk.post("/admin/login/?next=/admin/", {"username": "root@example.com", "password": PASSWORD})
    key = key_of(desk)
    assert Session.objects.get().session_key == sha256(key)
    assert desk.get("/admin/").status_code == 200
    desk.post("/admin/logout/")
    assert not Session.objects.filter(user__isnull=False).exists()
    old = Client()
    old.cookies[COOKIE] = key
    assert old.get("/admin/").status_code == 302


def test_a_changed_password_spares_the_session_that_calls_and_no_other(owner: User) -> None:
    mine, other, stranger = sign_in(owner), sign_in(owner), sign_in(make_user("Mem"))
    new = "another long sentence"
    body = {"current_password": PASSWORD, "password": new, "password_confirmation": new}
    assert post("auth/web/change-password", body, mine).status_code == 200
    assert [one.get("/api/v1/me").status_code for one in (mine, other, stranger)] == [200, 401, 200]


def test_the_list_of_sessions_has_neither_key_nor_hash_and_knows_the_current_one(owner: User) -> None:
    first, second = sign_in(owner), sign_in(owner)
    answer = second.get("/api/v1/me/sessions")
    assert sorted(row["current"] for row in answer.json()["data"]) == [False, True]
    for key in (key_of(first), key_of(second)):
        assert key not in answer.content.decode() and sha256(key) not in answer.content.decode()
    (current,) = (row["id"] for row in answer.json()["data"] if row["current"])
    assert Session.objects.get(id=current).session_key == sha256(key_of(second))


@pytest.mark.parametrize("way", ["now", "async"])
def test_the_store_keeps_djangos_promises(way: str) -> None:
    """Each method twice: as Django's middleware calls it, and by its name for async views."""

    def call(store: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        if way == "async":
            return async_to_sync(getattr(store, f"a{name}"))(*args, **kwargs)
        return getattr(store, name)(*args, **kwargs)

    store = SessionStore()
    store["colour"] = "blue"
    call(store, "save")
    first = store.session_key or ""
    assert Session.objects.get().session_key == sha256(first)
    assert call(store, "exists", first) and not call(store, "exists", sha256(first))
    assert call(SessionStore(first), "load")["colour"] == "blue"
    store["colour"] = "red"
    call(store, "save")
    ulid = Session.objects.get().id
    call(store, "cycle_key")
    second = store.session_key or ""
    assert second != first and not call(store, "exists", first)
    assert call(SessionStore(second), "load")["colour"] == "red"
    assert Session.objects.get().id == ulid
    call(store, "delete", sha256(second))  # is no key
    assert call(store, "exists", second)
    call(store, "flush")
    assert store.session_key is None and not Session.objects.exists()
    call(SessionStore(), "delete")
    call(store, "create")
    call(store, "delete")
    assert not Session.objects.exists()


def test_expired_sessions_are_cleared() -> None:
    kept, gone = SessionStore(), SessionStore()
    kept.create()
    gone.create()
    Session.objects.filter(pk=sha256(gone.session_key or "")).update(expire_date=timezone.now() - timedelta(days=1))
    SessionStore.clear_expired()
    assert [row.session_key for row in Session.objects.all()] == [sha256(kept.session_key or "")]


def test_a_key_that_the_version_before_stored_opens_its_session_and_is_hashed_at_once(owner: User) -> None:
    browser = sign_in(owner)
    key = store_in_clear(browser)
    assert browser.get("/api/v1/me").status_code == 200
    assert Session.objects.get().session_key == sha256(key)
    assert browser.get("/api/v1/me/sessions").json()["data"][0]["current"] is True


def test_a_key_that_the_version_before_stored_may_be_the_one_that_signs_out(owner: User) -> None:
    browser = sign_in(owner)
    store_in_clear(browser)
    assert post("auth/web/logout", {}, browser).status_code == 200
    assert not Session.objects.filter(user=owner).exists()


def test_keys_of_the_version_before_that_nobody_uses_are_hashed_by_the_clean_up(owner: User) -> None:
    keys = {store_in_clear(sign_in(owner)) for _ in range(3)}
    purge_accounts()
    assert set(Session.objects.values_list("session_key", flat=True)) == set(map(sha256, keys))


def test_the_migration_hashes_every_key_and_signs_nobody_out(owner: User) -> None:
    migration = import_module("accounts.migrations.0008_hashed_session_keys")
    browsers = [sign_in(owner) for _ in range(5)]
    keys = {store_in_clear(browser) for browser in browsers[:4]}
    later = timezone.now() + timedelta(days=1)
    others = [f"{number:032}" for number in range(migration.BATCH + 1)]  # more than a batch
    Session.objects.bulk_create(Session(session_key=key, session_data="", expire_date=later) for key in others)
    ids = set(Session.objects.values_list("id", flat=True))
    for _ in range(2):  # idempotent
        migration.hash_keys(apps, connection.schema_editor())
        stored = set(Session.objects.values_list("session_key", flat=True))
        assert stored == {sha256(key) for key in [*map(key_of, browsers), *others]} and not keys & stored
    assert set(Session.objects.values_list("id", flat=True)) == ids
    assert [browser.get("/api/v1/me").status_code for browser in browsers] == [200] * 5


@pytest.mark.django_db(transaction=True)
def test_the_migration_goes_to_the_version_before_and_back() -> None:
    user = make_user("Olivia")
    browser = sign_in(user)
    try:
        call_command("migrate", "accounts", "0007", verbosity=0)
        assert not Session.objects.exists()  # nobody but the browser knows what it was stored by
        in_clear = "k" * 32
        Session.objects.create(session_key=in_clear, session_data="", expire_date=timezone.now() + timedelta(days=1))
    finally:
        call_command("migrate", "accounts", verbosity=0)
    assert [row.session_key for row in Session.objects.all()] == [sha256(in_clear)]
    assert browser.get("/api/v1/me").status_code == 401
