"""Make thumbnails of pictures, in workers."""

import tempfile
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from files import images, removals, storage
from files.models import File

# A thumbnail that is not finished after this time is tried again: its worker died.
LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 3


def make_thumbnail(*, file_id: str) -> bool:
    """Make the thumbnail of ``file_id`` if one is due; return whether one was stored.

    Idempotent. Ignores deleted and unknown files. Raises StorageDown.
    """
    file = _lease(file_id)
    if file is None:
        return False
    picture = _thumbnail_of(file)
    if picture is None:
        File.objects.filter(pk=file_id).update(thumbnail_due_at=None)
        return False
    name = storage.new_name("thumbnails", ".webp")
    removals.schedule(name)
    storage.keep_content(ContentFile(picture), name, images.THUMBNAIL_TYPE)
    with transaction.atomic():
        # Where the file was deleted meanwhile, the thumbnail's removal stays scheduled.
        is_kept = File.objects.filter(pk=file_id, deleted_at=None, thumbnail_due_at__isnull=False).update(
            thumbnail_name=name, thumbnail_due_at=None
        )
        if is_kept:
            removals.cancel(name, has_begun=None)
    return bool(is_kept)


def _thumbnail_of(file: File) -> bytes | None:
    settings.FILES_SPOOL_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.FILES_SPOOL_DIR) as copy:
        try:
            storage.copy_to(file.storage_name, copy)
        except FileNotFoundError:
            return None
        return images.thumbnail(copy)


@transaction.atomic
def _lease(file_id: str) -> File | None:
    """Lease the file if its thumbnail is due, and count the attempt.

    Gives up after MAX_ATTEMPTS, because some pictures kill the worker that decodes them. Locks the file; skips it if locked.
    """
    now = timezone.now()
    file = (
        File.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(pk=file_id, deleted_at=None, thumbnail_due_at__lte=now)
        .first()
    )
    if file is None:
        return None
    file.thumbnail_attempts += 1
    is_given_up = file.thumbnail_attempts > MAX_ATTEMPTS
    file.thumbnail_due_at = None if is_given_up else now + LEASE
    file.save(update_fields=["thumbnail_attempts", "thumbnail_due_at"])
    return None if is_given_up else file
