"""What translation must know of a scope before it does anything: its glossary and its policy, held for a few seconds."""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from threading import Lock

from django.db import transaction

from translation.models import GlossaryTerm, TranslationPolicy
from translation.protection.pieces import Term

# How long another process may go on with a glossary that was changed. Its own changes a process sees at once.
KEPT_SECONDS = 10.0
_KEPT_AT_MOST = 2000


@dataclass(frozen=True, slots=True)
class TermRow:
    source: str
    target: str
    term: str
    rendering: str
    case_sensitive: bool


@dataclass(frozen=True)
class Scope:
    """A scope's terms and policy at one moment."""

    version: int = 0
    local_only: bool = False
    monthly_characters: int | None = None
    rows: tuple[TermRow, ...] = ()
    _by_pair: dict[tuple[str, str], tuple[Term, ...]] = field(default_factory=dict, compare=False)

    def terms(self, source: str, target: str) -> tuple[Term, ...]:
        """The terms that hold for a pair; one for just this pair goes before one for every language."""
        if not self.rows:
            return ()
        if (source, target) not in self._by_pair:
            fitting = [row for row in self.rows if row.source in ("", source) and row.target in ("", target)]
            fitting.sort(key=lambda row: (row.target == "", row.source == ""))
            chosen: dict[str, Term] = {}
            for row in fitting:
                chosen.setdefault(row.term.casefold(), Term(row.term, row.rendering or row.term, row.case_sensitive))
            self._by_pair[source, target] = tuple(chosen.values())
        return self._by_pair[source, target]


_kept: dict[str, tuple[float, Scope]] = {}
_lock = Lock()


def cached(scope_id: str) -> Scope | None:
    """The scope as this process saw it a moment ago, or None."""
    until, scope = _kept.get(scope_id, (0.0, None))
    return scope if until > time.monotonic() else None


def keep(scope_id: str, scope: Scope) -> None:
    with _lock:
        if len(_kept) >= _KEPT_AT_MOST:
            _kept.clear()
        _kept[scope_id] = (time.monotonic() + KEPT_SECONDS, scope)


def forget(scope_id: str) -> None:
    """Drop what is held of a scope, now and again after the commit: another thread may read the old rows meanwhile."""
    with _lock:
        _kept.pop(scope_id, None)
    transaction.on_commit(lambda: _kept.pop(scope_id, None) and None)


def build(policy: TranslationPolicy | None, rows: Iterable[TermRow]) -> Scope:
    if policy is None:
        return Scope(rows=tuple(rows))
    return Scope(policy.glossary_version, policy.local_only, policy.monthly_characters, tuple(rows))


def load(scope_ids: Collection[str]) -> dict[str, Scope]:
    """Each scope by its id, in at most two queries."""
    found = {scope_id: scope for scope_id in scope_ids if (scope := cached(scope_id))}
    missing = [scope_id for scope_id in scope_ids if scope_id not in found]
    if not missing:
        return found
    policies = {policy.scope_id: policy for policy in TranslationPolicy.objects.filter(scope_id__in=missing)}
    rows: dict[str, list[TermRow]] = {scope_id: [] for scope_id in missing}
    columns = ("scope_id", "source", "target", "term", "rendering", "case_sensitive")
    for scope_id, *values in GlossaryTerm.objects.filter(scope_id__in=missing).order_by("pk").values_list(*columns):
        rows[scope_id].append(TermRow(*values))
    for scope_id in missing:
        found[scope_id] = build(policies.get(scope_id), rows[scope_id])
        keep(scope_id, found[scope_id])
    return found
