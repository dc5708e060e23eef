"""Export a user's files, and delete those that only the account held."""

import shutil
from collections.abc import Callable
from zipfile import ZipFile

import structlog
from django.db.models import QuerySet

from accounts import lifecycle
from accounts.models import User
from files import access, resources, storage
from files.actions.delete import release
from files.models import File

log = structlog.get_logger(__name__)

BATCH = 500


def register() -> None:
    """Register how files are deleted and exported with an account."""
    lifecycle.ERASERS.append(lifecycle.Eraser("files", lambda user: _held_by_no_message(user).count(), _erase))
    lifecycle.EXPORTERS += [_LIST, lifecycle.Exporter("files", lambda user: access.files_of(user).count(), _write)]
    lifecycle.NOT_EXPORTED["files.File.owner_guest"] = "guests have no account"


def _held_by_no_message(user: User) -> QuerySet[File]:
    """Return the user's unattached files and avatar.

    Attachments are kept, because their messages are.
    """
    files = File.objects.filter(owner_user=user, deleted_at=None)
    return files.filter(claimed_at=None) | files.filter(is_avatar=True)


def _erase(user: User) -> int:
    files = list(_held_by_no_message(user)[:BATCH])
    release(files=files)
    return len(files)


def _path(file: File) -> str:
    """Return where the file's bytes stand in the ZIP."""
    return f"files/{file.pk}-{file.client_name}"


_LIST = lifecycle.lines(
    "files",
    rows=lambda user: access.files_of(user).order_by("pk"),
    line=lambda file: {"path": _path(file), "is_avatar": file.is_avatar, **resources.file(file)},
    covers=("files.File.owner_user",),
)


def _write(user: User, archive: ZipFile, advance: Callable[[int], None]) -> None:
    for file in access.files_of(user).order_by("pk").iterator(BATCH):
        try:
            with (
                storage.read(file.storage_name) as source,
                archive.open(_path(file), "w", force_zip64=True) as target,
            ):
                shutil.copyfileobj(source, target)
        except FileNotFoundError:
            log.error("stored_bytes_missing", name=file.storage_name)
        advance(1)
