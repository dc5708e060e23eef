"""Who belongs where: workspaces, their members, channels and invites; and the streams of what happens in them."""

import secrets
from base64 import b64encode
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import LANGUAGE_LENGTH
from rosetta.ids import ULIDField, ULIDModel


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


class PasswordProtected(models.Model):
    """Something that may ask for a password on the way in; empty means that it does not."""

    password_hash = models.CharField(max_length=255, blank=True)

    class Meta:
        abstract = True

    @property
    def has_password(self) -> bool:
        return bool(self.password_hash)

    def accepts(self, password: str) -> bool:
        return not self.password_hash or check_password(password, self.password_hash)


class Stream(models.Model):
    """Something with events numbered 1, 2, 3 …; ``last_event`` is the highest number given out."""

    last_event = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class Workspace(ULIDModel, PasswordProtected, Stream):
    class Kind(models.TextChoices):
        TEAM = "team"
        TEMPORARY_ROOM = "temporary_room"

    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.TEAM)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    # Kept with each join and leave, in the same transaction: a list of workspaces must not count members.
    member_count = models.PositiveIntegerField(default=0)
    retention_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Days that messages are kept; empty: for ever.",
    )
    # Set for temporary rooms alone.
    expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Set when it was deleted: nobody belongs to it any more, and a task erases what is left of it.
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            # Serves the list of public workspaces.
            models.Index(fields=["visibility", "-created_at"], name="workspace_discover"),
            # Serves the job that erases what is kept no longer.
            models.Index(
                fields=["retention_days"], name="workspace_retention", condition=Q(retention_days__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def has_ended(self, now: datetime) -> bool:
        """Whether this is a temporary room that was closed or has expired, or anything that was deleted."""
        if self.closed_at is not None or self.deleted_at is not None:
            return True
        return self.expires_at is not None and self.expires_at <= now


class Member(ULIDModel):
    """A person's place in a workspace. ``language`` is what they read there: their choice, else their account's."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)
    preferred_language = models.CharField(max_length=LANGUAGE_LENGTH, null=True, blank=True)
    language = models.CharField(max_length=LANGUAGE_LENGTH)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="member_once")]
        # Serves the audience of a post: one probe a language, whatever the number of members.
        indexes = [models.Index(fields=["workspace", "language"], name="member_by_language")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.workspace_id}"

    @property
    def rank(self) -> int:
        return Role(self.role).rank

    @property
    def is_moderator(self) -> bool:
        return self.role in (Role.OWNER, Role.ADMIN)


class Suspension(models.Model):
    """Staff keep ``user`` out of a workspace: neither an invite nor an open door lets them in again."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="suspensions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="suspension_once")]

    def __str__(self) -> str:
        return f"{self.user_id} out of {self.workspace_id}"


class Conversation(ULIDModel, Stream):
    """What has messages: a channel or a direct conversation, which shares its id. ``last_seq`` numbers the messages."""

    last_seq = models.BigIntegerField(default=0)
    # Unix milliseconds at which translators take its next message, had all conversations the same share of them.
    turn = models.BigIntegerField(default=0, db_default=0)
    last_message_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class Channel(PasswordProtected):
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="channels")
    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=80)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PUBLIC)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)
    # Since when all members read it, where it was restricted before: they hear nothing of what happened earlier.
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "slug"], name="channel_slug_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def is_restricted(self) -> bool:
        """Whether only those who joined it read it: private channels, and public ones with a password."""
        return self.visibility == Visibility.PRIVATE or self.has_password


class ChannelMember(ULIDModel):
    """Somebody who joined a restricted channel (or one that they want in their list)."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="channel_members")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="channel_memberships")
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "member"], name="channel_member_once")]


class ReadMark(models.Model):
    """How far somebody has read. No row means: from the start."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="read_marks")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="read_marks", db_index=False
    )
    last_read_seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "conversation"], name="read_mark_once")]


