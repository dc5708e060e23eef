"""Streams of numbered events, the conversations that have them, and how far they have been read."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from rosetta.ids import ULIDField, ULIDModel


class Stream(models.Model):
    """Something with events numbered 1, 2, 3 …; ``last_event`` is the highest number given out."""

    last_event = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class Conversation(ULIDModel, Stream):
    """What has messages: a channel or a direct conversation, which shares its id. ``last_seq`` numbers the messages."""

    last_seq = models.BigIntegerField(default=0)
    # Unix milliseconds at which translators take its next message, had all conversations the same share of them.
    turn = models.BigIntegerField(default=0, db_default=0)
    last_message_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


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
