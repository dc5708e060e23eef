"""Records, lists and downloads: who gets what, and how it is handed over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from files.filenames import content_disposition
from files.models import File
from files.tests.samples import picture
from rosetta.ids import new_ulid

pytestmark = pytest.mark.django_db


def url(file: File, what: str = "") -> str:
    return f"/api/v1/files/{file.pk}{what}"


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("what", ["", "/download", "/thumbnail"])
def test_an_outsider_is_told_nothing_of_a_private_file(
    sent: Callable[..., File], as_outsider: APIClient, what: str
) -> None:
    private = as_outsider.get(url(sent(), what))
    unknown = as_outsider.get(f"/api/v1/files/{new_ulid()}{what}")
    malformed = as_outsider.get(f"/api/v1/files/nonsense{what}")
    assert [one.status_code for one in (private, unknown, malformed)] == [404] * 3
    assert private.content == unknown.content == malformed.content


@pytest.mark.parametrize("what", ["", "/download", "/thumbnail"])
def test_an_anonymous_caller_gets_a_401_for_everything_not_public(sent: Callable[..., File], what: str) -> None:
    for path in (url(sent(), what), f"/api/v1/files/{new_ulid()}{what}", f"/api/v1/files/nonsense{what}"):
        answer = APIClient().get(path)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})


def test_a_public_file_is_read_by_anybody_and_deleted_by_its_owner_alone(
    sent: Callable[..., File], as_outsider: APIClient, as_member: APIClient
) -> None:
    file = sent(visibility="public")
    for client in (APIClient(), as_outsider):
        assert client.get(url(file)).json()["data"]["id"] == file.pk
        assert body(client.get(url(file, "/download"))) == b"hello"
    assert APIClient().delete(url(file)).status_code == 401
    assert as_outsider.delete(url(file)).status_code == 403
    assert as_member.delete(url(file)).status_code == 204
    assert as_member.get(url(file)).status_code == 404
    assert as_member.delete(url(file)).status_code == 404


def test_an_outsider_deletes_nothing(sent: Callable[..., File], as_outsider: APIClient) -> None:
    file = sent()
    assert as_outsider.delete(url(file)).status_code == 404
    assert File.objects.get(pk=file.pk).deleted_at is None


def test_a_file_is_a_404_from_the_moment_it_expires(sent: Callable[..., File], as_member: APIClient) -> None:
    file = sent()
    File.objects.filter(pk=file.pk).update(expires_at=timezone.now())
    assert as_member.get(url(file)).status_code == 404
    assert as_member.get(url(file, "/download")).status_code == 404
    assert as_member.get("/api/v1/me/files?claimed=false").json()["data"] == []


def test_a_download_is_an_attachment_in_a_sandbox(sent: Callable[..., File], as_member: APIClient) -> None:
    for name, content in (
        ("page.html", b"<html><script>alert(1)</script></html>"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("polyglot.gif", b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//<script>alert(1)</script>"),
        ("paper.pdf", b"%PDF-1.7"),
    ):
        answer = as_member.get(url(sent(name, content), "/download"))
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert body(answer) == content


def test_a_picture_is_shown_inline_in_a_sandbox(sent: Callable[..., File], as_member: APIClient) -> None:
    answer = as_member.get(url(sent("a.png", picture() + b"<script>alert(1)</script>"), "/download"))
    assert (answer["Content-Type"], answer["Content-Disposition"]) == ("image/png", 'inline; filename="a.png"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.txt", 'attachment; filename="a.txt"'),
        ('a"b\\c.txt', 'attachment; filename="c.txt"'),
        ('a"b;c.txt', "attachment; filename=\"a_b_c.txt\"; filename*=UTF-8''a%22b%3Bc.txt"),
        ("100%41.txt", "attachment; filename=\"100_41.txt\"; filename*=UTF-8''100%2541.txt"),
        ("a\r\nX: y.txt", 'attachment; filename="aX: y.txt"'),
        ("報告.pdf", "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%A0%B1%E5%91%8A.pdf"),
        ("\u202egnp.exe", 'attachment; filename="gnp.exe"'),
    ],
)
def test_every_name_makes_one_valid_header(name: str, header: str) -> None:
    assert content_disposition(name, inline=False) == header


CONTENT = bytes(range(256)) * 1000


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-0", 206, 0, 0),
        ("bytes=10-19", 206, 10, 19),
        ("bytes=255990-", 206, 255990, 255999),
        ("bytes=-5", 206, 255995, 255999),
        ("bytes=-999999", 206, 0, 255999),
        ("bytes=100-999999", 206, 100, 255999),
        ("bytes=0-1,5-6", 200, 0, 255999),
        ("bytes=9-3", 200, 0, 255999),
        ("lines=1-2", 200, 0, 255999),
        ("bytes=-", 200, 0, 255999),
    ],
)
def test_a_range_gives_exactly_its_bytes(
    sent: Callable[..., File], as_member: APIClient, asked: str, status: int, start: int, end: int
) -> None:
    answer = as_member.get(url(sent("a.bin", CONTENT), "/download"), headers={"Range": asked})
    assert answer.status_code == status
    assert body(answer) == CONTENT[start : end + 1]
    assert answer["Content-Length"] == str(end - start + 1)
    assert answer.get("Content-Range") == (f"bytes {start}-{end}/256000" if status == 206 else None)


@pytest.mark.parametrize("asked", ["bytes=256000-", "bytes=999999-9999999", "bytes=-0"])
def test_a_range_outside_the_file_is_a_416(sent: Callable[..., File], as_member: APIClient, asked: str) -> None:
    answer = as_member.get(url(sent("a.bin", CONTENT), "/download"), headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */256000")


def test_a_range_is_resumed_only_if_the_bytes_are_the_same(sent: Callable[..., File], as_member: APIClient) -> None:
    file = sent("a.bin", CONTENT)
    tag = as_member.get(url(file, "/download"))["ETag"]
    assert as_member.get(url(file, "/download"), headers={"If-None-Match": tag}).status_code == 304
    for if_range, status in ((tag, 206), ('"other"', 200)):
        answer = as_member.get(url(file, "/download"), headers={"Range": "bytes=5-", "If-Range": if_range})
        assert answer.status_code == status
    assert as_member.head(url(file, "/download"))["Content-Length"] == "256000"


def test_a_file_whose_bytes_are_missing_is_a_404(
    sent: Callable[..., File], as_member: APIClient, stored: Callable[[], list[Any]]
) -> None:
    file = sent()
    stored()[0].unlink()
    assert as_member.get(url(file, "/download")).status_code == 404


def listed(client: APIClient, query: str = "") -> list[str]:
    answer = client.get(f"/api/v1/me/files?{query}")
    assert answer.status_code == 200, answer.content
    return [row["client_name"] for row in answer.json()["data"]]


@pytest.fixture
def shelf(sent: Callable[..., File], as_owner: APIClient) -> None:
    """Mali has two attached files and two that are not; Olivia has one."""
    for name, size, claimed, visibility in (
        ("invoice 1.txt", 30, True, "private"),
        ("photo.txt", 10, True, "public"),
        ("INVOICE 2.txt", 20, False, "private"),
        ("draft.txt", 5, False, "public"),
    ):
        file = sent(name, b"x" * size, visibility=visibility)
        if claimed:
            File.objects.filter(pk=file.pk).update(claimed_at=timezone.now(), expires_at=None)
    sent("hers.txt", client=as_owner)


@pytest.mark.usefixtures("shelf")
def test_the_list_has_ones_own_claimed_files_newest_first(as_member: APIClient) -> None:
    assert listed(as_member) == ["photo.txt", "invoice 1.txt"]
    assert listed(as_member, "claimed=true") == ["photo.txt", "invoice 1.txt"]
    assert listed(as_member, "claimed=false") == ["draft.txt", "INVOICE 2.txt"]
    assert listed(as_member, "claimed=0&visibility=public") == ["draft.txt"]
    assert listed(as_member, "q=INVOICE") == ["invoice 1.txt"]
    assert listed(as_member, "q=%25") == []
    assert listed(as_member, "sort=created_at") == ["invoice 1.txt", "photo.txt"]
    assert listed(as_member, "sort=size") == ["photo.txt", "invoice 1.txt"]
    assert listed(as_member, "sort=-size") == ["invoice 1.txt", "photo.txt"]


def test_a_search_by_name_ignores_case(sent: Callable[..., File], as_member: APIClient) -> None:
    sent("NAÏVE (1).txt")
    for query in ("naïve", "Naïve (1).", "ÏVE"):
        assert listed(as_member, f"claimed=false&q={quote(query)}") == ["NAÏVE (1).txt"]
    assert listed(as_member, "claimed=false&q=.*") == []


@pytest.mark.usefixtures("shelf")
def test_the_list_is_paginated(as_member: APIClient) -> None:
    first = as_member.get("/api/v1/me/files?per_page=1").json()
    assert first["meta"] == {"current_page": 1, "per_page": 1, "last_page": 2, "total": 2}
    assert first["links"]["next"].endswith("/api/v1/me/files?per_page=1&page=2")
    assert listed(as_member, "per_page=1&page=2") == ["invoice 1.txt"]


@pytest.mark.parametrize(
    "query", ["sort=name", "visibility=secret", "claimed=maybe", "q=" + "x" * 256, "per_page=101", "page=0", "q=%00"]
)
def test_a_bad_query_is_a_422_on_its_name(as_member: APIClient, query: str) -> None:
    answer = as_member.get(f"/api/v1/me/files?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [query.split("=")[0]])


def test_a_list_takes_the_same_queries_for_any_number_of_files(as_member: APIClient, member_user: User) -> None:
    counts = []
    listed(as_member)  # notes that the token was used
    for rows in (1, 20):
        for _ in range(rows):
            File.objects.create(
                owner_user=member_user, storage_name=new_ulid(), size=1, expires_at=timezone.now() + timedelta(1)
            )
        with CaptureQueriesContext(connection) as seen:
            listed(as_member, "claimed=false")
        counts.append(len(seen))
    assert counts[0] == counts[1]
