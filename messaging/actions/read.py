"""Mark a conversation as read up to a message."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from messaging.context import ConversationContext
from messaging.errors import unknown_id
from messaging.models import Message
from rosetta.db.inserts import WriteBatch
from rosetta.ids import NO_ID, parse_ulid
from rosetta.pubsub import ReadMoved, publish_on_commit
from workspaces.models import ReadMark
from workspaces.unread import unread_after_read, unread_replies_after_read

# The larger of two positions wins, which the ORM's upsert cannot express.
_ONLY_FORWARD = (
    " ON CONFLICT (user_id, conversation_id) DO UPDATE SET last_read_seq = EXCLUDED.last_read_seq"
    " WHERE workspaces_readmark.last_read_seq < EXCLUDED.last_read_seq"
)


@dataclass(frozen=True, slots=True)
class ReadState:
    last_read_seq: int
    unread_count: int
    unread_reply_count: int


@transaction.atomic
def mark_read(*, context: ConversationContext, message_id: str) -> ReadState:
    """Move the caller's read position to a message; it never moves back.

    Idempotent. Raises Invalid for an unknown message.
    """
    messages = Message.objects.filter(conversation=context.conversation, pk=parse_ulid(message_id) or NO_ID)
    seq = messages.values_list("seq", flat=True).first()
    if seq is None or context.user is None:
        raise unknown_id("message_id")
    user_id, conversation_id = context.user.pk, context.conversation.pk
    with WriteBatch() as batch:
        advance_read_mark(batch, user_id=user_id, conversation_id=conversation_id, seq=seq)
    return _announced(user_id, conversation_id)


def _announced(user_id: int, conversation_id: str) -> ReadState:
    """Return how far a user has read, and let their other clients know."""
    marks = ReadMark.objects.filter(user=user_id, conversation=conversation_id)
    counted = marks.annotate(read=F("last_read_seq")).annotate(
        unread=unread_after_read(), unread_replies=unread_replies_after_read()
    )
    state = ReadState(*counted.values_list("read", "unread", "unread_replies").get())
    publish_on_commit(ReadMoved(user_id, conversation_id, state.last_read_seq))
    return state


@transaction.atomic
def mark_unread(*, context: ConversationContext, message_id: str) -> ReadState:
    """Move the caller's read position to just before a message, back too: it and what follows is unread.

    Idempotent. Raises Invalid for an unknown message.
    """
    messages = Message.objects.filter(conversation=context.conversation, pk=parse_ulid(message_id) or NO_ID)
    seq = messages.values_list("seq", flat=True).first()
    if seq is None or context.user is None:
        raise unknown_id("message_id")
    ReadMark.objects.update_or_create(
        user=context.user, conversation=context.conversation, defaults={"last_read_seq": seq - 1}
    )
    return _announced(context.user.pk, context.conversation.pk)


def advance_read_mark(batch: WriteBatch, *, user_id: int, conversation_id: str, seq: int) -> None:
    """Add to ``batch`` that ``user_id`` has read up to ``seq``.

    The position never moves back.
    """
    mark = ReadMark(user_id=user_id, conversation_id=conversation_id, last_read_seq=seq)
    batch.insert(mark, on_conflict=_ONLY_FORWARD)
