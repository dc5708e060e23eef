"""Sizes from headers: of every format, cut at every byte, and with lengths that contradict the file."""

import io
import random
import struct

import pytest
from PIL import Image

from files import dimensions
from files.tests.samples import picture

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "AVIF")


def made(kind: str, size: tuple[int, int]) -> bytes:
    # Without ``sizes``, Pillow writes an icon in several smaller sizes.
    return picture(kind, size, **({"sizes": [size]} if kind == "ICO" else {}))


def size_of(content: bytes) -> tuple[str, int, int] | None:
    found = dimensions.read(io.BytesIO(content))
    return None if found is None else (found.format, found.width, found.height)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("size", [(1, 1), (17, 9), (200, 31)])
def test_every_format_states_its_size(kind: str, size: tuple[int, int]) -> None:
    assert size_of(made(kind, size)) == (kind, *size)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_that_is_cut_anywhere_raises_nothing(kind: str) -> None:
    content = made(kind, (40, 30))
    for end in range(0, min(len(content), 400)):
        assert size_of(content[:end]) in (None, (kind, 40, 30)), end


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_with_wrong_bytes_raises_nothing(kind: str) -> None:
    chance = random.Random(kind)
    content = made(kind, (40, 30))
    for _ in range(300):
        broken = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            broken[chance.randrange(min(len(broken), 300))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        found = dimensions.read(io.BytesIO(bytes(broken)))
        assert found is None or found.pixels >= found.width * found.height > 0


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF0000WEBP", b"II*\x00", b"words", bytes(64)]
)
def test_a_header_alone_is_not_a_picture(content: bytes) -> None:
    assert size_of(content) is None


def test_the_largest_icon_counts() -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "ICO", sizes=[(16, 16), (64, 64), (32, 32)])
    assert size_of(out.getvalue()) == ("ICO", 64, 64)


def test_a_gif_frame_beyond_the_canvas_enlarges_it() -> None:
    content = bytearray(picture("GIF", (10, 10)))
    frame = content.index(b",\x00\x00\x00\x00")
    content[frame + 1 : frame + 9] = struct.pack("<HHHH", 500, 600, 10, 10)
    assert size_of(bytes(content)) == ("GIF", 510, 610)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize(("orientation", "shown"), [(1, (40, 30)), (3, (40, 30)), (6, (30, 40)), (8, (30, 40))])
def test_sides_are_swapped_by_a_rotation(kind: str, orientation: int, shown: tuple[int, int]) -> None:
    image = Image.new("RGB", (40, 30))
    exif = Image.Exif()
    exif[dimensions.ORIENTATION] = orientation
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    assert size_of(out.getvalue()) == (kind, *shown)
