"""Read a picture's format and size from its headers, without decoding a pixel.

Files are untrusted: each reader reads a bounded number of bytes, whatever sizes the file states.
"""

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

ORIENTATION = 0x0112
# EXIF orientations that turn the picture by 90 degrees, so that width and height are swapped.
_QUARTER_TURNS = (5, 6, 7, 8)
# Limits for chunks, segments and boxes: real files have far fewer, and each costs a step of a loop.
_MAX_PARTS = 20_000
_MAX_ICONS = 256
_MAX_ENTRIES = 512
_MAX_EXIF_BYTES = 64 * 1024
_MAX_BOX_DEPTH = 8

_PNG = b"\x89PNG\r\n\x1a\n"
# Start of frame, but not the tables that share its range.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_TIFF_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
# AVIF boxes that contain boxes: the number of bytes before the first inner box.
_AVIF_CONTAINERS = {
    b"meta": 4,
    b"iprp": 0,
    b"ipco": 0,
    b"moov": 0,
    b"trak": 0,
    b"mdia": 0,
    b"minf": 0,
    b"stbl": 0,
    b"stsd": 8,
}


class _Unreadable(Exception):
    """Raised for a file that ends early or contradicts its own format."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's format as Pillow names it, and its size in pixels as shown.

    The size is that after any EXIF rotation. ``pixels`` is the most that a decoder allocates for the first frame; it
    may exceed ``width * height``.
    """

    format: str
    width: int
    height: int
    pixels: int


def read(source: IO[bytes]) -> Picture | None:
    """Return what the headers of ``source`` state.

    Returns None if it is not a picture of a supported format.
    """
    source.seek(0)
    head = source.read(64)
    try:
        for is_format, reader in _READERS:
            if is_format(head):
                picture = reader(source)
                return picture if picture.width > 0 and picture.height > 0 else None
    except (_Unreadable, struct.error, OverflowError):
        return None
    return None


def _picture(kind: str, width: int, height: int, *, pixels: int = 0, turned: bool = False) -> Picture:
    shown = (height, width) if turned else (width, height)
    return Picture(kind, *shown, pixels=max(width * height, pixels))


def _exactly(source: IO[bytes], count: int) -> bytes:
    raw = source.read(count)
    if len(raw) != count:
        raise _Unreadable
    return raw


def _at(source: IO[bytes], offset: int, count: int) -> bytes:
    source.seek(offset)
    return _exactly(source, count)


def _png(source: IO[bytes], start: int = 0) -> Picture:
    header = _at(source, start + 8, 25)
    if header[4:8] != b"IHDR":
        raise _Unreadable
    width, height = struct.unpack(">II", header[8:16])
    return _picture("PNG", width, height, turned=_png_is_turned(source))


def _png_is_turned(source: IO[bytes]) -> bool:
    """Return whether EXIF before the first pixel chunk rotates the picture.

    ``source`` stands at a chunk's start.
    """
    for _ in range(_MAX_PARTS):
        header = source.read(8)
        if len(header) < 8 or header[4:] in (b"IDAT", b"IEND"):
            break
        length = int.from_bytes(header[:4])
        if header[4:] == b"eXIf":
            return _is_turned(source.read(min(length, _MAX_EXIF_BYTES)))
        source.seek(length + 4, 1)
    return False


def _jpeg(source: IO[bytes]) -> Picture:
    source.seek(2)
    turned: bool | None = None
    for _ in range(_MAX_PARTS):
        marker = _jpeg_marker(source)
        if marker in _JPEG_WITHOUT_LENGTH:
            continue
        length = int.from_bytes(_exactly(source, 2)) - 2
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", _exactly(source, 5)[1:])
            return _picture("JPEG", width, height, turned=bool(turned))
        if marker == 0xE1 and turned is None and length > 6:
            body = _exactly(source, length)
            turned = _is_turned(body[6:]) if body.startswith(b"Exif\x00\x00") else None
        else:
            source.seek(max(0, length), 1)
    raise _Unreadable


