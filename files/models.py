"""Bytes that somebody uploaded."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Guest
from rosetta.ids import ULIDModel


class File(ULIDModel):
    """An uploaded file. Unclaimed, it lives until ``expires_at``; claimed by a message, ``expires_at`` is null."""

    class Visibility(models.TextChoices):
        PUBLIC = "public"
        PRIVATE = "private"

    owner_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="files")
    owner_guest = models.ForeignKey(Guest, on_delete=models.SET_NULL, null=True, related_name="files")
    client_name = models.CharField(max_length=255)
    # Where storage keeps the bytes; never shown.
    storage_name = models.CharField(max_length=255, unique=True)
    mime_type = models.CharField(max_length=127)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    visibility = models.CharField(max_length=8, choices=Visibility)
    meta: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    claimed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["owner_user", "-created_at"], name="file_by_owner"),
            # Serves the sweep: what is due, oldest first.
            models.Index(fields=["expires_at"], name="file_due", condition=Q(expires_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.client_name

    @property
    def is_claimed(self) -> bool:
        return self.claimed_at is not None

    def is_gone(self, now: datetime) -> bool:
        """Deleted, or past its time even if the sweep has not come yet."""
        return self.deleted_at is not None or (self.expires_at is not None and self.expires_at <= now)
