"""Uploading: what is stored, what is refused, and that a refused upload leaves nothing behind."""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import Guest, User
from conftest import PASSWORD, answers_until_limited, token_client
from files.models import File, Removal
from files.tests.client import URL, post
from files.tests.conftest import guest_client
from files.tests.samples import bomb, picture, upload
from rosetta.ids import new_ulid

pytestmark = pytest.mark.django_db


def test_an_upload_is_kept_and_answered_with_its_record(
    as_member: APIClient, member_user: User, stored: Callable[[], list[Path]]
) -> None:
    answer = post(as_member, {"file": upload("notes.txt", b"hello"), "visibility": "public", "meta": '{"order": 7}'})
    assert answer.status_code == 201
    data = answer.json()["data"]
    file = File.objects.get(pk=data["id"])
    assert data == {
        "id": file.pk,
        "client_name": "notes.txt",
        "mime_type": "text/plain",
        "size": 5,
        "sha256": hashlib.sha256(b"hello").hexdigest(),
        "width": None,
        "height": None,
        "visibility": "public",
        "meta": {"order": 7},
        "download_url": f"http://127.0.0.1:8000/api/v1/files/{file.pk}/download",
        "thumbnail_url": None,
        "claimed": False,
        "expires_at": file.expires_at.isoformat(timespec="seconds"),
        "created_at": file.created_at.isoformat(timespec="seconds"),
    }
    assert file.owner_user == member_user
    assert file.expires_at == file.created_at + timedelta(hours=24)
    assert [path.read_bytes() for path in stored()] == [b"hello"]
    assert not Removal.objects.exists()


def test_visibility_is_private_unless_configured_otherwise(sent: Callable[..., File], settings: Settings) -> None:
    assert sent().visibility == "private"
    settings.FILES_DEFAULT_VISIBILITY = "public"
    assert sent().visibility == "public"


