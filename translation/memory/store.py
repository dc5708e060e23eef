"""Find, store and evict the rows of the translation memory."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from ahocorasick_rs import AhoCorasick
from django.db.models import QuerySet
from django.utils import timezone

from rosetta.db.queries import ULID, CompiledQuery
from translation.models import MemoryEntry, fold
from translation.protection.protect import Parsed, fingerprint

# A text with more distinct lines is not looked up, because the query would grow without bound for texts that rarely repeat.
MAX_UNITS = 100

# Look-ups of one scope are compiled for up to this number of keys, once for each number.
_COMPILED_KEYS = 32
_COLUMNS = ("key", "text", "origin", "engine", "confidence")

CORRECTION = MemoryEntry.Origin.CORRECTION.value
ENGINE = MemoryEntry.Origin.ENGINE.value
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Hit:
    """A stored translation, with placeholders for its pieces, and its origin."""

    text: str
    origin: str
    engine: str
    confidence: int | None = None

    @property
    def author(self) -> str:
        """Return the engine's name, or ``correction`` for a person's translation."""
        return CORRECTION if self.origin == CORRECTION else self.engine


def key_of(canonical: str, source: str, target: str, setting: str = "") -> str:
    """Return the memory's key of a canonical text and its language pair.

    With ``setting``, of a translation that holds for that alone.
    """
    if setting:
        return fingerprint(source, target, canonical, setting)
    return fingerprint(source, target, canonical)


def texts_of(parsed: Parsed) -> set[str]:
    """Return what is looked up of a text: the whole and each line.

    Empty for a text of more than MAX_UNITS lines.
    """
    units = {unit.canonical for unit in parsed.units}
    return {parsed.canonical, *units} if len(units) <= MAX_UNITS else set()


def find(scope_ids: Collection[str], keys: Collection[str]) -> dict[str, dict[str, Hit]]:
    """Return the entries of ``scope_ids`` with ``keys``, by scope and key.

    Takes one query.
    """
    hits: dict[str, dict[str, Hit]] = {}
    rows = MemoryEntry.objects.filter(scope_id__in=scope_ids, key__in=keys)
    for scope_id, key, *columns in rows.values_list("scope_id", *_COLUMNS):
        hits.setdefault(scope_id, {})[key] = Hit(*columns)
    return hits


def find_in(scope_id: str, keys: Sequence[str]) -> dict[str, Hit]:
    """Return the entries of one scope by key.

    The query is compiled, because posting a message waits for it.
    """
    if not keys:
        return {}
    if len(keys) > _COMPILED_KEYS:
        return find([scope_id], keys).get(scope_id, {})
    named = {f"key{index}": key for index, key in enumerate(keys)}
    return {key: Hit(*columns) for key, *columns in _find_in(len(keys)).rows(scope_id=scope_id, **named)}


@lru_cache(maxsize=_COMPILED_KEYS)
def _find_in(count: int) -> CompiledQuery:
    def build(scope_id: str, **keys: str) -> "QuerySet[Any, Any]":
        return MemoryEntry.objects.filter(scope_id=scope_id, key__in=list(keys.values())).values_list(*_COLUMNS)

    return CompiledQuery(build, scope_id=ULID, **{f"key{index}": str for index in range(count)})


def entry(
    scope_id: str,
    canonical: str,
    stored: str,
    *,
    source: str,
    target: str,
    engine: str,
    version: int,
    setting: str = "",
    confidence: int | None = None,
) -> MemoryEntry:
    """Return an unsaved entry. ``engine`` is an engine's name, or ``correction``.

    ``setting``: for what alone it holds.
    """
    return MemoryEntry(
        scope_id=scope_id,
        key=key_of(canonical, source, target, setting),
        is_bound=bool(setting),
        source=source,
        target=target,
        source_text=canonical,
        text=stored,
        origin=CORRECTION if engine == CORRECTION else ENGINE,
        engine=engine,
        confidence=confidence,
        glossary_version=version,
    )


def store(rows: Iterable[MemoryEntry]) -> None:
    """Store engines' results in one query.

    Existing entries are kept, because they may be corrections.
    """
    MemoryEntry.objects.bulk_create(sorted(rows, key=lambda row: (row.scope_id, row.key)), ignore_conflicts=True)


def replace(rows: Iterable[MemoryEntry]) -> None:
    """Store engines' results in the place of earlier ones of engines, never of corrections."""
    rows = list(rows)
    for row in rows:
        MemoryEntry.objects.filter(scope_id=row.scope_id, key=row.key, origin=ENGINE).delete()
    store(rows)


def store_corrections(rows: Iterable[MemoryEntry]) -> None:
    """Store people's translations in one query, replacing existing entries.

    Idempotent.
    """
    MemoryEntry.objects.bulk_create(
        sorted(rows, key=lambda row: (row.scope_id, row.key)),
        update_conflicts=True,
        unique_fields=["scope_id", "key"],
        update_fields=["text", "origin", "engine", "confidence", "glossary_version", "last_used_at"],
    )


def forget_results_with(scope_id: str, terms: Collection[str]) -> None:
    """Delete engines' results whose source text contains one of ``terms``.

    Their rendering changed. A text in which the term was recognised has a placeholder in its place, so its result
    stays valid and is not found.
    """
    patterns = {fold(term) for term in terms if term}
    if not patterns:
        return
    automaton = AhoCorasick(patterns, store_patterns=False)
    rows = MemoryEntry.objects.filter(scope_id=scope_id, origin=ENGINE).values_list("pk", "source_text")
    # Compared in Python, because SQLite folds the case of ASCII letters only.
    ids = [pk for pk, text in rows.iterator(chunk_size=_BATCH) if automaton.find_matches_as_indexes(fold(text))]
    for start in range(0, len(ids), _BATCH):
        MemoryEntry.objects.filter(pk__in=ids[start : start + _BATCH]).delete()


def forget_unused(*, scope_id: str, older_than: timedelta, at_most: int = 1000) -> int:
    """Delete entries that the scope did not use for ``older_than``.

    Deletes up to ``at_most``, and returns the number deleted. Corrections are deleted too, because a workspace's
    retention applies to everything that people wrote.
    """
    old = MemoryEntry.objects.filter(scope_id=scope_id, last_used_at__lt=timezone.now() - older_than)
    return MemoryEntry.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:at_most])).delete()[0]


def evict(*, older_than: timedelta, at_most: int = 1000) -> int:
    """Delete engines' results that were not used for ``older_than``.

    Deletes up to ``at_most``, and returns the number deleted.
    """
    old = MemoryEntry.objects.filter(origin=ENGINE, last_used_at__lt=timezone.now() - older_than)
    ids = list(old.order_by("last_used_at").values_list("pk", flat=True)[:at_most])
    return MemoryEntry.objects.filter(pk__in=ids).delete()[0]
