"""File names: cleaned, shown as people see them, and harmless in headers."""

from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from files.filenames import clean_name
from files.tests.client import URL, post
from files.tests.samples import upload

pytestmark = pytest.mark.django_db


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
        (".gitignore", ".gitignore"),
        (".env.local", ".env.local"),
        ("..hidden", ".hidden"),
        ("../.htaccess", ".htaccess"),
        (" .profile", ".profile"),
        ("報告\u3000最終.pdf", "報告 最終.pdf"),
        ("a\u00a0b.txt", "a b.txt"),
        ("1\u202f000.csv", "1 000.csv"),
        ("a\u2003b\u1680c\u205fd.txt", "a b c d.txt"),
        ("\u3000a.txt\u00a0", "a.txt"),
        ("\U0001fa77.txt", "\U0001fa77.txt"),
        ("\U0001fadf\U0001f6d8.png", "\U0001fadf\U0001f6d8.png"),
        ("\U000323b0.txt", "\U000323b0.txt"),
        ("👨\u200d👩\u200d👧 family.jpg", "👨\u200d👩\u200d👧 family.jpg"),
        ("🏳\ufe0f\u200d🌈.png", "🏳\ufe0f\u200d🌈.png"),
        ("می\u200cخواهم.pdf", "می\u200cخواهم.pdf"),
        ("क\u094d\u200dष.txt", "क\u094d\u200dष.txt"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f.png",) * 2,
        ("hidden\U000e0067\U000e0062.png", "hidden.png"),
        ("\u200da.txt\u200d", "a.txt"),
        ("\u200d\u200c", "file"),
        ("\u3164", "file"),
        ("\u2800\u115f", "file"),
        (".", "file"),
        (". .", "file"),
        ("a\ufffeb\ufdd0c\U0010ffff.txt", "abc.txt"),
        ("a\u061c\u200e\u2069b\x7f\x85.txt", "ab.txt"),
        ("a\ud800b.txt", "ab.txt"),
        ('quo"te.txt', 'quo"te.txt'),
    ],
)
def test_hostile_names_are_cleaned(sent_as: str, kept_as: str) -> None:
    assert clean_name(sent_as) == kept_as


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("報告\u3000最終.pdf", "\"__ __.pdf\"; filename*=UTF-8''%E5%A0%B1%E5%91%8A%20%E6%9C%80%E7%B5%82.pdf"),
        ("1\u202f000\u00a0km.csv", '"1 000 km.csv"'),
        ("\U0001fa77.txt", "\"_.txt\"; filename*=UTF-8''%F0%9F%A9%B7.txt"),
        ("👨\u200d👧 a.jpg", "\"___ a.jpg\"; filename*=UTF-8''%F0%9F%91%A8%E2%80%8D%F0%9F%91%A7%20a.jpg"),
        ("می\u200cخ.pdf", "\"____.pdf\"; filename*=UTF-8''%D9%85%DB%8C%E2%80%8C%D8%AE.pdf"),
        (".gitignore", '".gitignore"'),
        ("a&#x2F;b&amp;c.txt", None),
    ],
)
def test_visible_characters_of_names_are_kept(as_member: APIClient, name: str, header: str | None) -> None:
    data = post(as_member, {"file": upload(name)}).json()["data"]
    assert data["client_name"] == clean_name(name)
    answer = as_member.get(f"{URL}/{data['id']}/download")
    if header is not None:
        assert answer["Content-Disposition"] == f"attachment; filename={header}"
    else:
        assert answer["Content-Disposition"].endswith(f"filename*=UTF-8''{quote(name, safe='')}")


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
