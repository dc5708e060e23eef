"""Every change to files. Rows and bytes go separate ways: a ``Removal`` row holds them together whatever crashes when."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from rosetta.queue.nudge import nudge

from accounts.actions.profile import change_profile
from accounts.models import Guest, User
from files import images, media_types, resources, scanning, storage
from files.errors import DeniedType, FileInUse, StorageDown
from files.models import File, Removal
from files.spool import Spooled
from rosetta.errors import Invalid
from rosetta.ids import NO_ID, new_ulid, parse_ulid

log = structlog.get_logger(__name__)

# How long an upload may be on its way into storage before its bytes count as left behind.
UPLOAD_LEASE = timedelta(hours=1)
REMOVAL_LEASE = timedelta(minutes=5)
THUMBNAIL_LEASE = timedelta(minutes=10)
MAX_THUMBNAIL_ATTEMPTS = 3


def store_upload(*, spooled: Spooled, uploader: User | Guest | None, visibility: str, meta: dict[str, Any]) -> File:
    """Check what was received, keep it, and return its row, which lives until it is claimed or its time is over.

    Raises Invalid (empty, infected, too many pixels, quota), DeniedType, StorageDown, ScannerDown. Nothing is left of a
    refused one. Not atomic as a whole: bytes are not moved inside a transaction.
    """
    assert spooled.path is not None  # noqa: S101  (for the type checker)
    path = spooled.path
    if not spooled.size:
        raise _refused(_("The file is empty."))
    mime = media_types.sniff(path, spooled.name)
    if media_types.is_denied(mime):
        raise DeniedType
    _check_quota(uploader, spooled.size)
    if (found := scanning.infection(path)) is not None:
        log.warning("infected_upload_refused", found=found)
        raise _refused(_("The file is infected."))
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
    )
    file.storage_name = _fresh_name("uploads")
    _keep(path, file)
    return file


def _fresh_name(kind: str, suffix: str = "") -> str:
    name = new_ulid()
    # By the last characters, which are random: the first are the time.
    return f"{kind}/{name[-2:]}/{name}{suffix}"


def _refused(sentence: str) -> Invalid:
    return Invalid({"file": [sentence]})


def _image_size(spooled: Spooled, mime: str) -> images.Size | None:
    assert spooled.path is not None  # noqa: S101
    if not mime.startswith("image/") or mime == "image/svg+xml":
        return None
    try:
        size = images.size_of(spooled.path)
    except images.TooManyPixels:
        raise _refused(_("The image has too many pixels.")) from None
    if images.forget_location(spooled.path):
        spooled.rehash()
    return size


def _keep(path: Path, file: File) -> None:
    """Store the bytes, then the row. What a crash in between leaves behind is owed its removal from before the first byte."""
    Removal.objects.create(storage_name=file.storage_name, due_at=timezone.now() + UPLOAD_LEASE)
    try:
        storage.keep(path, file.storage_name, file.mime_type)
        _insert(file)
    except BaseException:
        # The removal that is owed anyway, now rather than when the lease is over.
        Removal.objects.filter(storage_name=file.storage_name).update(due_at=timezone.now())
        remove_bytes(names=[file.storage_name])
        raise


@transaction.atomic
def _insert(file: File) -> None:
    if file.owner_user_id is not None:
        # Locked, so that uploads side by side cannot each fit into the same last bytes of a quota.
        User.objects.select_for_update(no_key=True).filter(pk=file.owner_user_id).first()
    _check_quota(file.owner_user or file.owner_guest, file.size)
    if not Removal.objects.filter(storage_name=file.storage_name, has_begun=False).delete()[0]:
        raise StorageDown  # the upload outlived its lease and its bytes are going
    file.created_at = timezone.now()
    file.expires_at = file.created_at + timedelta(hours=settings.FILES_TTL_HOURS)
    if file.is_image:
        file.thumbnail_due_at = file.created_at
        transaction.on_commit(lambda: _nudge_thumbnail(file.pk))
    file.save(force_insert=True)


def _nudge_thumbnail(file_id: str) -> None:
    from files.tasks import make_thumbnail

    nudge(make_thumbnail, file_id)


def _check_quota(uploader: User | Guest | None, size: int) -> None:
    quota = settings.FILES_USER_QUOTA_BYTES
    if not quota or uploader is None:
        return
    mine = {"owner_user": uploader} if isinstance(uploader, User) else {"owner_guest": uploader}
    if _bytes_of(File.objects.filter(**mine)) + size > quota:
        raise _refused(_("Your storage is full."))


def _bytes_of(files: QuerySet[File]) -> int:
    return files.filter(deleted_at=None).aggregate(total=Sum("size"))["total"] or 0


@transaction.atomic
def claim(*, file_ids: Sequence[str], uploader: User | Guest | None, workspace_id: str | None) -> list[File]:
    """Make ``uploader``'s files the caller's to attach, for good; returns them in the order given.

    All or none: raises Invalid with ``attachment_ids.N`` for each that is listed twice, unknown, somebody else's, past
    its time or claimed already. The caller's transaction decides: rolled back, nothing was claimed. Two queries whatever
    the number; one more with ``workspace_id`` where workspaces have a quota. Two posts side by side in one workspace may
    both fit into the last bytes of that quota: it is a bound on growth, not an account.
    """
    now = timezone.now()
    wanted = [parse_ulid(raw) or NO_ID for raw in file_ids]
    free = {file.pk: file for file in _owned(uploader, wanted) if not file.is_claimed and not file.is_gone(now)}
    errors: dict[str, list[str]] = {}
    for place, file_id in enumerate(wanted):
        if file_id in wanted[:place]:
            errors[f"attachment_ids.{place}"] = [_("The same file is listed twice.")]
        elif file_id not in free:
            errors[f"attachment_ids.{place}"] = [_("The selected attachment is invalid.")]
    if errors:
        raise Invalid(errors)
    claimed = [free[file_id] for file_id in wanted]
    _check_workspace_quota(workspace_id, sum(file.size for file in claimed))
    File.objects.filter(pk__in=free).update(claimed_at=now, expires_at=None, workspace_id=workspace_id)
    for file in claimed:
        file.claimed_at, file.expires_at, file.workspace_id = now, None, workspace_id
    return claimed


@transaction.atomic
def set_avatar(*, user: User, file_id: str) -> User:
    """Make one of ``user``'s unclaimed pictures the one that everybody sees of them; the one before goes.

    Raises Invalid on ``file_id`` for what is no picture, unknown, somebody else's, past its time or claimed already.
    """
    owner = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    wanted = parse_ulid(file_id) or NO_ID
    file = next(
        (one for one in _owned(owner, [wanted]) if not one.is_claimed and not one.is_gone(timezone.now())), None
    )
    if file is None or not file.is_image:
        raise Invalid({"file_id": [_("The selected picture is invalid.")]})
    release(files=_avatars_of(owner))
    file.visibility, file.is_avatar, file.claimed_at, file.expires_at = (
        File.Visibility.PUBLIC,
        True,
        timezone.now(),
        None,
    )
    file.save(update_fields=["visibility", "is_avatar", "claimed_at", "expires_at"])
    return change_profile(user=owner, changes={"avatar_url": resources.file(file)["download_url"]})


@transaction.atomic
def clear_avatar(*, user: User) -> User:
    """Show no picture of ``user`` any more, wherever it came from."""
    release(files=_avatars_of(user))
    return change_profile(user=user, changes={"avatar_url": None})


def _avatars_of(user: User) -> list[File]:
    return list(File.objects.filter(owner_user=user, is_avatar=True, deleted_at=None))


def _owned(uploader: User | Guest | None, file_ids: list[str]) -> QuerySet[File]:
    if uploader is None:  # a webhook, which uploads nothing; without an owner there are anonymous files
        return File.objects.none()
    mine = {"owner_user": uploader} if isinstance(uploader, User) else {"owner_guest": uploader}
    # By key, so that two claims of the same files never wait for each other.
    return File.objects.select_for_update(no_key=True).filter(pk__in=set(file_ids), **mine).order_by("pk")


def _check_workspace_quota(workspace_id: str | None, size: int) -> None:
    quota = settings.FILES_WORKSPACE_QUOTA_BYTES
    if quota and workspace_id and _bytes_of(File.objects.filter(workspace_id=workspace_id)) + size > quota:
        raise Invalid({"attachment_ids": [_("This workspace's storage is full.")]})


@transaction.atomic
def delete_file(*, file: File) -> None:
    """Its owner wants it gone: the row stays as a mark, the bytes go. Raises FileInUse while a message has it."""
    current = File.objects.select_for_update(no_key=True).get(pk=file.pk)
    if current.is_claimed:
        raise FileInUse
    release(files=[current])


@transaction.atomic
def release(*, files: Iterable[File]) -> None:
    """Files that nothing holds any more (their message was deleted, say): rows are marked, bytes are owed their removal."""
    now = timezone.now()
    going = [file for file in files if file.deleted_at is None]
    owed = _owe_removal(going, now)
    File.objects.filter(pk__in=[file.pk for file in going]).update(
        deleted_at=now, thumbnail_due_at=None, thumbnail_name="", client_name="", meta={}
    )
    transaction.on_commit(lambda: _nudge_removal(owed))


def _owe_removal(files: Iterable[File], now: datetime) -> list[str]:
    names = [name for file in files for name in (file.storage_name, file.thumbnail_name) if name]
    rows = [Removal(storage_name=name, due_at=now) for name in names]
    Removal.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return names


def _nudge_removal(names: list[str]) -> None:
    from files.tasks import remove_owed

    if names:
        nudge(remove_owed)


@transaction.atomic
def expire_unclaimed(*, batch: int) -> int:
    """Take the rows of up to ``batch`` files whose time is over and owe their bytes; returns how many."""
    due = File.objects.filter(expires_at__lte=timezone.now(), claimed_at=None)
    # Skipping what is locked: a claim under way decides first.
    rows = list(due.select_for_update(skip_locked=True).order_by("expires_at")[:batch])
    _owe_removal([file for file in rows if file.deleted_at is None], timezone.now())
    File.objects.filter(pk__in=[file.pk for file in rows]).delete()
    return len(rows)


def remove_bytes(*, names: Sequence[str] | None = None, batch: int = 500) -> int:
    """Remove bytes whose removal is due (those named, or the oldest); returns how many names are done with.

    The row goes after the bytes, so a crash repeats a removal and never forgets one. What fails is tried again later.
    """
    done = 0
    for removal in _leased(names, batch):
        try:
            storage.remove(removal.storage_name)
        except StorageDown:
            continue
        Removal.objects.filter(pk=removal.pk).delete()
        done += 1
    return done


@transaction.atomic
def _leased(names: Sequence[str] | None, batch: int) -> list[Removal]:
    now = timezone.now()
    due = Removal.objects.filter(due_at__lte=now)
    if names is not None:
        due = due.filter(storage_name__in=names)
    rows = list(due.select_for_update(skip_locked=True).order_by("due_at")[:batch])
    Removal.objects.filter(pk__in=[row.pk for row in rows]).update(
        has_begun=True, attempts=F("attempts") + 1, due_at=now + REMOVAL_LEASE
    )
    return rows


def make_thumbnail(*, file_id: str) -> bool:
    """Make the thumbnail that ``file_id`` owes; tells whether there is one now. Forgives a file that has gone."""
    file = _lease_thumbnail(file_id)
    if file is None:
        return False
    try:
        with storage.read(file.storage_name) as source:
            picture = images.thumbnail(source)
    except FileNotFoundError:
        picture = None
    if picture is None:
        File.objects.filter(pk=file_id).update(thumbnail_due_at=None)
        return False
    name = _fresh_name("thumbnails", ".webp")
    Removal.objects.create(storage_name=name, due_at=timezone.now() + UPLOAD_LEASE)
    storage.keep_content(ContentFile(picture), name, images.THUMBNAIL_TYPE)
    with transaction.atomic():
        # Only a file that still is there: one deleted meanwhile leaves the removal standing.
        kept = File.objects.filter(pk=file_id, deleted_at=None, thumbnail_due_at__isnull=False).update(
            thumbnail_name=name, thumbnail_due_at=None
        )
        if kept:
            Removal.objects.filter(storage_name=name).delete()
    return bool(kept)


@transaction.atomic
def _lease_thumbnail(file_id: str) -> File | None:
    """The file, if a thumbnail is due. Counted before it is tried: a picture that kills its worker is given up."""
    now = timezone.now()
    file = (
        File.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(pk=file_id, deleted_at=None, thumbnail_due_at__lte=now)
        .first()
    )
    if file is None:
        return None
    file.thumbnail_attempts += 1
    given_up = file.thumbnail_attempts > MAX_THUMBNAIL_ATTEMPTS
    file.thumbnail_due_at = None if given_up else now + THUMBNAIL_LEASE
    file.save(update_fields=["thumbnail_attempts", "thumbnail_due_at"])
    return None if given_up else file
