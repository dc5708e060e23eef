"""Cache each scope's glossary and policy for some seconds.

Every translation needs them.
"""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

from django.db import transaction

from translation.glossary.matching import NO_TERMS, Term, TermMatcher
from translation.models import GlossaryTerm, TranslationPolicy

# How long other processes may use the old glossary after a change. The process that changes it drops it at once.
CACHED_SECONDS = 10.0
_MAX_CACHED = 2000


class TermRow(NamedTuple):
    source: str
    target: str
    term: str
    rendering: str
    case_sensitive: bool
    inside_words: bool = False


@dataclass(frozen=True)
class Scope:
    """A scope's terms and policy at one moment."""

    version: int = 0
    local_only: bool = False
    monthly_characters: int | None = None
    rows: tuple[TermRow, ...] = ()
    _by_pair: dict[tuple[str, str], TermMatcher] = field(default_factory=dict, compare=False)

    def terms(self, source: str, target: str) -> TermMatcher:
        """Return a matcher of the terms for a language pair.

        A term for this pair takes precedence over one for any language.
        """
        if not self.rows:
            return NO_TERMS
        if (source, target) not in self._by_pair:
            fitting = [row for row in self.rows if row.source in ("", source) and row.target in ("", target)]
            fitting.sort(key=lambda row: (row.target == "", row.source == ""))
            self._by_pair[source, target] = TermMatcher(
                Term(row.term, row.rendering or row.term, row.case_sensitive, row.inside_words) for row in fitting
            )
        return self._by_pair[source, target]


_cache: dict[str, tuple[float, Scope]] = {}
_lock = Lock()


def cached(scope_id: str) -> Scope | None:
    """Return the scope if this process has it in its cache."""
    until, scope = _cache.get(scope_id, (0.0, None))
    return scope if until > time.monotonic() else None


def keep(scope_id: str, policy: TranslationPolicy | None, rows: Iterable[TermRow]) -> Scope:
    """Create a scope from its rows, cache it and return it."""
    ordered = tuple(sorted(rows))
    scope = Scope(rows=ordered)
    if policy is not None:
        scope = Scope(policy.glossary_version, policy.local_only, policy.monthly_characters, ordered)
    with _lock:
        _, previous = _cache.get(scope_id, (0.0, None))
        if previous == scope:
            scope = previous  # Its matchers are built already.
        if len(_cache) >= _MAX_CACHED:
            _cache.clear()
        _cache[scope_id] = (time.monotonic() + CACHED_SECONDS, scope)
    return scope


def forget(scope_id: str) -> None:
    """Drop a scope from the cache, now and after the commit.

    Twice, because another thread may read and cache the old rows before the commit.
    """
    with _lock:
        _cache.pop(scope_id, None)
    transaction.on_commit(lambda: _cache.pop(scope_id, None) and None)


def load(scope_ids: Collection[str]) -> dict[str, Scope]:
    """Return each scope by its id, in at most two queries."""
    scopes = {scope_id: scope for scope_id in scope_ids if (scope := cached(scope_id))}
    missing = [scope_id for scope_id in scope_ids if scope_id not in scopes]
    if not missing:
        return scopes
    policies = {policy.scope_id: policy for policy in TranslationPolicy.objects.filter(scope_id__in=missing)}
    rows: dict[str, list[TermRow]] = {scope_id: [] for scope_id in missing}
    for scope_id, *values in GlossaryTerm.objects.filter(scope_id__in=missing).values_list(
        "scope_id", *TermRow._fields
    ):
        rows[scope_id].append(TermRow(*values))
    for scope_id in missing:
        scopes[scope_id] = keep(scope_id, policies.get(scope_id), rows[scope_id])
    return scopes
