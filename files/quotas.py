"""Limit the bytes that an uploader and a workspace may store."""

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import Guest, User
from files.models import File
from rosetta.errors import Invalid


def check_uploader(uploader: User | Guest | None, size: int) -> None:
    """Check that another ``size`` bytes fit into the uploader's quota.

    Raises Invalid with ``file``.
    """
    quota = settings.FILES_USER_QUOTA_BYTES
    if not quota or uploader is None:
        return
    owner = {"owner_user": uploader} if isinstance(uploader, User) else {"owner_guest": uploader}
    if _bytes_of(File.objects.filter(**owner)) + size > quota:
        raise Invalid({"file": [_("Your storage is full.")]})


def check_workspace(workspace_id: str | None, size: int) -> None:
    """Check that another ``size`` bytes fit into the workspace's quota.

    Raises Invalid with ``attachment_ids``.
    """
    quota = settings.FILES_WORKSPACE_QUOTA_BYTES
    if quota and workspace_id and _bytes_of(File.objects.filter(workspace_id=workspace_id)) + size > quota:
        raise Invalid({"attachment_ids": [_("This workspace's storage is full.")]})


def _bytes_of(files: QuerySet[File]) -> int:
    return files.filter(deleted_at=None).aggregate(total=Sum("size"))["total"] or 0
