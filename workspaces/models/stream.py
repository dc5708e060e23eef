"""Streams of numbered events, the conversations that have them, and how far they have been read."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from rosetta.ids import ULIDField, ULIDModel


class Stream(models.Model):
    """Something with events numbered 1, 2, 3 ….

    ``last_event`` is the highest number assigned.
    """

    last_event = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class Conversation(ULIDModel, Stream):
    """A container of messages, which shares its id with a channel or a direct conversation. ``last_seq`` numbers them."""

    last_seq = models.BigIntegerField(default=0)
    # Fair-queue position (virtual time in Unix ms) for translating this conversation's next message.
    turn = models.BigIntegerField(default=0, db_default=0)
    # In which languages people write here, as corrections said: pairs of a sender's key and a language, the latest last.
    taught_languages: "models.JSONField[Any, Any]" = models.JSONField(null=True, editable=False)
    last_message_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class ReadMark(models.Model):
    """A user's read position in a conversation. Without a row, nothing is read."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="read_marks")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="read_marks", db_index=False
    )
    last_read_seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "conversation"], name="read_mark_once")]


class Event(models.Model):
    """A durable event of a stream, written in the transaction of the change itself and delivered from this table.

    ``stream_id`` is a conversation's or a workspace's id. ``data`` holds ids of what is rendered in each reader's language
    at delivery, and a snapshot of the rest. ``user_id`` set: for that user alone.
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
