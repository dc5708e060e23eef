"""Find messages of a workspace, newest first, by their originals and their translations into the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import QuerySet

from messaging.markdown import plain_text, readable
from messaging.mentions import PresentNames
from messaging.models import Message, MessageTranslation
from messaging.resources import MessageRow, is_translated, present_names_of, rows_of
from messaging.search.text import SearchQuery, scope_term
from rosetta.db import replica
from rosetta.languages import Reading
from workspaces.access import open_to
from workspaces.models import Channel, Member

# Chunks that may be read for one page: many messages may contain the terms of a phrase, but not the phrase.
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class SearchPage:
    """``rows`` with a snippet each.

    ``next_before`` is the message to continue before, where there may be more.
    """

    rows: list[MessageRow]
    snippets: list[str]
    next_before: str | None
    names: PresentNames = field(default_factory=PresentNames)


def find(*, member: Member, reading: Reading, query: SearchQuery, limit: int, before: str | None = None) -> SearchPage:
    """Find messages that match ``query`` in channels that ``member`` reads, older than the message ``before``.

    A page may be short, even empty, and still have a ``next_before``: the rest would take too long for one request.
    """
    rows: list[MessageRow] = []
    hits: list[str] = []
    if not query.terms:
        return SearchPage([], [], None)
    for chunk, is_last in _chunks(member, reading.language, query, limit + 1, before):
        for row in chunk:
            if len(rows) == limit:
                return _page(query, rows, hits, before)
            before = row.id
            if hit := _hit(row, query, reading):
                rows.append(row)
                hits.append(hit)
        if is_last:
            return _page(query, rows, hits, None)
    return _page(query, rows, hits, before)


def _page(query: SearchQuery, rows: list[MessageRow], hits: list[str], next_before: str | None) -> SearchPage:
    """Return ``rows`` with snippets of the texts that were hit, in which people have their present names."""
    names = present_names_of(rows)
    shown = (readable(names.text(hit, row.mentions) or "", row.type) for row, hit in zip(rows, hits, strict=True))
    snippets = [query.snippet(text) for text in shown]
    return SearchPage(rows, snippets, next_before, names)


def _chunks(
    member: Member, language: str, query: SearchQuery, size: int, before: str | None
) -> Iterator[tuple[list[MessageRow], bool]]:
    """Yield rows that have the terms, newest first, and whether these are the last ones."""
    for _round in range(ROUNDS):
        ids = replica.read(
            partial(_candidates, member, language, query, size, before), reader=replica.key_of(member.user)
        )
        # From the primary, and again of channels that the member reads now, because a replica knows of neither a message that
        # was deleted nor a channel that was left during the last seconds.
        found = Message.objects.filter(pk__in=ids, conversation__in=_channels(member)).order_by("-pk")
        rows = rows_of(found, language) if ids else []
        yield rows, len(ids) < size
        if len(ids) < size:
            return
        before = ids[-1]


def _candidates(member: Member, language: str, query: SearchQuery, size: int, before: str | None) -> list[str]:
    """Return the ids of the newest messages whose original or translation has every term."""
    scope_id = member.workspace_id
    channels = _channels(member)

    def terms(of_language: str | None) -> list[tuple[str, bool]]:
        return [(scope_term(scope_id, of_language), False), *query.terms]

    originals = Message.objects.filter(terms__match=terms(None), conversation__in=channels)
    in_originals = _newest(originals, "pk", size, before)
    translations = MessageTranslation.objects.filter(terms__match=terms(language), message__conversation__in=channels)
    if len(in_originals) == size:
        # Older translations would not be among the newest, so that a common word is not searched for further.
        translations = translations.filter(message__gt=in_originals[-1])
    return sorted({*in_originals, *_newest(translations, "message", size, before)}, reverse=True)[:size]


def _channels(member: Member) -> Any:
    return Channel.objects.filter(open_to(member), workspace_id=member.workspace_id).values("pk")


def _newest(rows: QuerySet[Any], key: str, size: int, before: str | None) -> list[str]:
    if before is not None:
        rows = rows.filter(**{f"{key}__lt": before})
    return list(rows.order_by(f"-{key}").values_list(key, flat=True)[:size])


def _hit(row: MessageRow, query: SearchQuery, reading: Reading) -> str | None:
    """Return the text that matches: the one that the reader sees, else the original.

    None where neither does.
    """
    shown = row.translation_text if is_translated(row, reading) else None
    for text in (shown, row.content):
        # A phrase goes on where a mark of Markdown stands in it.
        if text and (query.is_in(text) or (row.type == Message.Type.MARKDOWN and query.is_in(plain_text(text)))):
            return text
    return None
