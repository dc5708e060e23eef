"""Pages of messages, newest first, by cursor: the same cost at any depth."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, CharField, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from messaging.context import Place
from messaging.errors import unknown_id
from messaging.models import Message
from messaging.resources import MessageRow, rows_of, with_words
from rosetta import languages
from rosetta.db.compiled import ULID, CompiledQuery, Unseen
from rosetta.errors import Invalid
from rosetta.http.pagination import query_int
from rosetta.ids import NO_ID, ULIDField, parse_ulid

LIMIT = 50
MAX_LIMIT = 100
CURSORS = ("before", "after", "around")


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a client asked for: ``kind`` of CURSORS with the message's number, or the newest page."""

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


def asked_language(request: Request) -> str | None:
    """``?language=``: the language to show messages in, or None for the caller's own. Raises Invalid for an unknown one."""
    raw = request.query_params.get("language")
    if not raw:
        return None
    if raw not in languages.CODES:
        raise Invalid({"language": [_("The selected language is invalid.")]})
    return raw


def cursor_of(request: Request, place: Place) -> Cursor:
    """The cursor in the query. Raises Invalid for two of them, an unknown message or a limit out of range."""
    limit = query_int(request, "limit", default=LIMIT, low=1, high=MAX_LIMIT)
    given = [(kind, raw) for kind in CURSORS if (raw := request.query_params.get(kind))]
    if not given:
        return Cursor(limit)
    if len(given) > 1:
        raise Invalid({given[1][0]: [_("Give only one of before, after and around.")]})
    kind, raw = given[0]
    found = _SEQ.first(conversation_id=place.conversation.pk, message_id=parse_ulid(raw) or NO_ID)
    if found is None:
        raise unknown_id(kind)
    return Cursor(limit, kind, *found)


def page_of(messages: QuerySet[Message], cursor: Cursor, language: str, last_seq: int) -> Page:
    """The page of ``messages`` at ``cursor``, with its words in ``language``."""
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


def newest_page(place: Place, cursor: Cursor, language: str) -> Page:
    """The page of all messages of ``place`` at ``cursor``; the pages that clients read most cost least."""
    last_seq = place.conversation.last_seq
    if cursor.kind not in (None, "before"):
        return page_of(Message.objects.filter(conversation=place.conversation), cursor, language, last_seq)
    rows = _older_query(cursor.limit).rows(
        conversation_id=place.conversation.pk, below=cursor.seq or last_seq + 1, language=language
    )
    return _backward([MessageRow._make(row) for row in rows], cursor, last_seq)


@lru_cache(maxsize=MAX_LIMIT)
def _older_query(limit: int) -> CompiledQuery:
    def build(conversation_id: str, below: int, language: str) -> QuerySet[Any, Any]:
        place = Unseen(conversation_id, ULIDField())
        messages = Message.objects.filter(conversation=place, seq__lt=Unseen(below, BigIntegerField()))
        return with_words(messages.order_by("-seq"), Unseen(language, CharField()))[: limit + 1]

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
    """The message in the middle of ``limit`` in all; what one side lacks the other gives."""
    newer, more_newer = _newer(messages, cursor.seq, cursor.limit, language)
    older, more_older = _older(messages, cursor.seq + 1, cursor.limit, language)
    below = min(len(older), max(cursor.limit // 2 + 1, cursor.limit - len(newer)))
    above = min(len(newer), cursor.limit - below)
    has_older, has_newer = more_older or below < len(older), more_newer or above < len(newer)
    return newer[len(newer) - above :] + older[:below], has_older, has_newer
