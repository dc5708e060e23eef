"""Media types: detected from the bytes, and refused where they are denied."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from files.models import File
from files.tests.client import post
from files.tests.samples import picture, upload

pytestmark = pytest.mark.django_db


def test_the_type_is_detected_from_the_bytes(sent: Callable[..., File]) -> None:
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


def test_denied_types_are_configurable(as_member: APIClient, settings: Settings) -> None:
    settings.FILES_DENIED_TYPES = ("image/*", "application/pdf")
    assert post(as_member, {"file": upload("a.png", picture())}).status_code == 415
    assert post(as_member, {"file": upload("a.pdf", b"%PDF-1.7")}).status_code == 415
    assert post(as_member, {"file": upload("a.sh", b"#!/bin/sh\n")}).status_code == 201
