"""Media types of single files, from their bytes and the suffix of their name."""

import io
import zipfile
from pathlib import Path

import pytest

from files.media_types import HEAD_BYTES, UNKNOWN, sniff


def type_of(content: bytes, name: str, folder: Path) -> str:
    path = folder / "upload"
    path.write_bytes(content)
    return sniff(path, name)


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"\x7fELF\x02\x01", "picture.png", "application/x-executable"),
        (b"MZ" + bytes(200), "notes.txt", "application/x-msdownload"),
        (b"\xcf\xfa\xed\xfe" + bytes(20), "a", "application/x-mach-binary"),
        (b"\xca\xfe\xba\xbe" + bytes(20), "a.txt", "application/java-vm"),
        (b"\x00asm\x01", "a", "application/wasm"),
        (b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(20), "a.pdf", "application/x-ms-shortcut"),
        (zipped("AndroidManifest.xml", "classes.dex"), "a.zip", "application/vnd.android.package-archive"),
        (zipped("META-INF/MANIFEST.MF"), "a.docx", "application/java-archive"),
    ],
)
def test_a_program_is_recognised_whatever_its_name(content: bytes, name: str, expected: str, tmp_path: Path) -> None:
    assert type_of(content, name, tmp_path) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"#!/usr/bin/env python3\nprint()", "text/x-python"),
        (b"#!/usr/bin/perl -w\n", "text/x-perl"),
        (b"#!/usr/bin/env ruby\n", "text/x-ruby"),
        (b"#!/usr/bin/env node\n", "text/javascript"),
        (b"#!/bin/bash\necho", "text/x-shellscript"),
        (b"#!/opt/unknown\n", "text/x-script"),
        (b"\xef\xbb\xbf#!/bin/sh\n", "text/x-shellscript"),
        (b"Some text <?php echo 1;", "application/x-httpd-php"),
        (b"@echo off\r\ndel *", "application/x-bat"),
        (b"  @ECHO ON\n", "application/x-bat"),
    ],
)
def test_a_script_is_recognised_by_its_first_line(content: bytes, expected: str, tmp_path: Path) -> None:
    assert type_of(content, "notes.txt", tmp_path) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.sh", "text/x-shellscript"),
        ("A.PS1", "application/x-powershell"),
        ("a.js", "text/javascript"),
        ("a.hta", "application/hta"),
        ("a.html", "text/html"),
        ("a.csv", "text/csv"),
        ("a.md", "text/markdown"),
        ("a.json", "application/json"),
        ("a.ics", "text/calendar"),
        ("a.txt", "text/plain"),
        ("a.png", "text/plain"),
        ("a", "text/plain"),
        (".sh", "text/plain"),
    ],
)
def test_the_suffix_distinguishes_kinds_of_text(name: str, expected: str, tmp_path: Path) -> None:
    assert type_of("Plain words, ภาษาไทย".encode(), name, tmp_path) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"<!DOCTYPE html><html>", "text/html"),
        (b"\n  <script>alert(1)</script>", "text/html"),
        (b"<!-- a comment -->", "text/html"),
        (b"See <script> in the manual", "text/plain"),
        (b"a < b and c > d", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"<?xml version='1.0'?><x:svg xmlns:x='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"<?xml version='1.0'?><note/>", "text/xml"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "application/xhtml+xml"),
    ],
)
def test_markup_is_recognised_where_a_browser_would_run_it(content: bytes, expected: str, tmp_path: Path) -> None:
    assert type_of(content, "notes.txt", tmp_path) == expected


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_as_text(encoding: str, tmp_path: Path) -> None:
    mark = "\ufeff".encode(encoding)
    assert type_of(mark + "Good day, こんにちは".encode(encoding), "a.txt", tmp_path) == "text/plain"
    assert type_of(mark + "<script>".encode(encoding), "a.txt", tmp_path) == "text/html"
    assert type_of(mark + "#!/bin/sh\n".encode(encoding), "a.txt", tmp_path) == "text/x-shellscript"


def test_a_text_is_text_although_the_head_ends_inside_a_character(tmp_path: Path) -> None:
    for shift in range(4):
        content = b"x" * (HEAD_BYTES - shift) + "😀ก".encode() * 10
        assert type_of(content, "a.txt", tmp_path) == "text/plain", shift


@pytest.mark.parametrize("content", [b"\x00\x01\x02\x03", b"text\x00with NUL", b"\xff\xff\xff\xff", b"caf\xe9 au lait"])
def test_bytes_of_no_known_kind_are_unknown_whatever_the_name(content: bytes, tmp_path: Path) -> None:
    assert type_of(content, "a.html", tmp_path) == UNKNOWN


def test_kinds_with_readable_heads_are_not_text(tmp_path: Path) -> None:
    assert type_of(b"%PDF-1.7\n%words", "a.txt", tmp_path) == "application/pdf"
    assert type_of(b"{\\rtf1 words}", "a.txt", tmp_path) == "application/rtf"
    assert type_of(zipped("words.txt"), "a.txt", tmp_path) == "application/zip"
    assert type_of(b"", "a.csv", tmp_path) == "text/csv"
