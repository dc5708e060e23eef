"""Read pages of messages, newest first, by cursor.

With the same cost at any depth.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, CharField, QuerySet

from messaging.context import ConversationContext
from messaging.models import Message
from messaging.resources import MessageRow, rows_of, with_translation
from rosetta.db.queries import ULID, CompiledQuery, Unseen
from rosetta.ids import NO_ID, ULIDField, parse_ulid

LIMIT = 50
MAX_LIMIT = 100
CURSORS = ("before", "after", "around")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position: before, after or around (``kind``) the message number ``seq``.

    The newest page where ``kind`` is None.
    """

    limit: int
    kind: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[MessageRow]
    meta: dict[str, Any]


_SEQ = CompiledQuery(
    lambda conversation_id, message_id: Message.objects.filter(conversation=conversation_id, pk=message_id).values_list(
        "seq"
    ),
    conversation_id=ULID,
    message_id=ULID,
)


def seq_of(context: ConversationContext, message_id: str) -> int | None:
    """Return the number of a message of the conversation, or None where it has no such message."""
    row = _SEQ.first(conversation_id=context.conversation.pk, message_id=parse_ulid(message_id) or NO_ID)
    return None if row is None else int(row[0])


def page_of(messages: QuerySet[Message], cursor: Cursor, language: str, last_seq: int) -> Page:
    """Return the page of ``messages`` at ``cursor``, with their translations into ``language``."""
    if cursor.kind == "around":
        rows, older, newer = _around(messages, cursor, language)
        has_more = older or newer
    elif cursor.kind == "after":
        rows, newer = _newer(messages, cursor.seq, cursor.limit, language)
        older, has_more = bool(rows), newer
    else:
        rows, older = _older(messages, cursor.seq or last_seq + 1, cursor.limit, language)
        newer, has_more = cursor.kind == "before" and bool(rows), older
    return Page(rows, _meta(rows, last_seq, older=older, newer=newer, has_more=has_more))


def _meta(rows: list[MessageRow], last_seq: int, *, older: bool, newer: bool, has_more: bool) -> dict[str, Any]:
    return {
        "has_more": has_more,
        "next_before": rows[-1].id if rows and older else None,
        "next_after": rows[0].id if rows and newer else None,
        "last_seq": last_seq,
    }


def newest_page(context: ConversationContext, cursor: Cursor, language: str) -> Page:
    """Return the page of all messages at ``cursor``.

    Compiled once for the pages that clients read most.
    """
    last_seq = context.conversation.last_seq
    if cursor.kind not in (None, "before"):
        return page_of(Message.objects.filter(conversation=context.conversation), cursor, language, last_seq)
    rows = _older_query(cursor.limit).rows(
        conversation_id=context.conversation.pk, below=cursor.seq or last_seq + 1, language=language
    )
    return _backward([MessageRow._make(row) for row in rows], cursor, last_seq)


@lru_cache(maxsize=MAX_LIMIT)
def _older_query(limit: int) -> CompiledQuery:
    def build(conversation_id: str, below: int, language: str) -> QuerySet[Any, Any]:
        conversation = Unseen(conversation_id, ULIDField())
        messages = Message.objects.filter(conversation=conversation, seq__lt=Unseen(below, BigIntegerField()))
        return with_translation(messages.order_by("-seq"), Unseen(language, CharField()))[: limit + 1]

    return CompiledQuery(build, conversation_id=ULID, below=int, language=str)


def _backward(rows: list[MessageRow], cursor: Cursor, last_seq: int) -> Page:
    older, rows = len(rows) > cursor.limit, rows[: cursor.limit]
    return Page(rows, _meta(rows, last_seq, older=older, newer=cursor.kind == "before" and bool(rows), has_more=older))


def _older(messages: QuerySet[Message], below: int, limit: int, language: str) -> tuple[list[MessageRow], bool]:
    rows = rows_of(messages.filter(seq__lt=below).order_by("-seq"), language, limit + 1)
    return rows[:limit], len(rows) > limit


def _newer(messages: QuerySet[Message], above: int, limit: int, language: str) -> tuple[list[MessageRow], bool]:
    rows = rows_of(messages.filter(seq__gt=above).order_by("seq"), language, limit + 1)
    return rows[:limit][::-1], len(rows) > limit


def _around(messages: QuerySet[Message], cursor: Cursor, language: str) -> tuple[list[MessageRow], bool, bool]:
    """Return up to ``limit`` messages with the given one in the middle.

    A side with too few is filled from the other.
    """
    newer, more_newer = _newer(messages, cursor.seq, cursor.limit, language)
    older, more_older = _older(messages, cursor.seq + 1, cursor.limit, language)
    below = min(len(older), max(cursor.limit // 2 + 1, cursor.limit - len(newer)))
    above = min(len(newer), cursor.limit - below)
    has_older, has_newer = more_older or below < len(older), more_newer or above < len(newer)
    return newer[len(newer) - above :] + older[:below], has_older, has_newer
