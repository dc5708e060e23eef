"""The translation memory's rows: found by key in one query, stored, and dropped when nobody used them for long."""

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

# The number of different lines beyond which a text is not looked up, because such texts are hardly ever repeated and the
# query would grow without bound.
MAX_UNITS = 100

# Look-ups of one scope with up to so many keys are compiled, once for each number of keys.
_COMPILED_KEYS = 32
_COLUMNS = ("key", "text", "origin", "engine")

CORRECTION = MemoryEntry.Origin.CORRECTION.value
ENGINE = MemoryEntry.Origin.ENGINE.value
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Hit:
    """What the memory has for a key: a stored translation (with marks for its pieces) and where it came from."""

    text: str
    origin: str
    engine: str

    @property
    def author(self) -> str:
        """Who made it: an engine's name, or ``correction``."""
        return CORRECTION if self.origin == CORRECTION else self.engine


def key_of(canonical: str, source: str, target: str) -> str:
    """Return the key under which the memory knows a text in ``source`` with its translation into ``target``."""
    return fingerprint(source, target, canonical)


def keys_of(parsed: Parsed, source: str, target: str) -> list[str]:
    """Return the keys under which the memory may know a text: as a whole, and line by line."""
    units = {unit.canonical for unit in parsed.units}
    if len(units) > MAX_UNITS:
        return []
    return [key_of(canonical, source, target) for canonical in {parsed.canonical, *units}]


def find(scope_ids: Collection[str], keys: Collection[str]) -> dict[str, dict[str, Hit]]:
    """Return the entries of ``scope_ids`` with ``keys``, by scope and key, in one query."""
    hits: dict[str, dict[str, Hit]] = {}
    rows = MemoryEntry.objects.filter(scope_id__in=scope_ids, key__in=keys)
    for scope_id, key, *columns in rows.values_list("scope_id", *_COLUMNS):
        hits.setdefault(scope_id, {})[key] = Hit(*columns)
    return hits


def find_in(scope_id: str, keys: Sequence[str]) -> dict[str, Hit]:
    """Like ``find`` for one scope and the few keys of one message; compiled, because a post waits for it."""
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
    scope_id: str, canonical: str, stored: str, *, source: str, target: str, engine: str, version: int
) -> MemoryEntry:
    """Return an unsaved entry; ``engine`` may be ``correction``."""
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


def store(rows: Iterable[MemoryEntry]) -> None:
    """Store engines' results, in one query. Existing entries stay, because they may be corrections."""
    MemoryEntry.objects.bulk_create(sorted(rows, key=lambda row: (row.scope_id, row.key)), ignore_conflicts=True)


def store_corrections(rows: Iterable[MemoryEntry]) -> None:
    """Store people's translations, in one query, in place of whatever is there."""
    MemoryEntry.objects.bulk_create(
        sorted(rows, key=lambda row: (row.scope_id, row.key)),
        update_conflicts=True,
        unique_fields=["scope_id", "key"],
        update_fields=["text", "origin", "engine", "glossary_version", "last_used_at"],
    )


def forget_results_with(scope_id: str, terms: Collection[str]) -> None:
    """Delete engines' results whose source text has one of ``terms``, which the glossary now shows in another way.

    Where a term was in the glossary already it is a mark in the stored text, and the result stays right.
    """
    patterns = {fold(term) for term in terms if term}
    if not patterns:
        return
    automaton = AhoCorasick(patterns, store_patterns=False)
    rows = MemoryEntry.objects.filter(scope_id=scope_id, origin=ENGINE).values_list("pk", "source_text")
    # Compared here and not in the database, because SQLite folds the case of ASCII letters only.
    ids = [pk for pk, text in rows.iterator(chunk_size=_BATCH) if automaton.find_matches_as_indexes(fold(text))]
    for start in range(0, len(ids), _BATCH):
        MemoryEntry.objects.filter(pk__in=ids[start : start + _BATCH]).delete()


def forget_unused(*, scope_id: str, older_than: timedelta, at_most: int = 1000) -> int:
    """Delete up to ``at_most`` entries that ``scope_id`` did not use for ``older_than``, corrections included.

    Returns the number deleted.
    """
    old = MemoryEntry.objects.filter(scope_id=scope_id, last_used_at__lt=timezone.now() - older_than)
    return MemoryEntry.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:at_most])).delete()[0]


def evict(*, older_than: timedelta, at_most: int = 1000) -> int:
    """Delete up to ``at_most`` engines' results that were not used for ``older_than``; returns the number deleted."""
    old = MemoryEntry.objects.filter(origin=ENGINE, last_used_at__lt=timezone.now() - older_than)
    ids = list(old.order_by("last_used_at").values_list("pk", flat=True)[:at_most])
    return MemoryEntry.objects.filter(pk__in=ids).delete()[0]
