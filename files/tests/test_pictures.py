"""Uploaded pictures: their size, their location data, and broken or oversized ones."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from rest_framework.test import APIClient

from files.models import File
from files.tests.client import post
from files.tests.samples import bomb, exif_with_place, picture, place_in, upload

pytestmark = pytest.mark.django_db


def test_an_image_has_its_size_as_it_is_shown(sent: Callable[..., File]) -> None:
    plain, turned = sent("a.png", picture()), sent("b.jpg", picture("JPEG", exif=exif_with_place(orientation=6)))
    assert (plain.width, plain.height) == (64, 48)
    assert (turned.width, turned.height) == (48, 64)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG", "AVIF"])
def test_the_location_of_a_photograph_is_stripped(
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


def test_the_location_of_a_tiff_is_stripped(sent: Callable[..., File], stored: Callable[[], list[Path]]) -> None:
    original = exif_with_place().tobytes().removeprefix(b"Exif\0\0")
    assert sent("photo.tif", original).mime_type == "image/tiff"
    kept = Image.Exif()
    kept.load(b"Exif\0\0" + stored()[0].read_bytes())
    assert kept[0x010F] == "Camera & Sons"
    assert dict(kept.get_ifd(0x8825)) == {}


def test_a_location_in_xmp_is_stripped(sent: Callable[..., File], stored: Callable[[], list[Path]]) -> None:
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
def test_a_location_far_into_a_file_is_stripped(
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
def test_a_file_of_repeated_markers_is_processed_quickly(sent: Callable[..., File], word: bytes) -> None:
    assert sent("photo.jpg", picture("JPEG") + word * (8_000_000 // len(word))).is_image


def test_a_picture_without_a_location_is_kept_byte_for_byte(sent: Callable[..., File]) -> None:
    original = picture("JPEG")
    assert sent("a.jpg", original).sha256 == hashlib.sha256(original).hexdigest()


def test_an_image_bomb_is_refused_before_it_is_decoded(as_member: APIClient, stored: Callable[[], list[Path]]) -> None:
    answer = post(as_member, {"file": upload("a.png", bomb(60000, 60000))})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": ["The image has too many pixels."]})
    assert not stored()


def test_a_broken_image_is_kept_as_a_file_without_a_size(sent: Callable[..., File]) -> None:
    file = sent("a.png", picture()[:20])
    assert (file.width, file.thumbnail_due_at) == (None, None)
