"""Workspaces, their members, and the invites that lead into them."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import LANGUAGE_LENGTH
from rosetta import languages
from rosetta.ids import ULIDField, ULIDModel
from workspaces.models.stream import Stream


class Role(models.TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"

    @property
    def rank(self) -> int:
        return {Role.OWNER: 2, Role.ADMIN: 1, Role.MEMBER: 0}[self]


class Visibility(models.TextChoices):
    PUBLIC = "public"
    PRIVATE = "private"


class ChannelOrder(models.TextChoices):
    CREATED = "created"
    NAME = "name"
    ACTIVITY = "activity"


class PasswordProtected(models.Model):
    """Something that may need a password to join.

    An empty hash means that it does not.
    """

    password_hash = models.CharField(max_length=255, blank=True)

    class Meta:
        abstract = True

    @property
    def has_password(self) -> bool:
        return bool(self.password_hash)

    def accepts(self, password: str) -> bool:
        return not self.password_hash or check_password(password, self.password_hash)


class Workspace(ULIDModel, PasswordProtected, Stream):
    class Kind(models.TextChoices):
        TEAM = "team"
        TEMPORARY_ROOM = "temporary_room"

    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.TEAM)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    # Updated with every join and leave, in the same transaction, so that a list need not count members.
    member_count = models.PositiveIntegerField(default=0)
    retention_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Days that messages are kept; empty: for ever.",
    )
    # A public file; a plain id, because it is shown by its address alone.
    icon_id: "models.Field[Any, str | None]" = ULIDField(null=True, editable=False)  # type: ignore[misc]
    # The channel that shows how it works, until it is removed; a plain id, which may name a channel that is gone.
    demo_channel_id: "models.Field[Any, str | None]" = ULIDField(null=True, editable=False)  # type: ignore[misc]
    # Of mails to people who have no account yet, from which it could be known.
    default_language = models.CharField(max_length=LANGUAGE_LENGTH, null=True, blank=True)
    # Set for temporary rooms only.
    expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Set when it is deleted: it has no members from then on, and a task erases its content.
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            # Serves the list of public workspaces.
            models.Index(fields=["visibility", "-created_at"], name="workspace_discover"),
            # Serves the job that erases old messages.
            models.Index(
                fields=["retention_days"], name="workspace_retention", condition=Q(retention_days__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def has_ended(self, now: datetime) -> bool:
        """Return whether this is a temporary room that was closed or has expired, or a deleted workspace."""
        if self.closed_at is not None or self.deleted_at is not None:
            return True
        return self.expires_at is not None and self.expires_at <= now


class Member(ULIDModel):
    """A user's membership in a workspace.

    ``language``: what they read there, their own choice or else the account's. ``also_reads``: the account's.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)
    preferred_language = models.CharField(max_length=LANGUAGE_LENGTH, null=True, blank=True)
    language = models.CharField(max_length=LANGUAGE_LENGTH)
    also_reads = models.CharField(max_length=100, blank=True, default="", db_default="")
    # How this member's own sidebar sorts channels.
    channel_order = models.CharField(
        max_length=8, choices=ChannelOrder, default=ChannelOrder.CREATED, db_default=ChannelOrder.CREATED
    )
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="member_once")]
        # Serves the audience of a post: one probe per language, however many members there are.
        indexes = [models.Index(fields=["workspace", "language", "also_reads"], name="member_by_reading")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.workspace_id}"

    @property
    def reading(self) -> languages.Reading:
        return languages.Reading(self.language, languages.split(self.also_reads))

    @property
    def rank(self) -> int:
        return Role(self.role).rank

    @property
    def is_moderator(self) -> bool:
        return self.role in (Role.OWNER, Role.ADMIN)


class Suspension(models.Model):
    """Staff, or moderators of the workspace, keep ``user`` out of it.

    They can join neither by an invite nor because it is public. What staff decided, only staff take back.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="suspensions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_by_staff = models.BooleanField(default=True, db_default=True)
    # The moderator; null for staff, whom the audit log names.
    suspended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="suspension_once")]

    def __str__(self) -> str:
        return f"{self.user_id} out of {self.workspace_id}"


class Invite(ULIDModel):
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invites")
    token = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # What whoever joins by it becomes.
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER, db_default=Role.MEMBER)
    # How many may join by it; null: any number.
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    # Whom it was mailed to, until it is used or revoked; blank for a link that was copied.
    email = models.EmailField(max_length=255, blank=True, default="", db_default="")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    accepted_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at

    @property
    def is_used_up(self) -> bool:
        return self.max_uses is not None and self.accepted_count >= self.max_uses
