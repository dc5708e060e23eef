"""Read pictures in a process of its own with little memory, and tell what each came to.

Run as a program with the paths of pictures; writes one line of JSON: a list of outcomes in their order.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings

# What reading may add to the process, however large a picture is or says it is.
ROOM_BYTES = 96 * 1024 * 1024


def _confine() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM_BYTES, used + ROOM_BYTES))


def _read(path: Path) -> str:
    """What an upload does with a picture before it is stored."""
    from files import images, media_types

    media_types.sniff(path, path.name)
    try:
        size = images.size_of(path)
        images.forget_location(path)
    except images.TooManyPixels:
        return "too many pixels"
    except MemoryError:
        return "out of memory"
    return f"{size.width} x {size.height}" if size else "no picture"


def _thumbnail(path: Path) -> str:
    from files import images

    with path.open("rb") as source:
        return "made" if images.thumbnail(source) else "none"


def main() -> None:
    settings.configure(FILES_MAX_PIXELS=100_000_000)
    import files.images
    import files.media_types  # noqa: F401  (all imports before memory is bounded)

    mode, paths = sys.argv[1], [Path(path) for path in sys.argv[2:]]
    if mode == "read":
        _confine()
    outcomes: list[dict[str, Any]] = []
    for path in paths:
        begin = time.process_time()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        outcome = _read(path) if mode == "read" else _thumbnail(path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        children = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        seconds = time.process_time() - begin + children
        outcomes.append({"outcome": outcome, "seconds": seconds, "peak": after.ru_maxrss * 1024})
    sys.stdout.write(json.dumps(outcomes))


if __name__ == "__main__":
    main()
