"""Where a photograph was taken, blanked in place: not one byte moves, so no pixel is encoded again.

A TIFF block (in EXIF, or the whole file) points to its GPS entries, XMP names them in text. Both are overwritten where
they stand, which works alike for JPEG, TIFF, WebP, HEIC and AVIF; PNG's chunks get a new checksum.
"""

import mmap
import re
import struct
import zlib
from pathlib import Path

GPS_POINTER = 0x8825
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_MAX_ENTRIES = 512

_TIFF = re.compile(
    rb"(?:Exif\x00\x00|EXIF.{4}|eXIf)(?=II\*\x00|MM\x00\*)"
    # HEIC may leave the name out; with the usual place of the first directory it is long enough not to occur by chance.
    rb"|(?=II\*\x00\x08\x00\x00\x00|MM\x00\*\x00\x00\x00\x08)",
    re.DOTALL,
)
_XMP_ATTRIBUTE = re.compile(rb"""(?:exif|exifEX):GPS\w+\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_XMP_ELEMENT = re.compile(rb"<(exif:GPS\w+)[^>/]*>(.{0,4096}?)</\1>", re.DOTALL)
_PNG = b"\x89PNG\r\n\x1a\n"
# Chunks that may hold XMP, or EXIF written out as text.
_PNG_TEXT = (b"XML:com.adobe.xmp", b"Raw profile type")


def forget(path: Path) -> bool:
    """Blank every place in the image at ``path``. Tells whether there was any."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        if data[:8] == _PNG:
            return _forget_png(data)
        changed = _forget_xmp(data)
        starts = [found.end() for found in _TIFF.finditer(data)]
        if data[:4] in (b"II*\x00", b"MM\x00*"):
            starts.append(0)
        for start in starts:
            changed |= _forget_tiff(data, start, len(data))
        return changed


def _forget_xmp(data: mmap.mmap) -> bool:
    spans = [found.span(1) if found[1] is not None else found.span(2) for found in _XMP_ATTRIBUTE.finditer(data)]
    spans += [found.span(2) for found in _XMP_ELEMENT.finditer(data)]
    for start, end in spans:
        data[start:end] = b" " * (end - start)
    return bool(spans)


def _forget_tiff(data: mmap.mmap, start: int, end: int) -> bool:
    """Blank the GPS entries of the TIFF block at ``start``, and the pointer to them."""
    order = "<" if data[start : start + 2] == b"II" else ">"
    first = start + _number(data, order, start + 4, 4)
    changed = False
    for entry in _entries(data, order, first, end):
        if _number(data, order, entry, 2) == GPS_POINTER:
            gps = start + _number(data, order, entry + 8, 4)
            for inner in _entries(data, order, gps, end):
                _blank_value(data, order, start, inner, end)
                data[inner : inner + 12] = bytes(12)
            if gps + 2 <= end:
                data[gps : gps + 2] = bytes(2)
            changed = True
    return changed


def _blank_value(data: mmap.mmap, order: str, start: int, entry: int, end: int) -> None:
    length = _SIZES.get(_number(data, order, entry + 2, 2), 0) * _number(data, order, entry + 4, 4)
    if length > 4:
        place = start + _number(data, order, entry + 8, 4)
        if start + 8 <= place and place + length <= end and length < 65536:
            data[place : place + length] = bytes(length)


def _entries(data: mmap.mmap, order: str, directory: int, end: int) -> list[int]:
    """Where the entries of the directory stand; none when it lies outside the block."""
    if directory < 8 or directory + 2 > end:
        return []
    count = min(_number(data, order, directory, 2), _MAX_ENTRIES)
    return [place for index in range(count) if (place := directory + 2 + 12 * index) + 12 <= end]


def _number(data: mmap.mmap, order: str, place: int, size: int) -> int:
    raw = data[place : place + size]
    return int(struct.unpack(order + {2: "H", 4: "I"}[size], raw)[0]) if len(raw) == size else 0


def _forget_png(data: mmap.mmap) -> bool:
    place, changed = 8, False
    while place + 12 <= len(data):
        length = _number(data, ">", place, 4)
        kind, body = data[place + 4 : place + 8], place + 8
        if body + length + 4 > len(data):
            break
        touched = False
        if kind == b"eXIf":
            touched = _forget_tiff(data, body, body + length)
        elif kind in (b"tEXt", b"zTXt", b"iTXt") and data[body : body + 32].startswith(_PNG_TEXT):
            # Compressed or in hexadecimal: the whole remark goes, and an empty one of the same length stays.
            data[place + 4 : place + 8] = b"tEXt"
            data[body : body + length] = b"Comment\x00".ljust(length)[:length]
            touched = True
        if touched:
            changed = True
            data[body + length : body + length + 4] = struct.pack(">I", zlib.crc32(data[place + 4 : body + length]))
        place = body + length + 4
    return changed
