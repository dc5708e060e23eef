"""Pictures that are small as files and take gigabytes or minutes from whoever trusts them."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

from files.tests.samples import bomb, picture

MEGABYTES_25 = 25 * 1024 * 1024
SIDE = 20_000


def _patched(kind: str, mark: bytes, offset: int, value: bytes, **options: Any) -> bytes:
    data = bytearray(picture(kind, **options))
    place = data.index(mark) + offset
    data[place : place + len(value)] = value
    return bytes(data)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def real_png(side: int, *, has_colours: bool = False) -> bytes:
    """A whole black PNG, which decodes."""
    packer = zlib.compressobj(1)
    row = bytes(1 + side * (3 if has_colours else 1))
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 2 if has_colours else 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _icon(content: bytes, count: int = 1) -> bytes:
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(content), 6 + 16 * count)
    return struct.pack("<HHH", 0, 1, count) + entry * count + content


def _tiff(*entries: tuple[int, int, int]) -> bytes:
    rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + rows + bytes(4)


def _gif(canvas: tuple[int, int], frame: tuple[int, int]) -> bytes:
    screen = struct.pack("<HHBBB", *canvas, 0x80, 0, 0) + bytes(6)
    return b"GIF89a" + screen + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02\x02\x44\x01\x00;"


def too_many_pixels() -> dict[str, bytes]:
    """One or more of each format that is read, by name."""
    side = struct.pack(">I", SIDE)
    dib = struct.pack("<IiiHH", 40, SIDE, SIDE * 2, 1, 32) + bytes(24)
    exif = Image.Exif()
    exif[0x010F] = "C"
    canvas = (SIDE - 1).to_bytes(3, "little") * 2
    return {
        "PNG": bomb(SIDE, SIDE),
        "PNG that decodes": real_png(SIDE),
        "APNG": _patched("PNG", b"IHDR", 4, side * 2, save_all=True, append_images=[Image.new("RGB", (64, 48))]),
        "JPEG": _patched("JPEG", b"\xff\xc0", 5, b"\xff\xff\xff\xff"),
        "progressive JPEG": _patched("JPEG", b"\xff\xc2", 5, b"\xff\xff\xff\xff", progressive=True),
        "MPO": _patched(
            "MPO", b"\xff\xc0", 5, b"\xff\xff\xff\xff", save_all=True, append_images=[Image.new("RGB", (64, 48))]
        ),
        "GIF": _gif((65535, 65535), (1, 1)),
        "GIF with a frame beyond its canvas": _gif((1, 1), (65535, 65535)),
        "WebP": _patched("WEBP", b"\x9d\x01\x2a", 3, b"\xff\x3f\xff\x3f"),
        "lossless WebP": _patched("WEBP", b"VP8L", 9, b"\xff\xff\xff\x0f", lossless=True),
        "extended WebP": _patched("WEBP", b"VP8X", 12, canvas, exif=exif),
        "BMP": _patched("BMP", b"BM", 18, struct.pack("<ii", SIDE, -SIDE)),
        "TIFF": _tiff((256, 4, SIDE), (257, 4, SIDE)),
        "TIFF with a tile beyond it": _tiff((256, 3, 8), (257, 3, 8), (322, 4, SIDE), (323, 4, SIDE)),
        "AVIF": _patched("AVIF", b"ispe", 8, side * 2),
        "ICO of a PNG that decodes": _icon(real_png(SIDE)),
        "ICO of a DIB": _icon(dib),
    }


def much_metadata() -> dict[str, bytes]:
    """Pictures of few pixels that are hard on readers of everything else, by name."""
    png, jpeg, gif = picture("PNG"), picture("JPEG"), picture("GIF")
    zeros = zlib.compress(bytes(200_000_000), 9)
    return {
        "PNG text": png[:33] + _chunk(b"zTXt", b"Comment\0\0" + zeros) + png[33:],
        "PNG profile": png[:33] + _chunk(b"iCCP", b"icc\0\0" + zeros) + png[33:],
        "PNG long remark": png[:33] + _chunk(b"iTXt", b"XML:com.adobe.xmp" + bytes(MEGABYTES_25)) + png[33:],
        "PNG EXIF": png[:33] + _chunk(b"eXIf", _places(40_000)) + png[33:],
        "PNG chunks": png[:33] + _chunk(b"tEXt", b"") * (MEGABYTES_25 // 12) + png[33:],
        "JPEG EXIF": jpeg[:2] + (b"\xff\xe1\xff\xffExif\0\0" + bytes(65527)) * 390 + jpeg[2:],
        "JPEG profile": jpeg[:2] + (b"\xff\xe2\xff\xffICC_PROFILE\0\1\1" + bytes(65519)) * 390 + jpeg[2:],
        "JPEG segments": jpeg[:2] + b"\xff\xe0\0\2" * (MEGABYTES_25 // 4) + jpeg[2:],
        "JPEG filling": jpeg[:2] + b"\xff" * MEGABYTES_25 + jpeg[2:],
        "JPEG XMP": jpeg + b"exif:GPS" + (b"exif:GPS" + b"a" * 63 + b">" + b"</aaaaaaaaaaaaaaaa" * 220) * 1000,
        "GIF remarks": gif[:13] + b"!\xfe" + (b"\xff" + b"x" * 255) * 98_000 + b"\0" + gif[13:],
        "GIF empty remarks": b"GIF89a" + bytes(7) + b"!\xfe\0" * (MEGABYTES_25 // 3),
        "WebP chunks": b"RIFF\0\0\0\1WEBPVP8X\x0a\0\0\0\x08" + bytes(9) + b"junk\0\0\0\0" * (MEGABYTES_25 // 8),
        "WebP EXIF": b"RIFF\0\0\0\1WEBPVP8X\x0a\0\0\0\x08" + bytes(9) + b"EXIF\xff\xff\xff\x01" + bytes(MEGABYTES_25),
        "TIFF places": _places(300_000),
        "TIFF entries": b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHII", 256, 4, 1, 8) * 65535,
        "TIFF directory": b"II*\0\xff\xff\xff\xff",
        "ICO entries": _icon(picture("PNG"), count=65535),
        "AVIF boxes": b"\0\0\0\x14ftypavif\0\0\0\0avif" + b"\0\0\0\x08free" * (MEGABYTES_25 // 8),
        "AVIF depth": b"\0\0\0\x14ftypavif\0\0\0\0avif" + b"\0\0\0\0moov" * 1_000_000,
        "AVIF sizes": b"\0\0\0\x14ftypavif\0\0\0\0avif"
        + b"\0\0\0\x01ipco"
        + b"\xff" * 8
        + b"\0\0\0\x14ispe" * 1_000_000,
        "BMP": b"BM" + bytes(12) + b"\x28\0\0\0" + bytes(MEGABYTES_25),
    }


def _places(count: int) -> bytes:
    """A TIFF whose directory points to 512 lists of 512 places each, all with long values."""
    pointers = [struct.pack("<HHII", 0x8825, 4, 1, 8000 + 6200 * index) for index in range(512)]
    data = bytearray(b"II*\0\x08\0\0\0" + struct.pack("<H", 512) + b"".join(pointers))
    inner = b"\0\2" + struct.pack("<HHII", 2, 2, 65535, 4_000_000) * 512
    for index in range(512):
        place = 8000 + 6200 * index
        data[place : place + len(inner)] = inner.ljust(6200, b"\0")
    return bytes(data) + bytes(5_000_000) + b"II*\0\x08\0\0\0" * min(count, 1000)


def scans(count: int, side: int = 6000) -> bytes:
    """A progressive JPEG whose last scan is there ``count`` times."""
    target = io.BytesIO()
    Image.new("RGB", (side, side)).save(target, "JPEG", progressive=True)
    data = target.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def hidden_pixels(kind: str, mark: bytes, offset: int, value: bytes, **options: Any) -> bytes:
    """A large picture whose container says that it is a small one."""
    return _patched(kind, mark, offset, value, size=(6000, 6000), **options)
