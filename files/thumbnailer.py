"""Make one thumbnail in a process of its own, which dies when it takes too much memory or time.

A program, run by ``files.images``: format, limit of pixels and side of the thumbnail are its arguments, the picture is
its standard input (a file, because decoders seek), the thumbnail its standard output. Decoders are the one part of the
service that runs over bytes of strangers with allocations that only they know of: what they do ends here.
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
    """Bound this process's memory and processor time for good."""
    for kind, limit in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS)):
        with contextlib.suppress(ValueError, OSError):  # macOS knows RLIMIT_AS and refuses it
            resource.setrlimit(kind, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def thumbnail(source: IO[bytes], kind: str, max_pixels: int, side: int) -> bytes | None:
    """Return ``source`` as WebP of at most ``side`` pixels each way; None when it has too many pixels."""
    from PIL import AvifImagePlugin, Image, ImageOps

    # Each thread reserves memory that counts.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.MAX_IMAGE_PIXELS = max_pixels
    with Image.open(source, formats=(kind,)) as image:
        image.draft("RGB", (side * 2, side * 2))  # JPEG alone heeds this
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
    """Run as a program: write the thumbnail, or nothing for what cannot be made into one."""
    confine()
    import PIL.Image  # noqa: F401  (confined, but not forgiven: without Pillow there are no thumbnails at all)

    warnings.simplefilter("ignore")
    kind, max_pixels, side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    try:
        content = thumbnail(sys.stdin.buffer, kind, max_pixels, side)
    except Exception:  # Pillow's plug-ins raise whatever a broken file makes them stumble over
        return 0
    sys.stdout.buffer.write(content or b"")
    return 0


if __name__ == "__main__":
    sys.exit(main())
