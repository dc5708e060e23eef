"""Bytes to upload."""

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PLACE = {1: "N", 2: (13.0, 45.0, 30.5), 3: "E", 4: (100.0, 30.0, 12.25)}


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(target, kind, **options)
    return target.getvalue()


def exif_with_place(orientation: int = 1) -> Any:
    exif = Image.Exif()
    exif[0x010F] = "Camera & Sons"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update(PLACE)
    return exif


def place_in(data: bytes) -> dict[int, Any]:
    with Image.open(io.BytesIO(data)) as image:
        return dict(image.getexif().get_ifd(0x8825))


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it has ``width`` × ``height`` pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def upload(name: str = "notes.txt", content: bytes = b"hello", kind: str = "text/plain") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)