def _jpeg_marker(source: IO[bytes]) -> int:
    if _exactly(source, 1) != b"\xff":
        raise _Unreadable
    for _ in range(_MAX_PARTS):
        if (marker := _exactly(source, 1)[0]) != 0xFF:  # Any number of fill bytes may precede a marker.
            return marker
    raise _Unreadable


def _gif(source: IO[bytes]) -> Picture:
    """Read the sizes of canvas and first frame.

    A decoder enlarges the canvas to hold the frame.
    """
    header = _at(source, 6, 7)
    width, height, flags = struct.unpack("<HHB", header[:5])
    if flags & 0x80:
        source.seek(3 << ((flags & 7) + 1), 1)
    left, top, frame_width, frame_height = struct.unpack("<HHHH", _gif_frame(source))
    return _picture("GIF", max(width, left + frame_width), max(height, top + frame_height))


def _gif_frame(source: IO[bytes]) -> bytes:
    """Skip the extensions before the first frame.

    Returns the frame's position and size, 8 bytes.
    """
    is_inside = False
    for _ in range(_MAX_PARTS):
        length_or_kind = _exactly(source, 1)
        if is_inside:
            source.seek(length_or_kind[0], 1)
            is_inside = length_or_kind != b"\x00"
        elif length_or_kind == b"!":
            source.seek(1, 1)
            is_inside = True
        elif length_or_kind == b",":
            return _exactly(source, 8)
        else:
            break
    raise _Unreadable


