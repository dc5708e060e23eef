"""Images: their size, where they were taken (which nobody else needs to know), and their thumbnails.

Everything here reads what strangers made: pixels are counted before any is decoded.
"""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from PIL import Image, ImageFile, ImageOps

from files import gps_stripping

ORIENTATION = 0x0112
THUMBNAIL_SIDE = 480
THUMBNAIL_TYPE = "image/webp"
# A thumbnail needs the whole image in memory, unless its format can be read at a smaller size.
_THUMBNAIL_PIXELS = 40_000_000
# What a browser may show in place. SVG is not among them: it is a program.
SAFE_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "ICO", "MPO")

# We count pixels ourselves, with a limit that the operator sets.
Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = False


class TooManyPixels(Exception):
    """An image larger than the service decodes: a bomb, or a poster."""


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int


def size_of(source: Path | IO[Any]) -> Size | None:
    """Width and height as shown (turned by EXIF), or None for what is no image we read. Raises TooManyPixels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(source, formats=_FORMATS) as image:
                width, height = image.size
                if width * height > settings.FILES_MAX_PIXELS:
                    raise TooManyPixels
                # The base class's: PNG's own decodes the whole picture first.
                turned = Image.Image.getexif(image).get(ORIENTATION, 1) >= 5
    except TooManyPixels:
        raise
    except Exception:  # Pillow's plug-ins raise whatever a broken file makes them stumble over
        return None
    return Size(height, width) if turned else Size(width, height)


def forget_location(path: Path) -> bool:
    """Blank the place in the image at ``path``, in its bytes; the picture itself stays as it is. Tells whether any was."""
    return gps_stripping.forget(path)


def thumbnail(source: IO[Any]) -> bytes | None:
    """``source`` at most 480 pixels on each side as WebP, without metadata; None for what cannot be made into one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(source, formats=_FORMATS) as image:
                return _reduced(image)
    except Exception:  # as above; a file that nobody can show has no thumbnail
        return None


def _reduced(image: Image.Image) -> bytes | None:
    image.draft("RGB", (THUMBNAIL_SIDE * 2, THUMBNAIL_SIDE * 2))  # JPEG alone heeds this
    if image.width * image.height > min(_THUMBNAIL_PIXELS, settings.FILES_MAX_PIXELS):
        return None
    small = ImageOps.exif_transpose(image)
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    has_alpha = "A" in small.getbands() or "transparency" in small.info
    small = small.convert("RGBA" if has_alpha else "RGB")
    small.info.clear()
    target = io.BytesIO()
    small.save(target, "WEBP", quality=80, method=4)
    return target.getvalue()
