"""Remove GPS positions from a picture by overwriting them in place.

No byte moves and no pixel is encoded again. GPS data stands in a TIFF block (in EXIF, or the whole file), which
points to it, and in XMP, as text. Overwriting works alike for JPEG, TIFF, WebP, HEIC and AVIF. PNG chunks also get a
new checksum.
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
# Limits well above what cameras write, so that a hostile file cannot keep a worker busy.
_MAX_OFFSETS = 1000
_MAX_CHUNKS = 100_000
# Steps for one file: each directory entry costs one, and so does each _STEP_BYTES of blanked data.
_MAX_STEPS = 200_000
_STEP_BYTES = 4096
# Bytes of the file that are searched, and in memory, at a time; a multiple of the page size.
_WINDOW = 4 * 1024 * 1024

# How a TIFF block begins in either byte order, and the usual offset of its first directory. The four bytes alone are too
# short to search for: a block counts if _NAMED precedes it or the usual offset follows (HEIC may leave the name out).
_TIFF = ((b"II*\x00", b"\x08\x00\x00\x00"), (b"MM\x00*", b"\x00\x00\x00\x08"))
_NAMED = re.compile(rb"(?:Exif\x00\x00|EXIF.{4}|eXIf)\Z", re.DOTALL)
_XMP = b":GPS"
# Possessive (``}+``), because giving characters back multiplies the time and never makes a match.
_XMP_ATTRIBUTE = re.compile(rb""":GPS\w{1,64}+\s{0,64}+=\s{0,64}+(?:"([^"<]{0,4096})"|'([^'<]{0,4096})')""")
_XMP_ELEMENT = re.compile(rb"(:GPS\w{1,64}+)[^>/]{0,256}+>(.{0,4096}?)</\w{1,16}+\1>", re.DOTALL)
_PNG = b"\x89PNG\r\n\x1a\n"
# Chunks that may hold XMP, or EXIF written out as text.
_PNG_TEXT = (b"XML:com.adobe.xmp", b"Raw profile type")


class _Budget:
    """Count down the steps for one file.

    Directories that point at each other would otherwise never end.
    """

    def __init__(self) -> None:
        self.left = _MAX_STEPS

    def spend(self, steps: int = 1) -> bool:
        """Take ``steps`` from the budget; return whether it had that many."""
        self.left -= steps
        return self.left >= 0


def forget(path: Path) -> bool:
    """Blank the GPS positions in the picture at ``path``.

    Returns whether there were any.
    """
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        if data[:8] == _PNG:
            return _forget_png(data)
        budget = _Budget()
        changed = _forget_xmp(data)
        for start in _tiff_blocks(data):
            changed |= _forget_tiff(data, start, len(data), budget)
        return changed


def _offsets(data: mmap.mmap, needle: bytes) -> Iterator[int]:
    """Yield the offsets of ``needle`` in ``data``, at most _MAX_OFFSETS."""
    count = 0
    for start in range(0, len(data), _WINDOW):
        window = data[start : start + _WINDOW + len(needle) - 1]  # A copy, because searching a map is slower.
        offset = window.find(needle)
        while offset >= 0 and count < _MAX_OFFSETS:
            yield start + offset
            count += 1
            offset = window.find(needle, offset + 1)
        if hasattr(mmap, "MADV_DONTNEED"):  # Mapped pages count as memory of the process until they are given back.
            data.madvise(mmap.MADV_DONTNEED, start, min(_WINDOW, len(data) - start))


def _tiff_blocks(data: mmap.mmap) -> Iterator[int]:
    for begin, directory in _TIFF:
        for offset in _offsets(data, begin):
            is_named = offset == 0 or _NAMED.search(data[max(0, offset - 8) : offset])
            if is_named or data[offset + 4 : offset + 8] == directory:
                yield offset


