"""A workspace's messages by their words: newest first, in the originals and in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from messaging.models import Message, MessageTranslation
from messaging.resources import MessageRow, is_translated, rows_of
from messaging.search.text import Asked, scope_term
from workspaces.access import open_to
from workspaces.models import Channel, Member

# How many rows may be looked through for one page: terms that stand far apart where they were asked as a phrase.
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Found:
    """``rows`` as ``resources.rows_of`` gives them, each with its snippet; ``next_before`` where there may be more."""

    rows: list[MessageRow]
    snippets: list[str]
    next_before: str | None


def find(*, member: Member, language: str, asked: Asked, limit: int, before: str | None = None) -> Found:
    """What ``member`` may read of what was ``asked``, in any channel, older than the message ``before``.

    A page may be short, even empty, and yet have a ``next_before``: looking further took too long for one request.
    """
    rows: list[MessageRow] = []
    snippets: list[str] = []
    if not asked.terms:
        return Found(rows, snippets, None)
    for chunk in _chunks(member, language, asked, limit + 1, before):
        for row in chunk:
            if len(rows) == limit:
                return Found(rows, snippets, before)
            before = row.id
            if hit := _hit(row, asked, language):
                rows.append(row)
                snippets.append(asked.snippet(hit))
        if len(chunk) <= limit:
            return Found(rows, snippets, None)
    return Found(rows, snippets, before)


def _chunks(member: Member, language: str, asked: Asked, size: int, before: str | None) -> Iterator[list[MessageRow]]:
    """Rows that have the terms, newest first."""
    for _round in range(ROUNDS):
        ids = _candidates(member, language, asked, size, before)
        rows = rows_of(Message.objects.filter(pk__in=ids).order_by("-pk"), language) if ids else []
        yield rows
        if len(ids) < size:
            return
        before = ids[-1]


def _candidates(member: Member, language: str, asked: Asked, size: int, before: str | None) -> list[str]:
    """Ids of the newest messages whose original or translation has every term."""
    scope_id = member.workspace_id
    channels = Channel.objects.filter(open_to(member), workspace_id=scope_id).values("pk")

    def terms(of_language: str | None) -> list[tuple[str, bool]]:
        return [(scope_term(scope_id, of_language), False), *asked.terms]

    originals = Message.objects.filter(terms__match=terms(None), conversation__in=channels)
    found = _newest(originals, "pk", size, before)
    translations = MessageTranslation.objects.filter(terms__match=terms(language), message__conversation__in=channels)
    if len(found) == size:
        # Older ones would not be among the newest: common words need not be looked for any further.
        translations = translations.filter(message__gt=found[-1])
    return sorted({*found, *_newest(translations, "message", size, before)}, reverse=True)[:size]


def _newest(rows: QuerySet[Any], key: str, size: int, before: str | None) -> list[str]:
    if before is not None:
        rows = rows.filter(**{f"{key}__lt": before})
    return list(rows.order_by(f"-{key}").values_list(key, flat=True)[:size])


def _hit(row: MessageRow, asked: Asked, language: str) -> str | None:
    """The text in which everything stands: what the reader sees, else the original."""
    shown = row.translation_text if is_translated(row, language) else None
    for text in (shown, row.content):
        if text and asked.is_in(text):
            return text
    return None