def _webp(source: IO[bytes]) -> Picture:
    head = _at(source, 12, 18)
    kind, body = head[:4], head[8:]
    if kind == b"VP8X":
        width, height = (int.from_bytes(side, "little") + 1 for side in (body[4:7], body[7:10]))
        return _picture("WEBP", width, height, turned=bool(body[0] & 0x08) and _webp_is_turned(source))
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return _picture("WEBP", width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return _picture("WEBP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    raise _Unreadable


def _webp_is_turned(source: IO[bytes]) -> bool:
    for _ in range(_MAX_PARTS):
        header = source.read(8)
        if len(header) < 8:
            break
        length = int.from_bytes(header[4:], "little")
        if header[:4] == b"EXIF":
            return _is_turned(source.read(min(length, _MAX_EXIF_BYTES)).removeprefix(b"Exif\x00\x00"))
        source.seek(length + length % 2, 1)
    return False


def _bmp(source: IO[bytes]) -> Picture:
    return _picture("BMP", *_dib(source, 14))


def _dib(source: IO[bytes], offset: int) -> tuple[int, int]:
    """Read width and height from the bitmap header at ``offset``.

    A negative height means rows from the top.
    """
    if int.from_bytes(_at(source, offset, 4), "little") == 12:
        width, height = struct.unpack("<HH", _exactly(source, 4))
    else:
        width, height = struct.unpack("<ii", _exactly(source, 8))
    return abs(width), abs(height)


def _ico(source: IO[bytes]) -> Picture:
    """Read every icon's own header.

    The directory's sizes end at 256 and decoders ignore them.
    """
    count = int.from_bytes(_at(source, 4, 2), "little")
    if not 0 < count <= _MAX_ICONS:
        raise _Unreadable
    directory = _exactly(source, 16 * count)
    sizes = [_icon(source, offset) for (offset,) in struct.iter_unpack("<12xI", directory)]
    width, height = max(sizes, key=lambda sides: sides[0] * sides[1])
    return _picture("ICO", width, height)


def _icon(source: IO[bytes], offset: int) -> tuple[int, int]:
    if _at(source, offset, 8) == _PNG:
        width, height = struct.unpack(">8xII", _exactly(source, 16))
        return width, height
    width, height = _dib(source, offset)
    return width, height // 2  # The height counts picture and mask.


def _tiff(source: IO[bytes]) -> Picture:
    """Read the first directory, the only one that is decoded."""
    tags = _tiff_tags(source, _MAX_ENTRIES)
    width, height = tags.get(256, 0), tags.get(257, 0)
    tile = tags.get(322, 0) * tags.get(323, 0)  # A tile is decoded whole, even if it exceeds the picture.
    return _picture("TIFF", width, height, pixels=tile, turned=tags.get(ORIENTATION) in _QUARTER_TURNS)


def _tiff_tags(source: IO[bytes], limit: int) -> dict[int, int]:
    """Return the numeric tags that the first directory stores inline."""
    order = _TIFF_ORDERS[_at(source, 0, 4)]
    (directory,) = struct.unpack(order + "I", _exactly(source, 4))
    (count,) = struct.unpack(order + "H", _at(source, directory, 2))
    tags: dict[int, int] = {}
    for _ in range(min(count, limit)):
        entry = source.read(12)
        if len(entry) < 12:
            break
        tag, kind, _length = struct.unpack(order + "HHI", entry[:8])
        if kind in (3, 4):
            (tags[tag],) = struct.unpack_from(order + {3: "H", 4: "I"}[kind], entry, 8)
    return tags


def _is_turned(exif: bytes) -> bool:
    """Return whether a TIFF block of EXIF rotates the picture by 90 degrees."""
    try:
        return _tiff_tags(io.BytesIO(exif), _MAX_ENTRIES).get(ORIENTATION) in _QUARTER_TURNS
    except (_Unreadable, KeyError, struct.error):
        return False


def _avif(source: IO[bytes]) -> Picture:
    """Return the largest stated size.

    It may be stated for the picture, its tiles, or the frames of an animation.
    """
    sizes: list[tuple[int, int]] = []
    turned = False
    for kind, body in _avif_properties(source):
        if kind == b"irot":
            turned = bool(_at(source, body, 1)[0] & 1)
        else:
            sizes.append(_avif_size(source, kind, body))
    if not sizes:
        raise _Unreadable
    width, height = max(sizes, key=lambda sides: sides[0] * sides[1])
    return _picture("AVIF", width, height, turned=turned)


def _avif_size(source: IO[bytes], kind: bytes, body: int) -> tuple[int, int]:
    # ``ispe`` describes a still picture or tile, ``av01`` the frames of an animation.
    raw = _at(source, body + 4, 8) if kind == b"ispe" else _at(source, body + 24, 4)
    width, height = struct.unpack(">II" if kind == b"ispe" else ">HH", raw)
    return width, height


def _avif_properties(source: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield kind and body offset of each box that states a size or a rotation."""
    end = source.seek(0, 2)
    pending = [(0, end, 0)]
    for _ in range(_MAX_PARTS):
        while pending and pending[-1][0] + 8 > pending[-1][1]:
            pending.pop()
        if not pending:
            return
        start, end, depth = pending.pop()
        kind, body, next_box = _box(source, start, end)
        pending.append((next_box, end, depth))
        if kind in _AVIF_CONTAINERS and depth < _MAX_BOX_DEPTH:
            pending.append((body + _AVIF_CONTAINERS[kind], next_box, depth + 1))
        elif kind in (b"ispe", b"irot", b"av01"):
            yield kind, body
    raise _Unreadable


def _box(source: IO[bytes], start: int, end: int) -> tuple[bytes, int, int]:
    """Return a box's kind, the offset of its body and that of its end.

    The end is at most ``end``.
    """
    size, kind = struct.unpack(">I4s", _at(source, start, 8))
    body = start + 8
    if size == 1:
        size, body = int.from_bytes(_exactly(source, 8)), start + 16
    if size == 0:
        size = end - start
    if size < body - start:
        raise _Unreadable
    return kind, body, min(start + size, end)


def _is_avif(head: bytes) -> bool:
    brands = head[8 : min(64, int.from_bytes(head[:4]))]
    return head[4:8] == b"ftyp" and (b"avif" in brands or b"avis" in brands)


_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[IO[bytes]], Picture]], ...] = (
    (lambda head: head.startswith(_PNG), _png),
    (lambda head: head.startswith(b"\xff\xd8\xff"), _jpeg),
    (lambda head: head.startswith((b"GIF87a", b"GIF89a")), _gif),
    (lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP", _webp),
    (lambda head: head.startswith(b"BM"), _bmp),
    (lambda head: head[:4] in _TIFF_ORDERS, _tiff),
    (lambda head: head.startswith(b"\x00\x00\x01\x00"), _ico),
    (_is_avif, _avif),
)
