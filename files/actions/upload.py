"""Store an upload: its bytes in storage, its row in the database.

A ``Removal`` row exists from before the first byte is stored until the file's row is committed, so that a crash at any
moment leaves no bytes behind.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated

from accounts.models import Guest, User
from files import images, media_types, quotas, removals, scanning, storage
from files.errors import DeniedType, StayEnded, StorageDown
from files.models import File
from files.spool import Spooled
from rosetta.errors import Invalid
from rosetta.queue.nudge import nudge

log = structlog.get_logger(__name__)


def store_upload(*, spooled: Spooled, uploader: User | Guest | None, visibility: str, meta: dict[str, Any]) -> File:
    """Check a received upload, store its bytes, and return its row.

    The file expires unless it is claimed. Raises Invalid (empty, infected, too many pixels, quota), DeniedType,
    StorageDown, ScannerDown, and StayEnded or NotAuthenticated when the uploader lost the right during the upload. A
    refused upload leaves nothing behind. Not atomic as a whole, because bytes are not moved inside a transaction.
    """
    assert spooled.path is not None  # noqa: S101  (for the type checker)
    path = spooled.path
    _check_uploader(uploader, lock=False)
    if not spooled.size:
        raise _refusal(_("The file is empty."))
    mime = media_types.sniff(path, spooled.name)
    if media_types.is_denied(mime):
        raise DeniedType
    quotas.check_uploader(uploader, spooled.size)
    if (infection := scanning.infection(path)) is not None:
        log.warning("infected_upload_refused", infection=infection)
        raise _refusal(_("The file is infected."))
    size = _image_size(spooled, mime)
    file = File(
        owner_user=uploader if isinstance(uploader, User) else None,
        owner_guest=uploader if isinstance(uploader, Guest) else None,
        client_name=spooled.name,
        mime_type=mime,
        size=spooled.size,
        sha256=spooled.sha256(),
        width=size.width if size else None,
        height=size.height if size else None,
        visibility=visibility,
        meta=meta,
        storage_name=storage.new_name("uploads"),
    )
    _store(path, file)
    return file


def _refusal(sentence: str) -> Invalid:
    return Invalid({"file": [sentence]})


def _image_size(spooled: Spooled, mime: str) -> images.Size | None:
    """Return a picture's size and strip its location data.

    Returns None for other files. Raises Invalid for a picture with too many pixels.
    """
    assert spooled.path is not None  # noqa: S101
    if not mime.startswith("image/") or mime == "image/svg+xml":
        return None
    try:
        size = images.size_of(spooled.path)
    except images.TooManyPixels:
        raise _refusal(_("The image has too many pixels.")) from None
    if images.forget_location(spooled.path):
        spooled.rehash()
    return size


def _store(path: Path, file: File) -> None:
    """Store the bytes, then the row. On failure, remove the bytes and raise the error."""
    removals.schedule(file.storage_name)
    try:
        storage.keep(path, file.storage_name, file.mime_type)
        _insert(file)
    except BaseException:
        removals.run_now(file.storage_name)
        raise


@transaction.atomic
def _insert(file: File) -> None:
    # Lock the uploader, because two concurrent uploads must not both use the last bytes of a quota.
    _check_uploader(file.owner_user or file.owner_guest, lock=True)
    quotas.check_uploader(file.owner_user or file.owner_guest, file.size)
    if not removals.cancel(file.storage_name):
        raise StorageDown  # Storing took longer than the lease, so a worker is removing the bytes.
    file.created_at = timezone.now()
    file.expires_at = file.created_at + timedelta(hours=settings.FILES_TTL_HOURS)
    if file.is_image:
        file.thumbnail_due_at = file.created_at
        transaction.on_commit(lambda: nudge("files.tasks.make_thumbnail", file.pk))
    file.save(force_insert=True)


def _check_uploader(uploader: User | Guest | None, *, lock: bool) -> None:
    """Check that the uploader may still upload.

    A room or an account may end while bytes arrive. Raises StayEnded for guests and NotAuthenticated for users. With
    ``lock``, locks the uploader's row.
    """
    if uploader is None:
        return
    people: QuerySet[Any] = Guest.objects.all() if isinstance(uploader, Guest) else User.objects.all()
    rows = people.filter(pk=uploader.pk)
    current = (rows.select_for_update(no_key=True) if lock else rows).first()
    if isinstance(uploader, Guest):
        if current is None or not current.is_admitted(timezone.now()):
            raise StayEnded
    elif current is None or not current.is_active:
        raise NotAuthenticated
