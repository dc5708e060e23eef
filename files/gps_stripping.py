"""Where a photograph was taken, blanked in place: not one byte moves, so no pixel is encoded again.

A TIFF block (in EXIF, or the whole file) points to its GPS entries, XMP names them in text. Both are overwritten where
they stand, which works alike for JPEG, TIFF, WebP, HEIC and AVIF; PNG's chunks get a new checksum.
"""

import mmap
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

GPS_POINTER = 0x8825
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_MAX_ENTRIES = 512
# No camera writes more; a file made of nothing else must not keep a worker.
_MAX_PLACES = 1000
# So much of a file is looked at, and in memory, at a time; whole pages.
_WINDOW = 4 * 1024 * 1024

# How a TIFF block begins, in either order of bytes. Alone that is too short to look for: a name stands before it, or the usual
# place of the first directory behind it (HEIC may leave the name out).
_TIFF = ((b"II*\x00", b"\x08\x00\x00\x00"), (b"MM\x00*", b"\x00\x00\x00\x08"))
_NAMED = re.compile(rb"(?:Exif\x00\x00|EXIF.{4}|eXIf)\Z", re.DOTALL)
_XMP = b":GPS"
_XMP_ATTRIBUTE = re.compile(rb""":GPS\w{1,64}\s{0,64}=\s{0,64}(?:"([^"<]{0,4096})"|'([^'<]{0,4096})')""")
_XMP_ELEMENT = re.compile(rb"(:GPS\w{1,64})[^>/]{0,256}>(.{0,4096}?)</\w{1,16}\1>", re.DOTALL)
_PNG = b"\x89PNG\r\n\x1a\n"
# Chunks that may hold XMP, or EXIF written out as text.
_PNG_TEXT = (b"XML:com.adobe.xmp", b"Raw profile type")


def forget(path: Path) -> bool:
    """Blank every place in the image at ``path``. Tells whether there was any."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        if data[:8] == _PNG:
            return _forget_png(data)
        changed = _forget_xmp(data)
        for start in _tiff_blocks(data):
            changed |= _forget_tiff(data, start, len(data))
        return changed


def _places(data: mmap.mmap, word: bytes) -> Iterator[int]:
    """Where ``word`` stands in ``data``."""
    found = 0
    for start in range(0, len(data), _WINDOW):
        window = data[start : start + _WINDOW + len(word) - 1]  # a copy: bytes are searched faster than maps
        place = window.find(word)
        while place >= 0 and found < _MAX_PLACES:
            yield start + place
            found += 1
            place = window.find(word, place + 1)
        if hasattr(mmap, "MADV_DONTNEED"):  # it counts as memory of the process while it is mapped
            data.madvise(mmap.MADV_DONTNEED, start, min(_WINDOW, len(data) - start))


def _tiff_blocks(data: mmap.mmap) -> Iterator[int]:
    for begin, directory in _TIFF:
        for place in _places(data, begin):
            is_named = place == 0 or _NAMED.search(data[max(0, place - 8) : place])
            if is_named or data[place + 4 : place + 8] == directory:
                yield place


def _forget_xmp(data: mmap.mmap) -> bool:
    changed = False
    for place in _places(data, _XMP):
        if not data[max(0, place - 6) : place].endswith((b"exif", b"exifEX")):
            continue
        found = _XMP_ATTRIBUTE.match(data, place)
        start, end = found.span(1 if found[1] is not None else 2) if found else (0, 0)
        if element := _XMP_ELEMENT.match(data, place):
            start, end = element.span(2)
        data[start:end] = b" " * (end - start)
        changed |= end > start
    return changed


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
