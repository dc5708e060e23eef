"""Check uploads for ``manage.py doctor``: limits, disk space, scanner."""

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
        f"uploads: up to {size}, {settings.FILES_DEFAULT_VISIBILITY} by default, "
        f"deleted if unclaimed for {settings.FILES_TTL_HOURS:g} h"
    )
    if shutil.disk_usage(settings.VAR_DIR).free < 10 * settings.FILES_MAX_BYTES:
        yield Finding(
            f"VAR_DIR has less free space than ten concurrent uploads of {size} need",
            "free some space, or lower FILES_MAX_BYTES",
        )
    if settings.FILES_ALLOW_ANONYMOUS:
        yield Finding(
            "anonymous uploads are allowed", "set FILES_ALLOW_ANONYMOUS=off unless you want them", is_minor=True
        )
    if not settings.CLAMD_URL:
        yield Finding("uploads are not scanned for viruses", "set CLAMD_URL to scan them with ClamAV", is_minor=True)
        return
    with TemporaryDirectory() as folder:
        sample = Path(folder) / "sample"
        sample.write_bytes(b"harmless")
        scanning.infection(sample)
    yield Finding("the virus scanner answers")
