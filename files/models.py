"""Store uploaded files, and pending removals of their bytes."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Guest
from rosetta.ids import ULIDField, ULIDModel

NAME_LENGTH = 255


class File(ULIDModel):
    """An uploaded file: a claimed one is kept, any other is deleted at ``expires_at``.

    A message claims its attachments, an account its avatar; both set ``expires_at`` to null. A file without an owner was
    uploaded anonymously and can be neither claimed nor listed.
    """

    class Visibility(models.TextChoices):
        PUBLIC = "public"
        PRIVATE = "private"

    owner_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="files")
    owner_guest = models.ForeignKey(Guest, on_delete=models.SET_NULL, null=True, related_name="files")
    client_name = models.CharField(max_length=NAME_LENGTH)
    # Where storage keeps the bytes; never shown.
    storage_name = models.CharField(max_length=NAME_LENGTH, unique=True)
    mime_type = models.CharField(max_length=127)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    # Pixels; null for everything but pictures of a supported format.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    thumbnail_name = models.CharField(max_length=NAME_LENGTH, blank=True)
    # When the next try is due, while a thumbnail is pending.
    thumbnail_due_at = models.DateTimeField(null=True)
    thumbnail_attempts = models.PositiveSmallIntegerField(default=0)
    visibility = models.CharField(max_length=8, choices=Visibility)
    meta: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    # The workspace whose message claimed it, for its quota; a plain id, because workspaces stand above files.
    workspace_id: "models.Field[Any, str | None]" = ULIDField(null=True)  # type: ignore[misc]
    # Claimed by its owner's account instead of by a message.
    is_avatar = models.BooleanField(default=False)
    claimed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["owner_user", "-created_at"], name="file_by_owner"),
            # Serves the sweep: what is due, oldest first.
            models.Index(fields=["expires_at"], name="file_due", condition=Q(expires_at__isnull=False)),
            models.Index(
                fields=["thumbnail_due_at"], name="file_thumbnail_due", condition=Q(thumbnail_due_at__isnull=False)
            ),
            # Serves a workspace's quota and its purge.
            models.Index(fields=["workspace_id"], name="file_by_workspace", condition=Q(workspace_id__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner_user"], condition=Q(is_avatar=True, deleted_at=None), name="one_avatar_per_user"
            )
        ]

    def __str__(self) -> str:
        return self.client_name

    @property
    def is_claimed(self) -> bool:
        return self.claimed_at is not None

    @property
    def is_image(self) -> bool:
        return self.width is not None

    def is_gone(self, now: datetime) -> bool:
        """Return whether the file is deleted or has expired.

        An expired file counts even if the sweep has not deleted it yet.
        """
        return self.deleted_at is not None or (self.expires_at is not None and self.expires_at <= now)


class Removal(models.Model):
    """A pending removal of bytes from storage, due at ``due_at``.

    Inserted before an upload's bytes are stored, deleted in the transaction that stores the file's row, and inserted again
    in the transaction that deletes that row. So stored bytes always have a file or a removal, whenever a process crashes.
    """

    storage_name = models.CharField(max_length=NAME_LENGTH, unique=True)
    due_at = models.DateTimeField()
    # Once a removal has begun, an upload can no longer cancel it.
    has_begun = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="removal_due")]

    def __str__(self) -> str:
        return self.storage_name
