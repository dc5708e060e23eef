"""Delete files: keep the row without its content, and remove the bytes."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.staff.rank import check_is_below
from files import removals
from files.errors import FileInUse
from files.models import File


@transaction.atomic
def delete_file(*, file: File) -> None:
    """Delete a file for its owner.

    Idempotent. Locks the file. Raises FileInUse while a message holds it.
    """
    current = File.objects.select_for_update(no_key=True).filter(pk=file.pk).first()
    if current is None:  # it expired meanwhile
        return
    if current.is_claimed:
        raise FileInUse
    release(files=[current])


@transaction.atomic
def delete_unclaimed(*, file: File, actor: User) -> None:
    """Delete for ``actor``, one of staff, a file that nothing holds.

    Idempotent; locks the file.

    Raises FileInUse when something has claimed it meanwhile; Conflict unless its owner is below ``actor``.
    """
    check_is_below(file.owner_user, actor)
    delete_file(file=file)


@transaction.atomic
def release(*, files: Iterable[File]) -> None:
    """Mark files as deleted, and schedule the removal of their bytes. Idempotent.

    Does not check claims: the caller knows that no message holds the files.
    """
    now = timezone.now()
    live = [file for file in files if file.deleted_at is None]
    removals.schedule_for(live, now)
    File.objects.filter(pk__in=[file.pk for file in live]).update(
        deleted_at=now, thumbnail_due_at=None, thumbnail_name="", client_name="", meta={}
    )


@transaction.atomic
def expire_unclaimed(*, batch: int) -> int:
    """Delete up to ``batch`` expired rows; return the number deleted.

    Schedules the removal of their bytes. Skips rows that another transaction has locked.
    """
    expired = File.objects.filter(expires_at__lte=timezone.now(), claimed_at=None)
    # A locked row is being claimed: if that succeeds, the file no longer expires.
    files = list(expired.select_for_update(skip_locked=True).order_by("expires_at")[:batch])
    removals.schedule_for([file for file in files if file.deleted_at is None], timezone.now(), is_nudged=False)
    File.objects.filter(pk__in=[file.pk for file in files]).delete()
    return len(files)
