"""Read pictures' sizes, strip their location data, and make their thumbnails.

Pictures are untrusted, so a process that serves requests decodes none: sizes are read from headers, and each thumbnail
is made in a process of its own with bounded memory and time.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import structlog
from django.conf import settings

from files import dimensions, gps_stripping, thumbnailer

log = structlog.get_logger(__name__)

THUMBNAIL_SIDE = 480
THUMBNAIL_TYPE = "image/webp"
# A thumbnail needs the whole image in memory, unless its format can be read at a smaller size.
_THUMBNAIL_PIXELS = 40_000_000
_REDUCED_FORMATS = ("JPEG",)
# Each scan of a JPEG goes over all its pixels; encoders write about ten.
_MAX_SCANS = 100
_SCAN = b"\xff\xda"
_WINDOW = 1024 * 1024
# Longer than the processor time that a thumbnail may take, because the machine may be busy.
_THUMBNAIL_SECONDS = 60
# Types that a browser may show inline. SVG is not among them, because it can contain scripts.
SAFE_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})


class TooManyPixels(Exception):
    """Raised for a picture with more pixels than the service decodes."""


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int


def size_of(source: Path) -> Size | None:
    """Return width and height as shown, after EXIF rotation.

    Returns None if the format is not supported. Raises TooManyPixels.
    """
    with source.open("rb") as file:
        picture = dimensions.read(file)
    if picture is None:
        return None
    if picture.pixels > settings.FILES_MAX_PIXELS:
        raise TooManyPixels
    return Size(picture.width, picture.height)


def forget_location(path: Path) -> bool:
    """Blank GPS positions in the picture at ``path``.

    Pixels are not encoded again. Returns whether there were any positions.
    """
    return gps_stripping.forget(path)


def thumbnail(source: IO[bytes]) -> bytes | None:
    """Return a WebP thumbnail of ``source``, None if that fails.

    It has at most 480 pixels on each side and no metadata. ``source`` must be a file with a descriptor, because
    another process reads it.
    """
    picture = dimensions.read(source)
    if picture is None or picture.pixels > _max_pixels(picture.format):
        return None
    if picture.format == "JPEG" and _scans(source) > _MAX_SCANS:
        return None
    return _in_a_process(source, picture.format)


def _max_pixels(kind: str) -> int:
    limit: int = settings.FILES_MAX_PIXELS
    return limit if kind in _REDUCED_FORMATS else min(_THUMBNAIL_PIXELS, limit)


def _scans(source: IO[bytes]) -> int:
    """Count the scans of a JPEG. Those of a preview in the metadata are counted too."""
    source.seek(0)
    count, tail = 0, b""
    while window := source.read(_WINDOW):
        count += (tail + window).count(_SCAN)
        tail = window[-1:]
    return count


def _in_a_process(source: IO[bytes], kind: str) -> bytes | None:
    source.seek(0)
    os.lseek(source.fileno(), 0, os.SEEK_SET)  # The process shares the descriptor's position, not our buffer's.
    limit = min(_THUMBNAIL_PIXELS, settings.FILES_MAX_PIXELS)
    command = [sys.executable, "-I", thumbnailer.__file__, kind, str(limit), str(THUMBNAIL_SIDE)]
    # One arena, because each reserves memory that counts. Nothing else is passed on, so that no secret is.
    environment = {"MALLOC_ARENA_MAX": "1"}
    try:
        done = subprocess.run(
            command,
            stdin=source.fileno(),
            capture_output=True,
            env=environment,
            timeout=_THUMBNAIL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        log.warning("thumbnail_took_too_long", format=kind)
        return None
    if done.returncode:
        log.warning(
            "thumbnail_failed", format=kind, status=done.returncode, error=done.stderr[-500:].decode("utf-8", "replace")
        )
        return None
    return done.stdout or None
