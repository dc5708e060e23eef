"""The translation memory: what was translated or corrected before, found again in one query."""

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from rosetta.queue.nudge import nudge

from rosetta.db.compiled import ULID, CompiledQuery
from rosetta.errors import Invalid
from translation import metrics
from translation.glossary import scope_cache
from translation.memory import phrasebook
from translation.models import GlossaryTerm, MemoryEntry, TranslationPolicy
from translation.protection.protect import Parsed, ProtectionError, Unit, fingerprint, parse

# Beyond so many lines a text is hardly ever said twice, and the query would grow without bound.
MAX_UNITS = 100

# Up to so many keys, a look-up of one scope is compiled once for each number of them.
_COMPILED_KEYS = 32
_COLUMNS = ("key", "text", "origin", "engine")

CORRECTION = MemoryEntry.Origin.CORRECTION.value
ENGINE = MemoryEntry.Origin.ENGINE.value
PHRASEBOOK = "phrasebook"
GLOSSARY = "glossary"


@dataclass(frozen=True, slots=True)
class Translation:
    """A text in the target language and who made it: an engine, ``correction``, ``phrasebook`` or ``glossary``."""

    text: str
    engine: str


@dataclass(frozen=True, slots=True)
class Hit:
    text: str
    origin: str
    engine: str


def key_of(canonical: str, source: str, target: str) -> str:
    return fingerprint(source, target, canonical)


def keys_of(parsed: Parsed, source: str, target: str) -> list[str]:
    """The keys under which the memory may know a text: as a whole, and line by line."""
    units = {unit.canonical for unit in parsed.units}
    if len(units) > MAX_UNITS:
        return []
    return [key_of(canonical, source, target) for canonical in {parsed.canonical, *units}]


def compose(parsed: Parsed, source: str, target: str, hits: Mapping[str, Hit]) -> tuple[Translation, list[str]] | None:
    """The whole text from what is known, and the keys of the entries used; None where anything is unknown."""
    if not parsed.units:
        return (Translation(parsed.render({}), GLOSSARY), []) if _has_renderings(parsed) else None
    whole = key_of(parsed.canonical, source, target)
    if hit := hits.get(whole):
        try:
            return Translation(parsed.render_whole(hit.text), _maker(hit)), [whole]
        except ProtectionError:
            pass
    stored: dict[str, str] = {}
    makers: Counter[str] = Counter()
    used = []
    for unit in parsed.units:
        key = key_of(unit.canonical, source, target)
        if hit := hits.get(key):
            stored[unit.canonical] = hit.text
            makers[_maker(hit)] += 1
            used.append(key)
        elif phrase := phrase_for(unit, source, target):
            stored[unit.canonical] = phrase
            makers[PHRASEBOOK] += 1
        else:
            return None
    try:
        return Translation(parsed.render(stored), makers.most_common(1)[0][0]), used
    except ProtectionError:
        return None


def phrase_for(unit: Unit, source: str, target: str) -> str | None:
    """The shipped translation of a line without pieces."""
    return None if unit.pieces else phrasebook.translate(unit.words, source, target)


def _has_renderings(parsed: Parsed) -> bool:
    return any(piece.shown != piece.text for piece in parsed.pieces)


def _maker(hit: Hit) -> str:
    return CORRECTION if hit.origin == CORRECTION else hit.engine


def recall(*, scope_id: str, text: str, source: str, targets: Collection[str]) -> dict[str, Translation]:
    """What is known of ``text`` in ``targets``, without any engine and in at most one query.

    A scope this process did not see lately is read in that same query; if its glossary then turns out to have terms
    that stand in the text, those languages are left to the translators.
    """
    targets = [target for target in targets if target != source]
    if not targets:
        return {}
    scope = scope_cache.kept(scope_id)
    known = scope or scope_cache.Scope()
    parsed = {target: parse(text, known.terms(source, target)) for target in targets}
    keys = {key for target in targets for key in keys_of(parsed[target], source, target)}
    if scope is None:
        hits, scope = _hits_and_scope(scope_id, keys)
        targets = [target for target in targets if parse(text, scope.terms(source, target)) == parsed[target]]
    else:
        hits = find_in(scope_id, list(keys))
    found: dict[str, Translation] = {}
    for target in targets:
        if composed := compose(parsed[target], source, target, hits):
            found[target], used = composed
            count_hits(scope_id, used)
        _note(found.get(target), source, target)
    return found


def recall_many(*, scope_id: str, texts: Sequence[tuple[str, str]], target: str) -> list[Translation | None]:
    """What is known in ``target`` of each of ``texts`` with its source language, without any engine; the same number of
    queries for any number of texts."""
    scope = scope_cache.load([scope_id])[scope_id]
    parsed = [(parse(text, scope.terms(source, target)), source) for text, source in texts]
    keys = {key for one, source in parsed for key in keys_of(one, source, target)}
    hits = find([scope_id], keys).get(scope_id, {}) if keys else {}
    found: list[Translation | None] = []
    for one, source in parsed:
        composed = compose(one, source, target, hits)
        found.append(composed[0] if composed else None)
        if composed:
            count_hits(scope_id, composed[1])
        _note(found[-1], source, target)
    return found


