"""A device rings no longer than the token or session lasts that registered it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.test import APIClient

from accounts import tasks
from accounts.actions import tokens
from accounts.identity import credentials
from accounts.models import AccessToken, User
from accounts.tests.helpers import bearer, code_for, post
from conftest import PASSWORD, token_client
from devices.models import Device
from rosetta.ids import new_ulid

pytestmark = pytest.mark.django_db

NEW = "another long sentence"


def app_of(email: str) -> APIClient:
    return bearer(post("auth/app/login", {"email": email, "password": PASSWORD}).json()["access_token"])


def browser_of(email: str) -> APIClient:
    client = APIClient()
    post("auth/web/login", {"email": email, "password": PASSWORD}, client)
    return client


def register(client: APIClient, push_token: str = "") -> str:
    body = {"platform": "ios", "provider": "fcm", "push_token": push_token or new_ulid()}
    answer = post("devices", body, client)
    assert answer.status_code == 201
    return str(answer.json()["data"]["id"])


def left() -> set[str]:
    return set(Device.objects.values_list("pk", flat=True))


def test_a_planted_accounts_device_ends_with_the_first_proof() -> None:
    planted = {"name": "Mallory", "email": "victim@example.com", "password": PASSWORD}
    made = post("auth/app/register", {**planted, "password_confirmation": PASSWORD, "device_name": "Phone"})
    register(bearer(made.json()["access_token"]))
    proven = post("auth/app/otp/verify", {"email": "victim@example.com", "token": code_for("victim@example.com")})
    assert (proven.status_code, left()) == (200, set())


@pytest.mark.parametrize("way_in", [app_of, browser_of])
def test_a_changed_password_leaves_the_callers_device_alone(owner: User, way_in: Callable[[str], APIClient]) -> None:
    thief, browser, caller = app_of(owner.email), browser_of(owner.email), way_in(owner.email)
    for client in (thief, browser):
        register(client)
    kept = register(caller)
    Device.objects.create(user=owner, platform="ios", provider="fcm", push_token="of old", token_hash="of old")
    flavour = "app" if way_in is app_of else "web"
    body = {"current_password": PASSWORD, "password": NEW, "password_confirmation": NEW}
    assert post(f"auth/{flavour}/change-password", body, caller).status_code == 200
    assert left() == {kept}
    assert register(caller) != kept


def test_a_revoked_token_takes_its_devices_and_no_others(owner: User) -> None:
    lost, kept = app_of(owner.email), app_of(owner.email)
    register(lost)
    stays = register(kept)
    [row] = [row for row in lost.get("/api/v1/me/tokens").json()["data"] if row["current"]]
    assert kept.delete(f"/api/v1/me/tokens/{row['id']}").status_code == 204
    assert left() == {stays}


def test_an_ended_session_takes_its_devices(owner: User) -> None:
    browser, phone = browser_of(owner.email), app_of(owner.email)
    register(browser)
    stays = register(phone)
    [row] = phone.get("/api/v1/me/sessions").json()["data"]
    assert phone.delete(f"/api/v1/me/sessions/{row['id']}").status_code == 204
    assert left() == {stays}


@pytest.mark.parametrize(("way_in", "flavour"), [(app_of, "app"), (browser_of, "web")])
def test_logging_out_takes_the_device_along(owner: User, way_in: Callable[[str], APIClient], flavour: str) -> None:
    client, other = way_in(owner.email), way_in(owner.email)
    register(client)
    stays = register(other)
    assert post(f"auth/{flavour}/logout", {}, client).status_code == 200
    assert left() == {stays}


def test_the_next_sign_in_of_a_browser_ends_the_last_ones_device(owner: User, outsider: User) -> None:
    browser = browser_of(owner.email)
    register(browser)
    post("auth/web/login", {"email": outsider.email, "password": PASSWORD}, browser)
    assert left() == set()


def test_a_device_belongs_to_what_registered_it_last(owner: User) -> None:
    old, new = app_of(owner.email), app_of(owner.email)
    device = register(old, "one phone")
    assert register(new, "one phone") == device
    post("auth/app/logout", {}, old)
    assert left() == {device}
    post("auth/app/logout", {}, new)
    assert left() == set()


def test_staff_sign_out_devices_too(owner: User) -> None:
    register(app_of(owner.email))
    staff = Client()
    staff.force_login(User.objects.create_superuser("staff@example.com", PASSWORD))
    staff.post("/admin/accounts/user/", {"action": "sign_out", "_selected_action": [owner.pk]})
    assert left() == set()


def test_devices_end_with_what_expires(owner: User) -> None:
    as_owner, browser = token_client(owner), browser_of(owner.email)
    ends = timezone.now() + timedelta(days=40)
    AccessToken.objects.filter(user=owner).update(expires_at=ends)
    app = register(as_owner)
    register(browser)
    for later, stays in ((ends - timedelta(days=1), {app}), (ends + timedelta(days=1), set())):
        with time_machine.travel(later):
            tasks.purge_accounts()
        assert left() == stays


def test_a_credential_that_ends_meanwhile_registers_nothing(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def named_and_revoked(request: Request) -> str:
        tokens.revoke_token(token=AccessToken.objects.get(pk=request.auth.pk))
        return credentials.of_token(request.auth.pk)

    monkeypatch.setattr("devices.api.views.credentials.of_request", named_and_revoked)
    body = {"platform": "ios", "provider": "fcm", "push_token": "late"}
    answer = post("devices", body, app_of(owner.email))
    assert (answer.status_code, answer.json(), left()) == (401, {"message": "Unauthenticated."}, set())