class Event(models.Model):
    """Something durable that happened in a stream; written with the change itself, delivered from here.

    ``stream_id`` is a conversation's or a workspace's id. ``data`` holds ids for what is rendered in each reader's
    language at delivery, and a snapshot for the rest. ``user_id`` set: for that person alone.
    """

    stream_id = ULIDField()
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=32)
    data: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    user_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream_id", "seq"], name="event_once")]
        # Serves expiry, oldest first.
        indexes = [models.Index(fields=["created_at"], name="event_by_age")]


class Invite(ULIDModel):
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invites")
    token = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    accepted_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


class Webhook(ULIDModel):
    """An address that posts into a workspace for who knows its secret."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=120)
    secret_hash = models.CharField(max_length=64)
    default_channel = models.ForeignKey(Channel, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True, blank=True)
    # Its messages stay and are signed with its name, so the row stays too.
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Erasure(models.Model):
    """A conversation that nobody reaches any more and whose content a task is erasing, a batch at a time."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True)
    # A deleted workspace's own row waits for the last of these.
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="erasures")
    created_at = models.DateTimeField(default=timezone.now)


def new_signing_secret() -> str:
    """A secret in the form of Standard Webhooks: 32 bytes of its own."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


class WebhookSubscription(ULIDModel):
    """An address outside that hears what happens in a workspace.

    ``secret`` signs what is sent, so it is kept as it is: shown once, and never in lists, admin or logs.
    """

    class Disabled(models.TextChoices):
        FAILING = "failing"
        GONE = "gone"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="subscriptions")
    url = models.CharField(max_length=2048)
    event_types: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    secret = models.CharField(max_length=64, default=new_signing_secret, editable=False)
    is_active = models.BooleanField(default=True)
    # It hears what happens from here on: its creation, or when it was last switched on.
    active_since = models.DateTimeField(default=timezone.now)
    # Since when nothing has been taken; null while it goes well.
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    # After a failure nothing is sent until then, so that one sick address does not hold up the others.
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_reason = models.CharField(max_length=8, choices=Disabled, blank=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.url

    def wants(self, kind: str) -> bool:
        return kind in self.event_types or "*" in self.event_types


class StreamCursor(models.Model):
    """How far a stream's events have been taken over for the subscriptions of its workspace."""

    stream_id = ULIDField(primary_key=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField(default=0)


class WebhookDelivery(ULIDModel):
    """An event owed to a subscription, and how the last attempt went. Its id is the same at every attempt."""

    class Status(models.TextChoices):
        PENDING = "pending"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        # There was nothing left to send: the message was erased in between.
        DROPPED = "dropped"

    subscription = models.ForeignKey(WebhookSubscription, on_delete=models.CASCADE, related_name="deliveries")
    stream_id = ULIDField()
    event_seq = models.BigIntegerField()
    kind = models.CharField(max_length=32)
    # The event's own: ids and snapshots. What is sent is rendered at each attempt, so that it holds no deleted text.
    data: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    # When a worker may take it next; a claim moves it to the end of its lease.
    due_at = models.DateTimeField(default=timezone.now)
    # Not tried any more from here on.
    expires_at = models.DateTimeField()
    last_attempt_at = models.DateTimeField(null=True)
    response_status = models.PositiveSmallIntegerField(null=True)
    response_body = models.CharField(max_length=1024, blank=True)
    error = models.CharField(max_length=255, blank=True)
    duration_ms = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["subscription", "stream_id", "event_seq"], name="delivery_once"),
        ]
        indexes = [
            # Serves the claim: what is owed, oldest first.
            models.Index(fields=["due_at"], name="delivery_owed", condition=Q(status="pending")),
            # Serves staff's list of what went wrong.
            models.Index(fields=["id"], name="delivery_failed", condition=Q(status="failed")),
            # Serves the log of a subscription, newest first.
            models.Index(fields=["subscription", "-id"], name="delivery_log"),
            # Serves expiry.
            models.Index(fields=["created_at"], name="delivery_by_age"),
        ]

    @property
    def message_id(self) -> str:
        """What receivers know it by, at every attempt and replay."""
        return f"msg_{self.pk}"
