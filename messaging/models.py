"""Messages, their translations, and what people do with them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import LANGUAGE_LENGTH, AccountWork, Guest
from files.models import File
from messaging.search.field import TermsField
from rosetta.ids import ULIDModel
from workspaces.models import Conversation, Webhook, Workspace

MAX_CONTENT = 8000


class DirectConversation(models.Model):
    """The conversation of two people.

    ``low`` has the smaller id, so that a pair has one row.
    """

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True)
    low = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="direct_pair_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="direct_pair_ordered"),
        ]
        indexes = [models.Index(fields=["high"], name="direct_by_high")]


class Block(models.Model):
    """``blocker`` does not accept direct messages from ``blocked``."""

    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once")]


class Message(ULIDModel):
    class Type(models.TextChoices):
        TEXT = "text"
        MARKDOWN = "markdown"
        SYSTEM = "system"

    class TranslationStatus(models.TextChoices):
        """Over all languages of the message's audience."""

        PENDING = "pending"
        COMPLETED = "completed"
        FAILED = "failed"
        SKIPPED = "skipped"
        NOT_NEEDED = "not_needed"

    # Foreign keys have no index where a constraint or partial index below serves: each index is written with every post.
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    seq = models.BigIntegerField()
    type = models.CharField(max_length=8, choices=Type, default=Type.TEXT)
    sender_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sender_guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    sender_webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    is_automation = models.BooleanField(default=False)
    # Null where the message was deleted.
    content = models.TextField(null=True)
    language = models.CharField(max_length=LANGUAGE_LENGTH)
    translation_status = models.CharField(max_length=10, choices=TranslationStatus)
    skip_translation = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="replies", db_index=False)
    # Of a reply: whether it is shown among the conversation's messages too, not in its thread alone.
    is_broadcast = models.BooleanField(default=False, db_default=False)
    reply_count = models.PositiveIntegerField(default=0)
    # Of a message with replies: when the latest was written, and who wrote first: [{"kind": "user" | …, "id": …}].
    last_reply_at = models.DateTimeField(null=True)
    repliers: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    attachment_count = models.PositiveSmallIntegerField(default=0)
    reaction_count = models.PositiveIntegerField(default=0)
    # [{"kind": "user" | "channel", "id": …, "name": …}], resolved when the text was written.
    mentions: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    pinned_at = models.DateTimeField(null=True)
    # The search terms of the content; written whenever the content is.
    terms = TermsField()

    class Meta:
        constraints = [
            # Serves every list too: one range scan, with the same cost at any depth.
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_once"),
            models.CheckConstraint(
                name="message_has_one_sender",
                condition=(
                    Q(type="system", sender_user=None, sender_guest=None, sender_webhook=None)
                    | Q(sender_user__isnull=False, sender_guest=None, sender_webhook=None)
                    | Q(sender_user=None, sender_guest__isnull=False, sender_webhook=None)
                    | Q(sender_user=None, sender_guest=None, sender_webhook__isnull=False)
                ),
            ),
        ]
        permissions = [("read_messages", "Can read conversations, for a reason")]
        indexes = [
            models.Index(fields=["parent", "seq"], name="message_replies", condition=Q(parent__isnull=False)),
            models.Index(fields=["sender_guest"], name="message_of_guest", condition=Q(sender_guest__isnull=False)),
            models.Index(
                fields=["sender_webhook"], name="message_of_webhook", condition=Q(sender_webhook__isnull=False)
            ),
            # Serves unread counts, which leave out deleted messages.
            models.Index(fields=["conversation", "seq"], name="message_deleted", condition=Q(deleted_at__isnull=False)),
            # Serves the files of a conversation.
            models.Index(
                fields=["conversation", "-id"], name="message_with_files", condition=Q(attachment_count__gt=0)
            ),
            # Serves the unread replies that are shown in threads alone.
            models.Index(
                fields=["conversation", "seq"],
                name="message_in_thread",
                condition=Q(parent__isnull=False, is_broadcast=False, deleted_at=None),
            ),
            models.Index(
                fields=["conversation", "-pinned_at"], name="message_pins", condition=Q(pinned_at__isnull=False)
            ),
        ]


# The engine of a person's own translation.
HUMAN = "human"


class MessageTranslation(models.Model):
    """A message in one language.

    Pending, ready, failed (it is tried again) or skipped.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        READY = "ready"
        FAILED = "failed"
        SKIPPED = "skipped"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="translations", db_index=False)
    language = models.CharField(max_length=LANGUAGE_LENGTH)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    # The message's revision that ``text`` translates; results for older revisions are discarded.
    revision = models.PositiveIntegerField(default=1)
    text = models.TextField(blank=True)
    # The search terms of ``text``; written whenever ``text`` is.
    terms = TermsField()
    engine = models.CharField(max_length=32, blank=True)
    # How sure an engine's translation is, from 0 to 100; null where nobody judged it.
    confidence = models.PositiveSmallIntegerField(null=True)
    # An engine that readers or owners found wanting here: another one translates it.
    not_by = models.CharField(max_length=32, blank=True, default="", db_default="")
    reason = models.CharField(max_length=64, blank=True)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    attempts = models.PositiveIntegerField(default=0)
    # When a worker may claim it next; a claim moves this to the end of its lease.
    due_at = models.DateTimeField(default=timezone.now)
    # The position in the translators' queue, in Unix milliseconds of virtual time: see workspaces.streams.numbering.
    turn = models.BigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "language"], name="translation_once")]
        # Serve the claim; ready rows are in neither. Two, so that the failures of an outage are not in the way of new rows.
        indexes = [
            models.Index(fields=["turn"], name="translation_owed", condition=Q(state="pending")),
            models.Index(fields=["due_at"], name="translation_failed", condition=Q(state="failed")),
            models.Index(fields=["corrected_by"], name="translation_by", condition=Q(corrected_by__isnull=False)),
        ]


class TranslationFeedback(models.Model):
    """What a reader thinks of a translation.

    ``resolved_at``: since when another translation stands in its place.
    """

    class Verdict(models.TextChoices):
        GOOD = "good"
        BAD = "bad"

    translation = models.ForeignKey(MessageTranslation, on_delete=models.CASCADE, related_name="feedback")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=4, choices=Verdict)
    # Whose translation it was, from which language.
    engine = models.CharField(max_length=32, blank=True)
    source = models.CharField(max_length=LANGUAGE_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "translation feedback"
        constraints = [models.UniqueConstraint(fields=["translation", "user"], name="feedback_once")]
        indexes = [
            models.Index(fields=["id"], name="feedback_open", condition=Q(verdict="bad", resolved_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.translation.language}: {self.verdict}"


class MessageRevision(models.Model):
    """The text of a message before an edit."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    revision = models.PositiveIntegerField()
    content = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "revision"], name="revision_once")]


