"""Make one thumbnail in a process of its own.

The kernel ends the process when it takes too much memory or time. A program, run by ``files.images``. Its arguments
are the format, the limit of pixels and the side of the thumbnail; the picture is its standard input (a file, because
decoders seek), the thumbnail its standard output. Decoders get a process of their own because they allocate memory as
untrusted bytes tell them to.
"""

import contextlib
import io
import resource
import sys
import warnings
from typing import IO

MEMORY_BYTES = 1024**3
CPU_SECONDS = 10


def confine() -> None:
    """Limit this process's memory and processor time permanently."""
    for kind, limit in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS)):
        with contextlib.suppress(ValueError, OSError):  # macOS defines RLIMIT_AS but does not allow setting it.
            resource.setrlimit(kind, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def thumbnail(source: IO[bytes], kind: str, max_pixels: int, side: int) -> bytes | None:
    """Return ``source`` as WebP of at most ``side`` pixels each way.

    Returns None when it has too many pixels.
    """
    from PIL import AvifImagePlugin, Image, ImageOps

    # One thread, because each reserves memory that counts towards the limit.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.MAX_IMAGE_PIXELS = max_pixels
    with Image.open(source, formats=(kind,)) as image:
        image.draft("RGB", (side * 2, side * 2))  # Decodes a JPEG at a smaller size; other formats ignore it.
        if image.width * image.height > max_pixels:
            return None
        image.thumbnail((side, side))
        small = ImageOps.exif_transpose(image)
    has_alpha = "A" in small.getbands() or "transparency" in small.info
    small = small.convert("RGBA" if has_alpha else "RGB")
    small.info.clear()
    target = io.BytesIO()
    small.save(target, "WEBP", quality=80, method=4)
    return target.getvalue()


def main() -> int:
    """Write the thumbnail to standard output; return the exit status.

    Writes nothing if the picture cannot be decoded.
    """
    confine()
    import PIL.Image  # noqa: F401  (here, because a missing Pillow must fail rather than count as a broken picture)

    warnings.simplefilter("ignore")
    kind, max_pixels, side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    try:
        content = thumbnail(sys.stdin.buffer, kind, max_pixels, side)
    except Exception:  # Pillow's plug-ins raise errors of many kinds for broken files.
        return 0
    sys.stdout.buffer.write(content or b"")
    return 0


if __name__ == "__main__":
    sys.exit(main())
