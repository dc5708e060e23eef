"""Claim uploads for messages and avatars.

A claimed file belongs to a message, or to its owner as avatar, and no longer expires.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.profile import change_profile
from accounts.models import Guest, User
from files import quotas, resources
from files.actions.delete import release
from files.models import File
from rosetta.errors import Invalid
from rosetta.ids import NO_ID, parse_ulid


@transaction.atomic
def claim(*, file_ids: Sequence[str], uploader: User | Guest | None, workspace_id: str | None) -> list[File]:
    """Claim ``uploader``'s files for a message, all or none.

    Returns them in the given order. Call it in the transaction that stores the message. Locks the files. Raises
    Invalid with ``attachment_ids.N`` for each file that is listed twice, unknown, somebody else's, expired or claimed
    already, and with ``attachment_ids`` when the workspace's quota is used up. The quota is not exact: two concurrent
    posts may both use its last bytes. Two queries for any number of files, three where workspaces have a quota.
    """
    now = timezone.now()
    wanted = [parse_ulid(raw) or NO_ID for raw in file_ids]
    unclaimed = {
        file.pk: file for file in _lock_files(uploader, wanted) if not file.is_claimed and not file.is_gone(now)
    }
    errors: dict[str, list[str]] = {}
    for index, file_id in enumerate(wanted):
        if file_id in wanted[:index]:
            errors[f"attachment_ids.{index}"] = [_("The same file is listed twice.")]
        elif file_id not in unclaimed:
            errors[f"attachment_ids.{index}"] = [_("The selected attachment is invalid.")]
    if errors:
        raise Invalid(errors)
    claimed = [unclaimed[file_id] for file_id in wanted]
    quotas.check_workspace(workspace_id, sum(file.size for file in claimed))
    File.objects.filter(pk__in=unclaimed).update(claimed_at=now, expires_at=None, workspace_id=workspace_id)
    for file in claimed:
        file.claimed_at, file.expires_at, file.workspace_id = now, None, workspace_id
    return claimed


@transaction.atomic
def set_avatar(*, user: User, file_id: str) -> User:
    """Make one of ``user``'s unclaimed pictures their public avatar.

    Deletes the previous avatar. Locks the user. Raises Invalid with ``file_id`` for a file that is unknown, not a
    picture, somebody else's, expired or claimed already.
    """
    owner = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    file = _unclaimed_picture(owner, file_id)
    release(files=_avatars_of(owner))
    _publish(file, is_avatar=True)
    return change_profile(user=owner, changes={"avatar_url": resources.file(file)["download_url"]})


@transaction.atomic
def claim_picture(*, user: User, file_id: str) -> File:
    """Claim one of ``user``'s pictures for something that everybody may see, such as a workspace's icon.

    Locks the file. Raises Invalid with ``file_id`` as ``set_avatar`` does.
    """
    file = _unclaimed_picture(user, file_id)
    _publish(file, is_avatar=False)
    return file


def _unclaimed_picture(user: User, file_id: str) -> File:
    file = _lock_files(user, [parse_ulid(file_id) or NO_ID]).first()
    if file is None or file.is_claimed or file.is_gone(timezone.now()) or not file.is_image:
        raise Invalid({"file_id": [_("The selected picture is invalid.")]})
    return file


def _publish(file: File, *, is_avatar: bool) -> None:
    file.visibility, file.is_avatar = File.Visibility.PUBLIC, is_avatar
    file.claimed_at, file.expires_at = timezone.now(), None
    file.save(update_fields=["visibility", "is_avatar", "claimed_at", "expires_at"])


@transaction.atomic
def clear_avatar(*, user: User) -> User:
    """Remove ``user``'s avatar. Idempotent.

    It may have been uploaded, or come from a sign-in provider.
    """
    release(files=_avatars_of(user))
    return change_profile(user=user, changes={"avatar_url": None})


def _avatars_of(user: User) -> list[File]:
    return list(File.objects.filter(owner_user=user, is_avatar=True, deleted_at=None))


def _lock_files(uploader: User | Guest | None, file_ids: Sequence[str]) -> QuerySet[File]:
    if uploader is None:  # A webhook, which cannot upload. Files without an owner were uploaded anonymously.
        return File.objects.none()
    owner = {"owner_user": uploader} if isinstance(uploader, User) else {"owner_guest": uploader}
    # Ordered by key, because two claims of the same files must not deadlock.
    return File.objects.select_for_update(no_key=True).filter(pk__in=set(file_ids), **owner).order_by("pk")