def _note(found: Translation | None, source: str, target: str) -> None:
    """Count what a look-up came to."""
    if found is None:
        metrics.recalled("nothing", "", source, target)
    elif found.engine in (CORRECTION, PHRASEBOOK, GLOSSARY):
        metrics.recalled(found.engine, "", source, target)
    else:
        metrics.recalled("memory", found.engine, source, target)


def find(scope_ids: Collection[str], keys: Collection[str]) -> dict[str, dict[str, Hit]]:
    """The entries of ``scope_ids`` with ``keys``, by scope and key, in one query."""
    found: dict[str, dict[str, Hit]] = {}
    rows = MemoryEntry.objects.filter(scope_id__in=scope_ids, key__in=keys)
    for scope_id, *row in rows.values_list("scope_id", *_COLUMNS):
        found.setdefault(scope_id, {})[row[0]] = Hit(*row[1:])
    return found


def find_in(scope_id: str, keys: Sequence[str]) -> dict[str, Hit]:
    """Like ``find``, for one scope and the few keys of one message: a post waits for it."""
    if not keys:
        return {}
    if len(keys) > _COMPILED_KEYS:
        return find([scope_id], keys).get(scope_id, {})
    named = {f"key{place}": key for place, key in enumerate(keys)}
    return {key: Hit(*rest) for key, *rest in _find_in(len(keys)).rows(scope_id=scope_id, **named)}


@lru_cache(maxsize=_COMPILED_KEYS)
def _find_in(count: int) -> CompiledQuery:
    def build(scope_id: str, **keys: str) -> "QuerySet[Any, Any]":
        return MemoryEntry.objects.filter(scope_id=scope_id, key__in=list(keys.values())).values_list(*_COLUMNS)

    return CompiledQuery(build, scope_id=ULID, **{f"key{place}": str for place in range(count)})


def _hits_and_scope(scope_id: str, keys: Collection[str]) -> tuple[dict[str, Hit], scope_cache.Scope]:
    """Memory, glossary and policy of a scope in one query: three tables whose rows are told apart by ``row``."""

    def text(value: str) -> Value:
        return Value(value, output_field=TextField())

    def flag(name: str) -> Case:
        return Case(When(**{name: True}, then=text("1")), default=text(""))

    def rows(query: "QuerySet[Any]", row: str, *columns: Any) -> "QuerySet[Any, Any]":
        named = {f"c{number}": Cast(column, TextField()) for number, column in enumerate(columns)}
        listed: QuerySet[Any, Any] = query.order_by().annotate(row=text(row), **named).values_list("row", *named)
        return listed

    memory = MemoryEntry.objects.filter(scope_id=scope_id, key__in=keys)
    terms = GlossaryTerm.objects.filter(scope_id=scope_id)
    policy = TranslationPolicy.objects.filter(scope_id=scope_id)
    answer = rows(memory, "memory", F("key"), F("text"), F("origin"), F("engine"), text("")).union(
        rows(terms, "term", F("source"), F("target"), F("term"), F("rendering"), flag("case_sensitive")),
        rows(policy, "policy", F("glossary_version"), flag("local_only"), F("monthly_characters"), text(""), text("")),
        all=True,
    )
    hits: dict[str, Hit] = {}
    term_rows: list[scope_cache.TermRow] = []
    version, local_only, monthly = 0, False, None
    for row, one, two, three, four, five in answer:
        if row == "memory":
            hits[one] = Hit(two, three, four)
        elif row == "term":
            term_rows.append(scope_cache.TermRow(one, two, three, four, bool(five)))
        else:
            version, local_only, monthly = int(one), bool(two), int(three) if three else None
    scope = scope_cache.Scope(version, local_only, monthly, tuple(term_rows))
    scope_cache.keep(scope_id, scope)
    return hits, scope


def store(rows: Iterable[MemoryEntry]) -> None:
    """Keep engines' results, in one query. What is there already stays: it may be a correction."""
    MemoryEntry.objects.bulk_create(sorted(rows, key=lambda row: (row.scope_id, row.key)), ignore_conflicts=True)


def entry(
    scope_id: str, canonical: str, stored: str, *, source: str, target: str, engine: str, version: int
) -> MemoryEntry:
    return MemoryEntry(
        scope_id=scope_id,
        key=key_of(canonical, source, target),
        source=source,
        target=target,
        source_text=canonical,
        text=stored,
        origin=CORRECTION if engine == CORRECTION else ENGINE,
        engine=engine,
        glossary_version=version,
    )