def _forget_xmp(data: mmap.mmap) -> bool:
    changed = False
    for offset in _offsets(data, _XMP):
        if not data[max(0, offset - 6) : offset].endswith((b"exif", b"exifEX")):
            continue
        attribute = _XMP_ATTRIBUTE.match(data, offset)
        start, end = attribute.span(1 if attribute[1] is not None else 2) if attribute else (0, 0)
        if element := _XMP_ELEMENT.match(data, offset):
            start, end = element.span(2)
        data[start:end] = b" " * (end - start)
        changed |= end > start
    return changed


def _forget_tiff(data: mmap.mmap, start: int, end: int, budget: _Budget) -> bool:
    """Blank the GPS directory of the TIFF block at ``start``.

    Returns whether it had one.
    """
    order = "<" if data[start : start + 2] == b"II" else ">"
    first = start + _number(data, order, start + 4, 4)
    changed = False
    for entry in _entries(data, order, first, end, budget):
        if _number(data, order, entry, 2) == GPS_POINTER:
            gps = start + _number(data, order, entry + 8, 4)
            for inner in _entries(data, order, gps, end, budget):
                _blank_value(data, order, start, inner, end, budget)
                data[inner : inner + 12] = bytes(12)
            if gps + 2 <= end:
                data[gps : gps + 2] = bytes(2)
            changed = True
    return changed


def _blank_value(data: mmap.mmap, order: str, start: int, entry: int, end: int, budget: _Budget) -> None:
    length = _SIZES.get(_number(data, order, entry + 2, 2), 0) * _number(data, order, entry + 4, 4)
    if length > 4:
        offset = start + _number(data, order, entry + 8, 4)
        is_inside = start + 8 <= offset and offset + length <= end and length < 65536
        if is_inside and budget.spend(1 + length // _STEP_BYTES):
            data[offset : offset + length] = bytes(length)


def _entries(data: mmap.mmap, order: str, directory: int, end: int, budget: _Budget) -> Iterator[int]:
    """Yield the offsets of the directory's entries, none if it lies outside the block."""
    if directory < 8 or directory + 2 > end:
        return
    count = min(_number(data, order, directory, 2), _MAX_ENTRIES)
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        if entry + 12 > end or not budget.spend():
            return
        yield entry


def _number(data: mmap.mmap, order: str, offset: int, size: int) -> int:
    raw = data[offset : offset + size]
    return int(struct.unpack(order + {2: "H", 4: "I"}[size], raw)[0]) if len(raw) == size else 0


def _forget_png(data: mmap.mmap) -> bool:
    budget = _Budget()
    chunk, changed = 8, False
    for _ in range(_MAX_CHUNKS):
        if chunk + 12 > len(data):
            break
        length = _number(data, ">", chunk, 4)
        kind, body = data[chunk + 4 : chunk + 8], chunk + 8
        if body + length + 4 > len(data):
            break
        touched = False
        if kind == b"eXIf":
            touched = _forget_tiff(data, body, body + length, budget)
        elif kind in (b"tEXt", b"zTXt", b"iTXt") and data[body : body + min(length, 32)].startswith(_PNG_TEXT):
            # The text may be compressed or in hexadecimal, so it is replaced by an empty comment of the same length.
            data[chunk + 4 : chunk + 8] = b"tEXt"
            _fill_comment(data, body, body + length)
            touched = True
        if touched:
            changed = True
            data[body + length : body + length + 4] = struct.pack(">I", _checksum(data, chunk + 4, body + length))
        chunk = body + length + 4
    return changed


def _fill_comment(data: mmap.mmap, start: int, end: int) -> None:
    name = b"Comment\x00"
    data[start : start + len(name)] = name  # Fits, because it is shorter than each of _PNG_TEXT.
    for offset in range(start + len(name), end, _WINDOW):
        length = min(_WINDOW, end - offset)
        data[offset : offset + length] = b" " * length


def _checksum(data: mmap.mmap, start: int, end: int) -> int:
    checksum = 0
    for offset in range(start, end, _WINDOW):
        checksum = zlib.crc32(data[offset : min(offset + _WINDOW, end)], checksum)
    return checksum