class Attachment(ULIDModel):
    """A file of a message, with an id of its own."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.OneToOneField(File, on_delete=models.PROTECT, related_name="attachment")
    position = models.PositiveSmallIntegerField(default=0)


class Reaction(models.Model):
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, null=True, related_name="+")
    emoji = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "emoji", "user"], name="reaction_once", condition=Q(user__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["message", "emoji", "guest"], name="guest_reaction_once", condition=Q(guest__isnull=False)
            ),
        ]


class ThreadFollower(models.Model):
    """A user who follows a thread, or left it: a row that says no keeps them out when somebody mentions them there."""

    thread = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="followers", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_following = models.BooleanField(default=True)
    # The number of the last reply that was read.
    last_read_seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="thread_follower_once")]


class SavedMessage(models.Model):
    """A message that a user keeps for later."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "message"], name="saved_message_once")]
        indexes = [models.Index(fields=["user", "-id"], name="saved_by_user")]


class Report(models.Model):
    """A report of a message to staff, and their decision."""

    class Decision(models.TextChoices):
        DISMISS = "dismiss", "Dismiss"
        REMOVE_MESSAGE = "remove_message", "Remove the message"
        WARN = "warn", "Warn its sender"
        SUSPEND_MEMBER = "suspend_member", "Suspend its sender from the workspace"
        SUSPEND_ACCOUNT = "suspend_account", "Suspend its sender's account"
        CLOSE_ROOM = "close_room", "Close the temporary room"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=1000)
    # The text when it was reported, which later edits do not change; erased with the message.
    content = models.TextField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=16, choices=Decision, blank=True)
    # For other staff; neither the reporter nor the sender sees it.
    note = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # What undoing the decision needs.
    undo = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "reporter"], name="report_once")]
        indexes = [
            models.Index(fields=["id"], name="report_open", condition=Q(resolved_at=None)),
            models.Index(fields=["created_at"], name="report_by_age"),
            models.Index(fields=["id"], name="report_decided", condition=Q(resolved_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Report {self.pk}"


class ModeratorDecision(models.Model):
    """What a moderator of the workspace decided about a report; staff decide for themselves, whatever this says."""

    class Decision(models.TextChoices):
        DISMISS = "dismiss"
        REMOVE_MESSAGE = "remove_message"
        WARN = "warn"
        SUSPEND_MEMBER = "suspend_member"

    report = models.OneToOneField(Report, on_delete=models.CASCADE, primary_key=True, related_name="moderator_decision")
    decision = models.CharField(max_length=16, choices=Decision)
    # For the other moderators; neither the reporter nor the sender sees it.
    note = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.decision} of report {self.report_id}"


class WorkspaceExport(ULIDModel, AccountWork):
    """A ZIP of a workspace as its owner ``user`` reads it."""

    # Null once the workspace is erased: then only the file is left to delete.
    workspace = models.ForeignKey(Workspace, on_delete=models.SET_NULL, null=True, related_name="exports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    file = models.CharField(max_length=255, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # At most one pending export for each workspace.
        constraints = [
            models.UniqueConstraint(
                fields=["workspace"], condition=Q(state="pending"), name="workspace_export_once_under_way"
            )
        ]

    def __str__(self) -> str:
        return f"{self.workspace_id}: {self.state}"


class KeptDraft(models.Model):
    """What a user has begun to write in a conversation or as a reply to ``parent``, kept until it is posted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_drafts")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    parent = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="+")
    # As it was typed, with its blanks.
    content = models.TextField()
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "conversation"], condition=Q(parent=None), name="kept_draft_once"),
            models.UniqueConstraint(
                fields=["user", "parent"], condition=Q(parent__isnull=False), name="kept_draft_of_reply_once"
            ),
        ]
        # Serves the list, the last first, and the limit on their number.
        indexes = [models.Index(fields=["user", "-updated_at"], name="kept_draft_by_age")]

    def __str__(self) -> str:
        # Without its text, which is nobody else's business.
        return f"Draft {self.pk}"


class IdempotencyKey(models.Model):
    """The message that a POST with an Idempotency-Key created, for repeats within 24 hours."""

    # The sender: ``user:1``, ``guest:01h…``, ``webhook:01h…``.
    sender = models.CharField(max_length=48)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    # Null while the first request is under way.
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "conversation", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_by_age")]
