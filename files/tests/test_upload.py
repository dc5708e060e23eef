"""Uploading: what is kept, what is refused, and that nothing is left of the latter."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image, PngImagePlugin
from rest_framework.test import APIClient

from accounts.models import User
from conftest import PASSWORD, answers_until_limited, token_client
from files.filenames import clean_name
from files.models import File, Removal
from files.tests.conftest import guest_client
from files.tests.samples import bomb, exif_with_place, picture, place_in, upload
from rosetta.ids import new_ulid

pytestmark = pytest.mark.django_db

URL = "/api/v1/files"


def post(client: APIClient, body: dict[str, Any]) -> Any:
    """Upload as somebody whose client asks for English."""
    return client.post(URL, body, format="multipart", headers={"Accept-Language": "en"})


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


def test_private_is_the_default_and_the_operator_may_say_otherwise(sent: Callable[..., File], settings: Any) -> None:
    assert sent().visibility == "private"
    settings.FILES_DEFAULT_VISIBILITY = "public"
    assert sent().visibility == "public"


def test_meta_comes_as_fields_too(sent: Callable[..., File]) -> None:
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
def test_no_file_is_an_error_of_file(as_member: APIClient, body: dict[str, Any]) -> None:
    answer = post(as_member, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["file"])
    assert as_member.post(URL).status_code == 422


def test_an_empty_file_is_an_error_of_file(as_member: APIClient, stored: Callable[[], list[Path]]) -> None:
    answer = post(as_member, {"file": upload(content=b"")})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": ["The file is empty."]})
    assert not stored()


def test_one_byte_over_the_limit_is_a_413_and_the_limit_itself_is_not(
    as_member: APIClient, settings: Any, stored: Callable[[], list[Path]]
) -> None:
    settings.FILES_MAX_BYTES = 100_000
    assert post(as_member, {"file": upload(content=b"x" * 100_001)}).status_code == 413
    assert not stored()
    assert post(as_member, {"file": upload(content=b"x" * 100_000)}).status_code == 201


def test_a_body_that_ends_early_is_no_file(as_member: APIClient, stored: Callable[[], list[Path]]) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf of i'
    kind = "multipart/form-data; boundary=b"
    assert as_member.generic("POST", URL, body, kind).status_code == 400
    assert not stored()


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=\xe9", "multipart/form-data; boundary="]
)
def test_form_data_that_cannot_be_read_is_a_400(as_member: APIClient, kind: str) -> None:
    assert as_member.generic("POST", URL, b"--x\r\n\r\n", kind).status_code == 400


def test_the_type_is_told_from_the_bytes(sent: Callable[..., File]) -> None:
    assert sent("photo.exe", picture()).mime_type == "image/png"
    assert sent("photo.png", b"just words").mime_type == "text/plain"
    assert sent("x", b"%PDF-1.7\n\xe2\xe3").mime_type == "application/pdf"
    assert sent("a.csv", b"a,b\n1,2\n").mime_type == "text/csv"
    assert sent("x", bytes(range(256))).mime_type == "application/octet-stream"
    assert sent("ภาษาไทย.txt", "สวัสดี".encode()).mime_type == "text/plain"
    assert sent("x.png", b"<!DOCTYPE html><script>alert(1)</script>").mime_type == "text/html"
    assert sent("x.png", b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>").mime_type == "image/svg+xml"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.png", b"MZ\x90\x00" + b"\0" * 100),
        ("photo.png", b"\x7fELF\x02\x01\x01" + b"\0" * 100),
        ("photo.png", b"\xcf\xfa\xed\xfe" + b"\0" * 100),
        ("notes.txt", b"#!/bin/sh\nrm -rf /\n"),
        ("notes.txt", b"#! /usr/bin/env python3\nprint(1)\n"),
        ("notes.txt", b"\xef\xbb\xbf#!/usr/bin/perl\n"),
        ("notes.txt", b"@echo off\r\ndel *.*\r\n"),
        ("notes.txt", b"<html><?php system($_GET['x']); ?>"),
        ("run.ps1", b"Remove-Item *\r\n"),
        ("photo.png", b"PK\x03\x04\x14\x00\x08\x08\x08\x00" + b"\0" * 16 + b"\x14\0\0\0META-INF/MANIFEST.MF"),
    ],
)
def test_programs_and_scripts_are_refused_whatever_they_are_called(
    as_member: APIClient, stored: Callable[[], list[Path]], name: str, content: bytes
) -> None:
    answer = post(as_member, {"file": upload(name, content, "image/png")})
    assert (answer.status_code, answer.json()["errors"]) == (415, {"code": ["file_type_denied"]})
    assert not stored()


def test_the_operator_says_which_types_are_denied(as_member: APIClient, settings: Any) -> None:
    settings.FILES_DENIED_TYPES = ("image/*", "application/pdf")
    assert post(as_member, {"file": upload("a.png", picture())}).status_code == 415
    assert post(as_member, {"file": upload("a.pdf", b"%PDF-1.7")}).status_code == 415
    assert post(as_member, {"file": upload("a.sh", b"#!/bin/sh\n")}).status_code == 201


@pytest.mark.parametrize(
    ("sent_as", "kept_as"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/cron.d/x", "x"),
        ("photo\u202egnp.exe.txt", "photognp.exe.txt"),
        ("a\u200b\u2066b.txt", "ab.txt"),
        ("n" * 300 + ".txt", "n" * 251 + ".txt"),
        ("報告" * 150 + ".pdf", ("報告" * 150)[:251] + ".pdf"),
        ("...", "file"),
        ("a.txt.", "a.txt"),
        ('quo"te.txt', 'quo"te.txt'),
    ],
)
def test_hostile_names_are_made_harmless(sent_as: str, kept_as: str) -> None:
    assert clean_name(sent_as) == kept_as


def test_a_name_with_line_breaks_adds_no_header(as_member: APIClient) -> None:
    body = (
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''a%0D%0ASet-Cookie:%20x=1.txt\r\n\r\nhi"
        b"\r\n--b--\r\n"
    )
    data = as_member.generic("POST", URL, body, "multipart/form-data; boundary=b").json()["data"]
    assert data["client_name"] == "aSet-Cookie: x=1.txt"
    answer = as_member.get(f"{URL}/{data['id']}/download")
    assert "Set-Cookie" not in answer
    assert answer["Content-Disposition"] == 'attachment; filename="aSet-Cookie: x=1.txt"'


def test_an_image_has_its_size_as_it_is_shown(sent: Callable[..., File]) -> None:
    plain, turned = sent("a.png", picture()), sent("b.jpg", picture("JPEG", exif=exif_with_place(orientation=6)))
    assert (plain.width, plain.height) == (64, 48)
    assert (turned.width, turned.height) == (48, 64)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG", "AVIF"])
def test_where_a_photograph_was_taken_is_forgotten(
    sent: Callable[..., File], stored: Callable[[], list[Path]], kind: str
) -> None:
    original = picture(kind, exif=exif_with_place())
    assert place_in(original)
    file = sent("photo", original)
    (path,) = stored()
    kept = path.read_bytes()
    assert not place_in(kept)
    assert len(kept) == len(original)
    assert file.sha256 == hashlib.sha256(kept).hexdigest()
    assert b"Camera & Sons" in kept


def test_where_a_tiff_was_taken_is_forgotten(sent: Callable[..., File], stored: Callable[[], list[Path]]) -> None:
    original = exif_with_place().tobytes().removeprefix(b"Exif\0\0")
    assert sent("photo.tif", original).mime_type == "image/tiff"
    kept = Image.Exif()
    kept.load(b"Exif\0\0" + stored()[0].read_bytes())
    assert kept[0x010F] == "Camera & Sons"
    assert dict(kept.get_ifd(0x8825)) == {}


def test_a_place_in_xmp_is_forgotten_too(sent: Callable[..., File], stored: Callable[[], list[Path]]) -> None:
    xmp = b'<x:xmpmeta><rdf:Description exif:GPSLatitude="13,45.5N"><exif:GPSLongitude>100,30E</exif:GPSLongitude>'
    sent("a.jpg", picture("JPEG", xmp=xmp))
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=True)
    sent("a.png", picture("PNG", pnginfo=notes))
    for path in stored():
        kept = path.read_bytes()
        assert b"13,45.5N" not in kept
        assert b"100,30E" not in kept
        assert b"com.adobe.xmp" not in kept
        assert place_in(kept) == {}


@pytest.mark.parametrize("before", [0, 4 * 1024 * 1024 - 20, 4 * 1024 * 1024 - 3, 9_000_000])
def test_a_place_far_into_a_file_is_forgotten(
    sent: Callable[..., File], stored: Callable[[], list[Path]], before: int
) -> None:
    place = exif_with_place().tobytes()
    xmp = b"<rdf:Description exif:GPSLatitude='13,45.5N'/>"
    sent("photo.jpg", picture("JPEG") + bytes(before) + place + xmp)
    kept = stored()[0].read_bytes()
    blocks = [kept[at:] for at in range(len(kept)) if kept.startswith(b"Exif\0\0", at)]
    for block in blocks:
        exif = Image.Exif()
        exif.load(block)
        assert (exif[0x010F], dict(exif.get_ifd(0x8825))) == ("Camera & Sons", {})
    assert len(blocks) == 1
    assert b"13,45.5N" not in kept


@pytest.mark.parametrize("word", [b"II*\0\x08\0\0\0", b"exif:GPS", b'exif:GPSa="', b"<exif:GPSa>", b"eXIfMM\0*"])
def test_a_file_of_nothing_but_beginnings_is_soon_done_with(sent: Callable[..., File], word: bytes) -> None:
    assert sent("photo.jpg", picture("JPEG") + word * (8_000_000 // len(word))).is_image


def test_a_picture_without_a_place_is_kept_byte_for_byte(sent: Callable[..., File]) -> None:
    original = picture("JPEG")
    assert sent("a.jpg", original).sha256 == hashlib.sha256(original).hexdigest()


def test_an_image_bomb_is_refused_before_it_goes_off(as_member: APIClient, stored: Callable[[], list[Path]]) -> None:
    answer = post(as_member, {"file": upload("a.png", bomb(60000, 60000))})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": ["The image has too many pixels."]})
    assert not stored()


def test_a_broken_image_is_kept_as_a_file_without_a_size(sent: Callable[..., File]) -> None:
    file = sent("a.png", picture()[:20])
    assert (file.width, file.thumbnail_due_at) == (None, None)


def test_nobody_uploads_unless_the_operator_allows_it(settings: Any, as_member: APIClient) -> None:
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


def test_a_narrow_token_uploads_nothing(member_user: User) -> None:
    assert post(token_client(member_user, ["temporary-rooms:read"]), {"file": upload()}).status_code == 403


def test_what_a_guest_uploads_is_the_guests(as_owner: APIClient) -> None:
    guest, other = guest_client(new_ulid()), guest_client(new_ulid(), "Lin")
    data = post(guest, {"file": upload()}).json()["data"]
    assert File.objects.get(pk=data["id"]).owner_guest.nickname == "Mei"  # type: ignore[union-attr]
    for path in ("", "/download"):
        assert guest.get(f"{URL}/{data['id']}{path}").status_code == 200
        assert other.get(f"{URL}/{data['id']}{path}").status_code == 404
        assert as_owner.get(f"{URL}/{data['id']}{path}").status_code == 404
    assert guest.delete(f"{URL}/{data['id']}").status_code == 204


def test_a_guest_is_nobody_elsewhere_and_gone_when_its_room_ends() -> None:
    assert guest_client(new_ulid()).get("/api/v1/me/files").status_code == 401
    late = guest_client(new_ulid(), "Late", expires_at=timezone.now())
    answer = post(late, {"file": upload()})
    assert (answer.status_code, answer.json()["errors"]) == (410, {"code": ["temporary_room_expired"]})
    removed = guest_client(new_ulid(), "Out", removed_at=timezone.now())
    assert post(removed, {"file": upload()}).status_code == 401


def test_a_quota_holds_and_deleting_makes_room(as_member: APIClient, settings: Any, sent: Callable[..., File]) -> None:
    settings.FILES_USER_QUOTA_BYTES = 10
    first = sent(content=b"123456")
    answer = post(as_member, {"file": upload(content=b"12345")})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": ["Your storage is full."]})
    as_member.delete(f"{URL}/{first.pk}")
    assert sent(content=b"1234567890")


def test_uploads_are_limited_to_sixty_a_minute(as_member: APIClient) -> None:
    assert set(answers_until_limited(lambda: post(as_member, {}).status_code, 60)) == {422}
    assert post(as_member, {})["Retry-After"]
