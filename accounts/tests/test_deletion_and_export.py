"""Deletion of accounts, and the export of their data."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import lifecycle, tasks
from accounts.actions import account_work, export
from accounts.models import AccountDeletion, AccountExport, User
from accounts.tests.helpers import code_for, new_mail, post
from conftest import PASSWORD, token_client
from rosetta.errors import Invalid

pytestmark = pytest.mark.django_db


class Above:
    """A higher app that holds a few things of every account."""

    def __init__(self, things: int) -> None:
        self.things = things
        self.seen: list[int] = []
        self.fails = False

    def count(self, user: User) -> int:
        return self.things

    def erase(self, user: User) -> int:
        if self.fails:
            raise OSError("storage away")
        self.seen.append(AccountDeletion.objects.get(user=user).progress)
        gone = min(2, self.things)
        self.things -= gone
        return gone

    def write(self, user: User, archive: ZipFile, advance: Callable[[int], None]) -> None:
        if self.fails:
            raise OSError("storage away")
        with archive.open("things.jsonl", "w") as out:
            for number in range(self.things):
                out.write(f"{number}\n".encode())
                advance(1)
                self.seen.append(AccountExport.objects.get(user=user, state="pending").progress)


@pytest.fixture
def above(settings: LazySettings, tmp_path: Path) -> Iterator[Above]:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    above = Above(things=4)
    eraser = lifecycle.Eraser("things", above.count, above.erase)
    exporter = lifecycle.Exporter("things", above.count, above.write)
    lifecycle.ERASERS.append(eraser)
    lifecycle.EXPORTERS.append(exporter)
    yield above
    lifecycle.ERASERS.remove(eraser)
    lifecycle.EXPORTERS.remove(exporter)


def leave(client: APIClient, **body: str) -> Any:
    return client.delete("/api/v1/me", body)


def test_a_deleted_account_is_signed_out_everywhere_and_its_address_is_free(owner: User, as_owner: APIClient) -> None:
    other, browser = token_client(owner), APIClient()
    post("auth/web/login", {"email": owner.email, "password": PASSWORD}, browser)
    assert leave(as_owner, password=PASSWORD).status_code == 204
    for client in (as_owner, other, browser):
        assert client.get("/api/v1/me").status_code == 401
    assert post("auth/app/login", {"email": "olivia@example.com", "password": PASSWORD}).status_code == 422
    user = User.objects.get(pk=owner.pk)
    assert (user.name, user.avatar_url, user.is_active) == ("Deleted user", None, False)
    assert "olivia" not in user.email
    again = {"name": "O", "email": "olivia@example.com", "password": PASSWORD, "password_confirmation": PASSWORD}
    assert post("auth/app/register", again).status_code == 200


def test_a_worker_keeps_its_lease_between_two_percents(as_owner: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        lasts: list[timedelta] = []

        def erase(user: User) -> int:
            lasts.append(AccountDeletion.objects.get(user=user).due_at - timezone.now())
            clock.shift(timedelta(minutes=1))
            return int(len(lasts) < 6)

        eraser = lifecycle.Eraser("very much", lambda user: 100_000, erase)
        monkeypatch.setattr(lifecycle, "ERASERS", [eraser])
        leave(as_owner, password=PASSWORD)
        tasks.resume_account_work()
    assert len(lasts) == 6
    assert min(lasts) >= timedelta(minutes=4)


def test_a_code_is_a_proof_for_deletion_too(owner: User, as_owner: APIClient) -> None:
    code = code_for(owner.email)
    wrong = leave(as_owner, otp=f"{(int(code) + 1) % 1_000_000:06d}")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["otp"])
    assert leave(as_owner, otp=f"{code[:3]} {code[3:]}").status_code == 204


@pytest.mark.parametrize("body", [{}, {"password": "wrong"}, {"password": ""}, {"password": None}])
def test_an_account_is_not_deleted_without_a_proof(as_owner: APIClient, body: dict[str, Any]) -> None:
    answer = as_owner.delete("/api/v1/me", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["password"])
    assert as_owner.get("/api/v1/me").status_code == 200


def test_a_browser_leaves_too(owner: User) -> None:
    browser = APIClient()
    post("auth/web/login", {"email": owner.email, "password": PASSWORD}, browser)
    assert leave(browser, password=PASSWORD).status_code == 204
    assert browser.get("/api/v1/me").status_code == 401


def test_an_app_above_may_keep_somebody(owner: User, as_owner: APIClient) -> None:
    def check(user: User) -> None:
        raise Invalid({"workspaces": ["Acme has no other owner."]})

    lifecycle.CHECKS.append(check)
    try:
        answer = leave(as_owner, password=PASSWORD)
    finally:
        lifecycle.CHECKS.remove(check)
    assert answer.json()["errors"] == {"workspaces": ["Acme has no other owner."]}
    assert as_owner.get("/api/v1/me").json()["name"] == "Olivia"


def test_what_is_left_behind_goes_batch_by_batch_with_progress(owner: User, as_owner: APIClient, above: Above) -> None:
    leave(as_owner, password=PASSWORD)
    assert tasks.resume_account_work() == 1
    assert above.things == 0
    assert above.seen == [0, 50, 99]
    deletion = AccountDeletion.objects.get()
    assert (deletion.state, deletion.progress) == ("ready", 100)
    assert tasks.resume_account_work() == 0


def test_erasing_goes_on_after_a_failure_and_after_a_workers_death(
    owner: User, as_owner: APIClient, above: Above
) -> None:
    leave(as_owner, password=PASSWORD)
    above.fails = True
    tasks.resume_account_work()
    assert tasks.resume_account_work() == 0  # not at once
    above.fails = False
    AccountDeletion.objects.update(due_at=timezone.now() + account_work.LEASE)  # claimed, then silence
    with time_machine.travel(timezone.now() + account_work.LEASE):
        assert tasks.resume_account_work() == 1
    assert above.things == 0


def test_a_narrow_token_neither_leaves_nor_exports(owner: User) -> None:
    narrow = token_client(owner, ["automation:messages"])
    assert leave(narrow, password=PASSWORD).status_code == 403
    for method, path in (("post", "export"), ("get", "export"), ("get", "export/file")):
        assert getattr(narrow, method)(f"/api/v1/me/{path}").status_code == 403
        assert getattr(APIClient(), method)(f"/api/v1/me/{path}").status_code == 401


def test_an_export_is_asked_for_followed_and_fetched(owner: User, as_owner: APIClient, above: Above) -> None:
    assert as_owner.get("/api/v1/me/export").status_code == 404
    asked = as_owner.post("/api/v1/me/export")
    pending = {"status": "pending", "progress": 0, "download_url": None, "expires_at": None}
    assert (asked.status_code, asked.json()) == (202, {"data": pending})
    assert as_owner.get("/api/v1/me/export").json() == {"data": pending}
    assert as_owner.post("/api/v1/me/export").status_code == 202  # the one under way
    assert AccountExport.objects.count() == 1
    assert as_owner.get("/api/v1/me/export/file").status_code == 404
    tasks.resume_account_work()
    assert above.seen == [25, 50, 75, 99]
    ready = as_owner.get("/api/v1/me/export").json()["data"]
    assert (ready["status"], ready["progress"]) == ("ready", 100)
    answer = as_owner.get(ready["download_url"])
    assert answer["Content-Type"] == "application/zip"
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        account = json.loads(archive.read("account.json"))
        assert archive.read("things.jsonl") == b"0\n1\n2\n3\n"
    assert account["account"]["email"] == owner.email
    assert [token["name"] for token in account["tokens"]] == ["test"]
    assert "secret" not in str(account) and "hash" not in str(account)


def test_a_new_export_replaces_the_last_and_dies_in_its_time(as_owner: APIClient, above: Above) -> None:
    for _ in range(2):
        as_owner.post("/api/v1/me/export")
        tasks.resume_account_work()
    assert len(default_storage.listdir("exports")[1]) == 1
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert as_owner.get("/api/v1/me/export").status_code == 404
        assert as_owner.get("/api/v1/me/export/file").status_code == 404
        tasks.purge_accounts()
    assert default_storage.listdir("exports")[1] == []


def test_an_outsiders_export_is_their_own(as_owner: APIClient, as_outsider: APIClient, above: Above) -> None:
    as_owner.post("/api/v1/me/export")
    tasks.resume_account_work()
    assert as_outsider.get("/api/v1/me/export").status_code == 404
    assert as_outsider.get("/api/v1/me/export/file").status_code == 404


def test_an_export_that_keeps_failing_says_so(as_owner: APIClient, above: Above) -> None:
    as_owner.post("/api/v1/me/export")
    above.fails = True
    for tries in range(export.EXPORT_TRIES):
        with time_machine.travel(timezone.now() + timedelta(minutes=10 * tries)):
            tasks.resume_account_work()
    assert as_owner.get("/api/v1/me/export").json()["data"]["status"] == "failed"
    assert as_owner.post("/api/v1/me/export").json()["data"]["status"] == "pending"


def test_an_export_that_is_made_while_its_account_goes_leaves_no_bytes(
    owner: User, as_owner: APIClient, above: Above
) -> None:
    def go(user: User, archive: ZipFile, advance: Callable[[int], None]) -> None:
        AccountExport.objects.filter(user=user).delete()  # what the worker that erases the account does

    exporter = lifecycle.Exporter("going", lambda user: 1, go)
    lifecycle.EXPORTERS.append(exporter)
    as_owner.post("/api/v1/me/export")
    try:
        tasks.resume_account_work()
    finally:
        lifecycle.EXPORTERS.remove(exporter)
    assert not default_storage.exists("exports") or default_storage.listdir("exports")[1] == []


def test_a_leavers_exports_go_with_them(as_owner: APIClient, above: Above) -> None:
    as_owner.post("/api/v1/me/export")
    tasks.resume_account_work()
    leave(as_owner, password=PASSWORD)
    tasks.resume_account_work()
    assert default_storage.listdir("exports")[1] == []
    assert new_mail() == []