class ProtectedPiecesDiffer(Invalid):
    """A corrected text lacks a mention, link, amount … of the original, or has one that the original lacks."""

    def __init__(self, told: str) -> None:
        super().__init__(
            {"text": [_("The translation must keep the mentions, links, code and emoji of the original.")]}
        )
        self.told = told


@transaction.atomic
def remember_correction(*, scope_id: str, source: str, target: str, source_text: str, text: str) -> None:
    """Keep a person's translation: it goes before every other one from now on. Raises ProtectedPiecesDiffer.

    Where the lines of both texts match one to one, each line is kept on its own too.
    """
    scope = scope_cache.load([scope_id])[scope_id]
    parsed = parse(source_text, scope.terms(source, target))
    if not parsed.units or source == target:
        return
    try:
        known = {parsed.canonical: parsed.store_whole(text)}
    except ProtectionError as error:
        raise ProtectedPiecesDiffer(str(error)) from error
    known.update(_line_by_line(parsed, text))
    entries = [
        entry(scope_id, canonical, stored, source=source, target=target, engine=CORRECTION, version=scope.version)
        for canonical, stored in known.items()
    ]
    store_corrections(entries)


def store_corrections(rows: Iterable[MemoryEntry]) -> None:
    """Keep people's translations, in one query, in the place of whatever is there."""
    MemoryEntry.objects.bulk_create(
        sorted(rows, key=lambda row: (row.scope_id, row.key)),
        update_conflicts=True,
        unique_fields=["scope_id", "key"],
        update_fields=["text", "origin", "engine", "glossary_version", "last_used_at"],
    )


def _line_by_line(parsed: Parsed, text: str) -> dict[str, str]:
    """The corrected lines by the source's, where both texts have the same frame around the same number of lines."""
    corrected = parse(text)
    if len(parsed.layout) != len(corrected.layout) or len(parsed.units) > MAX_UNITS:
        return {}
    known = {}
    for ours, theirs in zip(parsed.layout, corrected.layout, strict=True):
        if isinstance(ours, Unit) != isinstance(theirs, Unit) or (not isinstance(ours, Unit) and ours != theirs):
            return {}
        if isinstance(ours, Unit) and isinstance(theirs, Unit):
            try:
                known[ours.canonical] = Parsed((ours,)).store_whole(theirs.source)
            except ProtectionError:
                return {}
    return known


# --- hits -------------------------------------------------------------------------------------------------------------

# Counting a hit must not cost a post a write: hits are gathered here and handed to a worker now and then. What a process
# had gathered when it ended is not counted; eviction, which is all that reads them, does not need it exact.
_FLUSH_AT = 500
_FLUSH_SECONDS = 30.0
_gathered: Counter[tuple[str, str]] = Counter()
_gathered_since = time.monotonic()
_gathering = threading.Lock()


def count_hits(scope_id: str, keys: Iterable[str]) -> None:
    """Note that entries were used."""
    global _gathered_since
    with _gathering:
        _gathered.update((scope_id, key) for key in keys)
        due = _gathered and (len(_gathered) >= _FLUSH_AT or time.monotonic() - _gathered_since > _FLUSH_SECONDS)
        if not due:
            return
        counts = [[scope, key, count] for (scope, key), count in _gathered.items()]
        _gathered.clear()
        _gathered_since = time.monotonic()
    from translation.tasks import note_hits

    nudge(note_hits, counts)


def note_hits(counts: Collection[tuple[str, str, int]]) -> None:
    """Add to the entries' hits: one query for each different count."""
    by_count: dict[int, Q] = {}
    for scope_id, key, count in counts:
        by_count[count] = by_count.get(count, Q()) | Q(scope_id=scope_id, key=key)
    for count, which in sorted(by_count.items()):
        MemoryEntry.objects.filter(which).update(hits=F("hits") + count, last_used_at=timezone.now())


def forget_unused(*, scope_id: str, older_than: timedelta, at_most: int = 1000) -> int:
    """Drop what ``scope_id`` did not use for ``older_than``, people's corrections too, ``at_most`` in one go. How many."""
    old = MemoryEntry.objects.filter(scope_id=scope_id, last_used_at__lt=timezone.now() - older_than)
    return MemoryEntry.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:at_most])).delete()[0]


def evict(*, older_than: timedelta, at_most: int = 1000) -> int:
    """Drop engines' results that were not used for ``older_than``, ``at_most`` in one go; corrections stay. How many."""
    old = MemoryEntry.objects.filter(origin=ENGINE, last_used_at__lt=timezone.now() - older_than)
    ids = list(old.order_by("last_used_at").values_list("pk", flat=True)[:at_most])
    return MemoryEntry.objects.filter(pk__in=ids).delete()[0]
