"""What ``manage.py doctor`` asks of uploads: their limits, and the scanner that looks at them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from files import scanning
from rosetta.observability.doctor import Finding, probe


@probe("files")
def _files() -> Iterator[Finding]:
    size = f"{settings.FILES_MAX_BYTES / 1024 / 1024:g} MiB"
    yield Finding(
        f"up to {size}, {settings.FILES_DEFAULT_VISIBILITY} unless said, unclaimed for {settings.FILES_TTL_HOURS:g} h"
    )
    if shutil.disk_usage(settings.VAR_DIR).free < 10 * settings.FILES_MAX_BYTES:
        told = f"less room in VAR_DIR than ten uploads of {size} need while they come in"
        yield Finding(told, "make room, or lower FILES_MAX_BYTES")
    if settings.FILES_ALLOW_ANONYMOUS:
        yield Finding("anybody may upload", "set FILES_ALLOW_ANONYMOUS=off unless you mean it", is_minor=True)
    if not settings.CLAMD_URL:
        yield Finding("no scanner looks at uploads", "set CLAMD_URL to have ClamAV look at them", is_minor=True)
        return
    with TemporaryDirectory() as folder:
        sample = Path(folder) / "sample"
        sample.write_bytes(b"harmless")
        scanning.infection(sample)
    yield Finding("the scanner answers")