def test_meta_may_be_sent_as_fields(sent: Callable[..., File]) -> None:
    assert sent(**{"meta[order]": "7", "meta[shop]": "北京"}).meta == {"order": "7", "shop": "北京"}


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"meta": "[1]"}, "meta"),
        ({"meta": "{"}, "meta"),
        ({"meta": '{"a": NaN}'}, "meta"),
        ({"meta": '{"a":' * 300 + "1" + "}" * 300}, "meta"),
        ({"meta": '{"a": "\\u0000"}'}, "meta"),
        ({"meta": '{"a": "\\ud800"}'}, "meta"),
        ({"meta": json.dumps({"a": "x" * 20000})}, "meta"),
        ({"visibility": "secret"}, "visibility"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_left(
    as_member: APIClient, stored: Callable[[], list[Path]], form: dict[str, str], field: str
) -> None:
    answer = post(as_member, {"file": upload(), **form})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert not stored()


@pytest.mark.parametrize("body", [{}, {"file": "text"}, {"other": upload()}])
def test_a_form_without_a_file_is_an_error_on_file(as_member: APIClient, body: dict[str, Any]) -> None:
    answer = post(as_member, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["file"])
    assert as_member.post(URL).status_code == 422


def test_an_empty_file_is_an_error_on_file(as_member: APIClient, stored: Callable[[], list[Path]]) -> None:
    answer = post(as_member, {"file": upload(content=b"")})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": ["The file is empty."]})
    assert not stored()


def test_one_byte_over_the_limit_is_a_413_and_the_limit_itself_is_not(
    as_member: APIClient, settings: Settings, stored: Callable[[], list[Path]]
) -> None:
    settings.FILES_MAX_BYTES = 100_000
    assert post(as_member, {"file": upload(content=b"x" * 100_001)}).status_code == 413
    assert not stored()
    assert post(as_member, {"file": upload(content=b"x" * 100_000)}).status_code == 201


def test_a_body_that_ends_early_is_refused(as_member: APIClient, stored: Callable[[], list[Path]]) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf of i'
    kind = "multipart/form-data; boundary=b"
    assert as_member.generic("POST", URL, body, kind).status_code == 400
    assert not stored()


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=\xe9", "multipart/form-data; boundary="]
)
def test_form_data_that_cannot_be_read_is_a_400(as_member: APIClient, kind: str) -> None:
    assert as_member.generic("POST", URL, b"--x\r\n\r\n", kind).status_code == 400


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"file": [upload("a.txt"), upload("b.txt")]}, "file"),
        ({"file": [upload("a.txt"), upload("a.txt"), upload("a.txt")]}, "file"),
        ({"file": upload("a.txt"), "other": upload("b.txt")}, "file"),
        ({"other": upload("b.txt"), "file": upload("a.txt")}, "file"),
        ({"file": [upload("a.txt"), "text"]}, "file"),
        ({"file": ["text", upload("a.txt")]}, "file"),
        ({"file": upload("a.txt"), "visibility": ["private", "public"]}, "visibility"),
        ({"file": upload("a.txt"), "meta": ["{}", '{"a": 1}']}, "meta"),
    ],
)
def test_fields_and_files_that_would_be_dropped_are_refused(
    as_member: APIClient, stored: Callable[[], list[Path]], body: dict[str, Any], field: str
) -> None:
    answer = post(as_member, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert not stored()


class SlowBody(io.BytesIO):
    """A body during whose arrival something else happens."""

    def __init__(self, content: bytes, happens: Callable[[], object]) -> None:
        super().__init__(content)
        self.happens: Callable[[], object] | None = happens

    def read(self, size: int | None = -1) -> bytes:
        if self.happens is not None:
            self.happens()
            self.happens = None
        return super().read(size)


def post_slowly(client: APIClient, content: bytes, happens: Callable[[], object]) -> Any:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    body = head + content + b"\r\n--b--\r\n"
    arriving: dict[str, Any] = {"wsgi.input": SlowBody(body, happens)}
    return client.generic("POST", URL, body, "multipart/form-data; boundary=b", **arriving)


@pytest.mark.parametrize("content", [b"text", b"", picture(), bomb(60000, 60000), b"#!/bin/sh\n"])
@pytest.mark.parametrize("end", ["closed", "removed", "purged"])
def test_an_upload_that_ends_after_its_room_is_a_410(
    stored: Callable[[], list[Path]], content: bytes, end: str
) -> None:
    guest = guest_client(new_ulid())
    rows = Guest.objects.all()
    happens: dict[str, Callable[[], object]] = {
        "closed": lambda: rows.update(expires_at=timezone.now()),
        "removed": lambda: rows.update(removed_at=timezone.now()),
        "purged": rows.delete,
    }
    answer = post_slowly(guest, content, happens[end])
    assert (answer.status_code, answer.json()["errors"]) == (410, {"code": ["temporary_room_expired"]})
    assert not stored()
    assert not File.objects.exists()
    assert not Removal.objects.exists()


@pytest.mark.parametrize("end", ["suspended", "erased"])
def test_an_upload_that_ends_after_its_account_is_a_401(
    as_member: APIClient, member_user: User, stored: Callable[[], list[Path]], end: str
) -> None:
    rows = User.objects.filter(pk=member_user.pk)
    happens: dict[str, Callable[[], object]] = {
        "suspended": lambda: rows.update(is_active=False),
        "erased": rows.delete,
    }
    assert post_slowly(as_member, b"text", happens[end]).status_code == 401
    assert not stored()
    assert not File.objects.exists()


def test_anonymous_uploads_must_be_allowed_by_the_operator(settings: Settings, as_member: APIClient) -> None:
    anybody = APIClient()
    assert post(anybody, {"file": upload()}).status_code == 401
    settings.FILES_ALLOW_ANONYMOUS = True
    answer = post(anybody, {"file": upload(), "visibility": "private"})
    data = answer.json()["data"]
    assert (answer.status_code, data["visibility"], data["claimed"]) == (201, "public", False)
    assert data["expires_at"]
    assert anybody.get(f"{URL}/{data['id']}/download").status_code == 200
    assert anybody.delete(f"{URL}/{data['id']}").status_code == 401
    assert as_member.delete(f"{URL}/{data['id']}").status_code == 403
    assert as_member.get("/api/v1/me/files?claimed=false").json()["data"] == []


def test_a_session_uploads_with_the_csrf_header_alone(member_user: User, stored: Callable[[], list[Path]]) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.login(username=member_user.email, password=PASSWORD)
    assert browser.post(URL, {"file": upload()}).status_code in (401, 403)
    assert not stored()
    browser.cookies["csrftoken"] = "a" * 32
    answer = browser.post(URL, {"file": SimpleUploadedFile("a.txt", b"hi")}, headers={"X-CSRFToken": "a" * 32})
    assert answer.status_code == 201


def test_a_token_without_the_ability_cannot_upload(member_user: User) -> None:
    assert post(token_client(member_user, ["temporary-rooms:read"]), {"file": upload()}).status_code == 403


def test_a_guest_owns_what_it_uploads(as_owner: APIClient) -> None:
    guest, other = guest_client(new_ulid()), guest_client(new_ulid(), "Lin")
    data = post(guest, {"file": upload()}).json()["data"]
    assert File.objects.get(pk=data["id"]).owner_guest.nickname == "Mei"  # type: ignore[union-attr]
    for path in ("", "/download"):
        assert guest.get(f"{URL}/{data['id']}{path}").status_code == 200
        assert other.get(f"{URL}/{data['id']}{path}").status_code == 404
        assert as_owner.get(f"{URL}/{data['id']}{path}").status_code == 404
    assert guest.delete(f"{URL}/{data['id']}").status_code == 204


def test_a_guest_is_anonymous_elsewhere_and_refused_after_its_room() -> None:
    assert guest_client(new_ulid()).get("/api/v1/me/files").status_code == 401
    late = guest_client(new_ulid(), "Late", expires_at=timezone.now())
    answer = post(late, {"file": upload()})
    assert (answer.status_code, answer.json()["errors"]) == (410, {"code": ["temporary_room_expired"]})
    removed = guest_client(new_ulid(), "Out", removed_at=timezone.now())
    assert post(removed, {"file": upload()}).status_code == 401


def test_a_full_quota_refuses_uploads_until_files_are_deleted(
    as_member: APIClient, settings: Settings, sent: Callable[..., File]
) -> None:
    settings.FILES_USER_QUOTA_BYTES = 10
    first = sent(content=b"123456")
    answer = post(as_member, {"file": upload(content=b"12345")})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": ["Your storage is full."]})
    as_member.delete(f"{URL}/{first.pk}")
    assert sent(content=b"1234567890")


def test_uploads_are_limited_to_sixty_a_minute(as_member: APIClient) -> None:
    assert set(answers_until_limited(lambda: post(as_member, {}).status_code, 60)) == {422}
    assert post(as_member, {})["Retry-After"]
