"""Find messages of a workspace by their originals and their translations into the reader's language.

Newest first, or the best of the newest first.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from messaging.markdown import plain_text, readable
from messaging.mentions import PresentNames
from messaging.models import Message, MessageTranslation
from messaging.resources import MessageRow, is_translated, present_names_of, rows_of
from messaging.search.filters import SearchFilters
from messaging.search.text import SearchQuery, scope_term
from rosetta.db import replica
from rosetta.languages import Reading
from workspaces.access import open_to
from workspaces.models import Channel, Member

# Chunks that may be read for one page: many messages may contain the terms of a phrase, but not the phrase.
ROUNDS = 5
# Without a word to look for, so many messages of all workspaces are looked through at once, newest first.
STRETCH = 20_000
# How many of the newest hits are sorted by relevance.
MOST_RANKED = 200


EVERYTHING = SearchFilters()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """``rows`` with a snippet each.

    ``next_before`` is the message to continue before, where there may be more.
    """

    rows: list[MessageRow]
    snippets: list[str]
    next_before: str | None
    names: PresentNames = field(default_factory=PresentNames)


NOTHING = SearchPage([], [], None)


def find(
    *,
    member: Member,
    reading: Reading,
    query: SearchQuery,
    limit: int,
    before: str | None = None,
    filters: SearchFilters = EVERYTHING,
) -> SearchPage:
    """Find messages that match ``query`` in channels that ``member`` reads, older than the message ``before``.

    A page may be short, even empty, and still have a ``next_before``: the rest would take too long for one request.
    """
    rows: list[MessageRow] = []
    hits: list[str] = []
    if not query.terms:
        return _find_without_words(member, reading, query, filters, limit, before) if filters else NOTHING
    for chunk, is_last in _chunks(member, reading.language, query, limit + 1, before, filters):
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


def find_best(
    *, member: Member, reading: Reading, query: SearchQuery, limit: int, filters: SearchFilters = EVERYTHING
) -> SearchPage:
    """Return the best of the newest messages that match ``query``, best first: one page, without a next one."""
    page = find(member=member, reading=reading, query=query, limit=MOST_RANKED, filters=filters)
    now = timezone.now()
    hits = list(zip(page.rows, page.snippets, strict=True))
    hits.sort(key=lambda hit: _relevance(hit[0], hit[1], query, (now - hit[0].created_at).days), reverse=True)
    best = hits[:limit]
    return SearchPage([row for row, _snippet in best], [snippet for _row, snippet in best], None, page.names)


def _relevance(row: MessageRow, snippet: str, query: SearchQuery, days: int) -> float:
    """Weigh how often the words stand in a message, what people made of it, and how new it is."""
    attention = math.log1p(row.reaction_count + row.reply_count)
    return 2 * query.weight(snippet) + attention + 3 / (1 + max(days, 0) / 30)


def _find_without_words(
    member: Member, reading: Reading, query: SearchQuery, filters: SearchFilters, limit: int, before: str | None
) -> SearchPage:
    """Find what the filters alone let through."""
    read = partial(_filtered, member, filters, limit, before)
    ids, next_before = replica.read(read, reader=replica.key_of(member.user))
    shown = Message.objects.filter(pk__in=ids, conversation__in=_channels(member), deleted_at=None).order_by("-pk")
    rows = rows_of(shown, reading.language) if ids else []
    hits = [(row.translation_text if is_translated(row, reading) else row.content) or "" for row in rows]
    return _page(query, rows, hits, next_before)


def _filtered(member: Member, filters: SearchFilters, limit: int, before: str | None) -> tuple[list[str], str | None]:
    """Return the newest messages that pass, in stretches, and which one to continue before, where there may be more."""
    channels = filters.narrow_channels(Channel.objects.filter(open_to(member), workspace_id=member.workspace_id))
    messages = Message.objects.filter(conversation__in=list(channels.values_list("pk", flat=True)), deleted_at=None)
    messages = filters.narrow(messages, member)
    ids: list[str] = []
    for _round in range(ROUNDS):
        floor = _end_of_stretch(before)
        stretch = messages if before is None else messages.filter(pk__lt=before)
        if floor is not None:
            stretch = stretch.filter(pk__gte=floor)
        ids += _newest(stretch, "pk", limit + 1 - len(ids), None)
        before = floor
        if floor is None or len(ids) > limit:
            break
    return ids[:limit], ids[limit - 1] if len(ids) > limit else before


def _end_of_stretch(before: str | None) -> str | None:
    """Return the id of the last message of the stretch that begins before ``before``; None where it is the last one."""
    rows = Message.objects.order_by("-pk").values_list("pk", flat=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return next(iter(rows[STRETCH : STRETCH + 1]), None)


def _page(query: SearchQuery, rows: list[MessageRow], hits: list[str], next_before: str | None) -> SearchPage:
    """Return ``rows`` with snippets of the texts that were hit, in which people have their present names."""
    names = present_names_of(rows)
    shown = (readable(names.text(hit, row.mentions) or "", row.type) for row, hit in zip(rows, hits, strict=True))
    snippets = [query.snippet(text) for text in shown]
    return SearchPage(rows, snippets, next_before, names)


def _chunks(
    member: Member, language: str, query: SearchQuery, size: int, before: str | None, filters: SearchFilters
) -> Iterator[tuple[list[MessageRow], bool]]:
    """Yield rows that have the terms, newest first, and whether these are the last ones."""
    for _round in range(ROUNDS):
        ids = replica.read(
            partial(_candidates, member, language, query, size, before, filters), reader=replica.key_of(member.user)
        )
        # From the primary, and again of channels that the member reads now, because a replica knows of neither a message that
        # was deleted nor a channel that was left during the last seconds.
        found = Message.objects.filter(pk__in=ids, conversation__in=_channels(member)).order_by("-pk")
        rows = rows_of(found, language) if ids else []
        yield rows, len(ids) < size
        if len(ids) < size:
            return
        before = ids[-1]


def _candidates(
    member: Member, language: str, query: SearchQuery, size: int, before: str | None, filters: SearchFilters
) -> list[str]:
    """Return the ids of the newest messages whose original or translation has every term."""
    scope_id = member.workspace_id
    readable = Channel.objects.filter(open_to(member), workspace_id=scope_id)
    channels = filters.narrow_channels(readable).values("pk")

    def terms(of_language: str | None) -> list[tuple[str, bool]]:
        return [(scope_term(scope_id, of_language), False), *query.terms]

    originals = Message.objects.filter(terms__match=terms(None), conversation__in=channels)
    in_originals = _newest(filters.narrow(originals, member), "pk", size, before)
    translations = MessageTranslation.objects.filter(terms__match=terms(language), message__conversation__in=channels)
    if filters:
        # Seldom more than a few: the words were looked up in their index before.
        narrowed = filters.narrow(Message.objects.filter(pk=OuterRef("message")), member)
        translations = translations.filter(Exists(narrowed))
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
