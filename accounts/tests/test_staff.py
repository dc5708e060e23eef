"""Staff: users in admin and by command, and the log of what staff did."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import AccessToken, AuditEntry, Guest, Session, User
from accounts.staff import audit
from accounts.staff.pages import StaffAdmin
from accounts.tests.helpers import post
from conftest import PASSWORD, make_user, token_client

pytestmark = pytest.mark.django_db

USERS = "/admin/accounts/user/"


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root@example.com", PASSWORD, name="Root")


@pytest.fixture
def desk(root: User) -> Client:
    client = Client()
    answer = client.post("/admin/login/?next=/admin/", {"username": "ROOT@example.com", "password": PASSWORD})
    assert answer.status_code == 302
    return client


def act(desk: Client, action: str, *users: User, page: str = USERS) -> Any:
    body = {"action": action, "_selected_action": [str(user.pk) for user in users]}
    return desk.post(page, body, follow=True)


def log() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("actor_name", "action", "target_name"))


def test_staff_find_people(desk: Client, owner: User, outsider: User) -> None:
    found = desk.get(f"{USERS}?q=olivia").content.decode()
    assert owner.email in found and outsider.email not in found
    for query in (
        "is_active__exact=1",
        f"q={owner.pk}",
        "email_verified_at__isempty=1",
    ):
        assert desk.get(f"{USERS}?{query}").status_code == 200


@pytest.mark.parametrize("term", ["OLIVIA@Example.com", " Olivia@example.com ", "OLIV"])
def test_an_address_is_found_however_it_is_written(desk: Client, owner: User, outsider: User, term: str) -> None:
    found = desk.get(USERS, {"q": term}).content.decode()
    assert owner.email in found and outsider.email not in found


def test_closing_an_account_ends_its_tokens_and_sessions_and_is_written_down(
    desk: Client, owner: User, as_owner: APIClient
) -> None:
    browser = APIClient()
    post("auth/web/login", {"email": owner.email, "password": PASSWORD}, browser)
    assert act(desk, "deactivate", owner).status_code == 200
    assert [client.get("/api/v1/me").status_code for client in (as_owner, browser)] == [401, 401]
    assert post("auth/app/login", {"email": owner.email, "password": PASSWORD}).status_code == 403
    act(desk, "reactivate", owner)
    assert as_owner.get("/api/v1/me").status_code == 401  # what ended stays so
    assert post("auth/app/login", {"email": owner.email, "password": PASSWORD}).status_code == 200
    assert ("root@example.com", "deactivate", owner.email) in log()
    assert ("root@example.com", "reactivate", owner.email) in log()


def test_nobody_closes_their_own_account_and_what_left_stays_gone(
    desk: Client, root: User, as_owner: APIClient
) -> None:
    as_owner.delete("/api/v1/me", {"password": PASSWORD})
    gone = User.objects.exclude(pk=root.pk).get()
    act(desk, "deactivate", root)
    act(desk, "reactivate", gone)
    root.refresh_from_db()
    gone.refresh_from_db()
    assert (root.is_active, gone.is_active) == (True, False)


def test_a_changed_address_is_unproven_and_written_down(desk: Client, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(email_verified_at="2026-01-01T00:00:00Z")
    page = desk.get(f"{USERS}{owner.pk}/change/").content.decode()
    assert owner.password not in page and "Olivia" in page
    body = {"name": "Liv", "email": "LIV@example.com", "preferred_language": "en", "avatar_url": ""}
    assert desk.post(f"{USERS}{owner.pk}/change/", body).status_code == 302
    owner.refresh_from_db()
    assert (owner.name, owner.email, owner.email_verified_at) == ("Liv", "liv@example.com", None)
    entry = AuditEntry.objects.get(action="change")
    assert (entry.target_id, entry.detail) == (str(owner.pk), {"fields": ["Name", "Email"]})
    moved = AuditEntry.objects.get(action="change address")
    assert (moved.target_id, moved.detail) == (
        str(owner.pk), {"old": "olivia@example.com", "new": "liv@example.com"},
    )  # fmt: skip


def test_staff_without_all_rights_make_nobody_mightier_and_touch_no_superuser(root: User, owner: User) -> None:
    from django.contrib.auth.models import Permission

    clerk = make_user("Clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client = Client()
    client.force_login(clerk)
    body = {"name": "C", "email": clerk.email, "preferred_language": "en", "avatar_url": "", "is_superuser": "on"}
    assert client.post(f"{USERS}{clerk.pk}/change/", body).status_code == 403
    assert client.post(f"{USERS}{root.pk}/change/", {**body, "email": "clerk2@example.com"}).status_code == 403
    act(client, "deactivate", root, owner)
    root.refresh_from_db()
    owner.refresh_from_db()
    assert (root.is_active, owner.is_active) == (True, False)


def secrets_of(client: APIClient) -> list[str]:
    """Have one of everything that has a secret; what of it must stand on no page."""

    def made(path: str, body: dict[str, Any]) -> Any:
        answer = post(path, body, client)
        assert answer.status_code in (200, 201), answer.json()
        return answer.json().get("data", answer.json())

    workspace = made("workspaces", {"name": "Acme"})["id"]
    room = made("external/rooms", {"name": "Visit"})["room_id"]
    push = "ExponentPushToken[olivia-7f3a9c]"
    made("devices", {"platform": "ios", "provider": "expo", "push_token": push})
    made("auth/app/otp", {"email": "olivia@example.com"})
    shown = [
        made("me/tokens", {"name": "x", "abilities": ["*"]})["token"],
        made(f"workspaces/{workspace}/webhooks", {"name": "CI"})["secret"],
        made(f"external/rooms/{room}/guests", {"nickname": "Gus", "preferred_language": "en"})["session"]["token"],
    ]
    kept = (
        *AccessToken.objects.values_list("secret_hash", flat=True),
        *Session.objects.values_list("session_key", flat=True),
        *User.objects.values_list("password", flat=True),
        *Guest.objects.values_list("token_hash", flat=True),
    )
    return [push, *(secret.rpartition("|")[2] for secret in shown), *kept]


def test_no_page_of_any_app_shows_a_secret(desk: Client, owner: User, as_owner: APIClient) -> None:
    secrets = secrets_of(as_owner)
    for model in admin.site._registry:
        list_path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        rows = [str(pk) for pk in model._default_manager.order_by("pk").values_list("pk", flat=True)[:3]]
        for path in (list_path, *(f"{list_path}{pk}/change/" for pk in rows)):
            answer = desk.get(path)
            assert answer.status_code == 200, path
            assert [secret for secret in secrets if secret in answer.content.decode()] == [], path
    assert not any(page._meta.app_label in ("account", "socialaccount") for page in admin.site._registry)


def test_no_filter_counts_what_its_choices_fit(desk: Client, owner: User) -> None:
    with CaptureQueriesContext(connection) as plain:
        assert "_facets" not in desk.get(USERS).content.decode()
    with CaptureQueriesContext(connection) as asked:
        assert desk.get(USERS, {"_facets": "True"}).status_code == 200
    assert len(asked) <= len(plain)


def test_pages_of_rights_ask_for_them_once(desk: Client, root: User) -> None:
    group = Group.objects.create(name="our own")
    for path in (f"{USERS}{root.pk}/change/", f"/admin/auth/group/{group.pk}/change/"):
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(path).status_code == 200
        assert len(seen) < 30, path


def test_staff_put_no_token_or_account_in_and_take_none_out(desk: Client, owner: User, as_owner: APIClient) -> None:
    token = AccessToken.objects.get()
    for path in ("accesstoken/add/", "user/add/", f"user/{owner.pk}/delete/", f"accesstoken/{token.pk}/delete/"):
        assert desk.get(f"/admin/accounts/{path}").status_code == 403


def test_staff_revoke_a_token(desk: Client, owner: User, as_owner: APIClient) -> None:
    token = AccessToken.objects.get()
    act(desk, "revoke", token, page="/admin/accounts/accesstoken/")  # type: ignore[arg-type]
    assert as_owner.get("/api/v1/me").status_code == 401
    entry = AuditEntry.objects.get(action="revoke")
    assert (entry.target_kind, entry.target_id) == ("accounts.accesstoken", str(token.pk))


def test_nobody_edits_the_log(desk: Client, owner: User) -> None:
    entry = audit.record(actor=owner, action="look", target=owner)
    page = f"/admin/accounts/auditentry/{entry.pk}/"
    assert desk.get(f"{page}change/").status_code == 200
    assert desk.post(f"{page}change/", {"action": "other"}).status_code == 403
    assert desk.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert desk.get("/admin/accounts/auditentry/add/").status_code == 403
    for change in (entry.save, entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        AuditEntry.objects.update(action="other")
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditentry SET action = 'other'")
    entry.refresh_from_db()
    assert entry.action == "look"


def test_every_admin_page_of_the_project_writes_to_the_log() -> None:
    strangers = [type(page).__name__ for page in admin.site._registry.values() if not isinstance(page, StaffAdmin)]
    assert strangers == []


def test_what_staff_do_on_pages_of_their_own_is_written_down_too(desk: Client, root: User) -> None:
    new = "a brand new sentence"
    body = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    phone = token_client(root)
    assert desk.get("/admin/password_change/").status_code == 200
    assert desk.post("/admin/password_change/", body).status_code == 302
    assert phone.get("/api/v1/me").status_code == 401
    assert desk.get("/admin/").status_code == 200
    assert AuditEntry.objects.order_by("pk").last().detail["path"] == "/admin/password_change/"  # type: ignore[union-attr]
    assert new not in str(AuditEntry.objects.values_list("detail"))


def test_sign_in_to_admin_is_limited_like_any_other(root: User) -> None:
    client = Client()
    for _ in range(11):
        answer = client.post("/admin/login/", {"username": root.email, "password": "wrong horse"})
    assert "Too Many Attempts." in answer.content.decode()
    assert client.post("/admin/login/", {"username": root.email, "password": PASSWORD}).status_code == 200
    assert post("auth/app/login", {"email": root.email, "password": PASSWORD}).status_code == 429


def test_members_of_the_public_do_not_get_in(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    assert client.get(USERS).status_code == 302
    assert client.post(USERS, {"action": "deactivate", "_selected_action": [str(owner.pk)]}).status_code == 302
    owner.refresh_from_db()
    assert owner.is_active
    assert log() == []


def test_scripts_do_what_staff_do(owner: User, as_owner: APIClient, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("set_user", "OLIVIA@example.com", "--active", "off", "--staff", "on")
    assert "olivia@example.com: active off, staff on" in capsys.readouterr().out
    assert as_owner.get("/api/v1/me").status_code == 401
    assert log() == [("command line", "deactivate", owner.email), ("command line", "make staff", owner.email)]
    call_command("set_user", owner.email, "--active", "on")
    owner.refresh_from_db()
    assert owner.is_active and owner.is_staff
    with pytest.raises(CommandError, match=re.escape("nobody@example.com")):
        call_command("set_user", "nobody@example.com", "--active", "off")
    with pytest.raises(CommandError):
        call_command("set_user", owner.email, "--active", "perhaps")


def test_a_superuser_made_by_command_is_proven() -> None:
    root = User.objects.create_superuser("root@example.com", PASSWORD)
    assert root.email_verified_at is not None


def test_the_log_forgets_what_is_older_than_its_retention_and_says_so(owner: User, settings: Settings) -> None:
    from datetime import timedelta

    import time_machine
    from django.utils import timezone

    from accounts.tasks import expire_audit

    with time_machine.travel(timezone.now() - timedelta(days=800)):
        audit.record(actor=owner, action="long ago")
    with time_machine.travel(timezone.now() - timedelta(days=700)):
        audit.record(actor=owner, action="not so long ago")
    settings.AUDIT_RETENTION_DAYS = 0
    assert expire_audit() == 0
    settings.AUDIT_RETENTION_DAYS = 730
    assert [expire_audit(), expire_audit()] == [1, 0]
    assert [action for _, action, _ in log()] == ["not so long ago", "expire audit log"]
