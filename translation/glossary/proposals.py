"""Propose glossary terms: the same rendering, corrected in the same way in three texts."""

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from rosetta.errors import NotFound
from rosetta.languages import BY_CODE
from translation.actions import add_term
from translation.glossary import known_words
from translation.models import MAX_TERM, GlossaryTerm, TermProposal
from translation.protection.protect import fingerprint, words_only

PROPOSED_AFTER = 3
# Longer parts of a text are no terms.
_MAX_WORDS, _MAX_CHARACTERS = 4, 24
_MAX_CANDIDATES = 60
_MAX_FORGOTTEN = 1000
_SPACED_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_DENSE_RUN = re.compile("[\u0e00-\u0e7f]{2,}|[\u3005\u3400-\u9fff]{2,}|[\u30a1-\u30fa\u30fc]{2,}|[A-Za-z0-9]{2,}")


@transaction.atomic
def note_correction(*, scope_id: str, source: str, target: str, text: str, was: str, becomes: str) -> None:
    """Count a corrected rendering, and propose a term at the third text. Idempotent for one text."""
    changed = changed_rendering(was, becomes, target)
    if changed is None:
        return
    row, is_new = TermProposal.objects.select_for_update().get_or_create(
        scope_id=scope_id, source=source, target=target, was=changed[0], rendering=changed[1]
    )
    seen = fingerprint(text)
    if row.state != TermProposal.State.COUNTING or seen in row.seen:
        return
    words = _candidates(text, source)
    row.words = words if is_new else [word for word in row.words if word in words]
    row.seen = [*row.seen, seen][-PROPOSED_AFTER:]
    if len(row.seen) >= PROPOSED_AFTER and row.words:
        row.state = TermProposal.State.OPEN
    row.updated_at = timezone.now()
    row.save()


def open_proposals(scope_id: str) -> QuerySet[TermProposal]:
    return TermProposal.objects.filter(scope_id=scope_id, state=TermProposal.State.OPEN).order_by("-pk")


@transaction.atomic
def accept(*, scope_id: str, proposal_id: str, term: str | None = None, rendering: str | None = None) -> GlossaryTerm:
    """Add the proposed term, or what it became in the hands of a person. Raises NotFound, Invalid."""
    row = _open(scope_id, proposal_id)
    added = add_term(
        scope_id=scope_id,
        term=term or row.term,
        rendering=rendering or row.rendering,
        source=row.source,
        target=row.target,
    )
    _settle(row, TermProposal.State.ACCEPTED)
    return added


@transaction.atomic
def dismiss(*, scope_id: str, proposal_id: str) -> None:
    """Propose this no more. Raises NotFound."""
    _settle(_open(scope_id, proposal_id), TermProposal.State.DISMISSED)


def _open(scope_id: str, proposal_id: str) -> TermProposal:
    row = open_proposals(scope_id).select_for_update().filter(pk=proposal_id).first()
    if row is None:
        raise NotFound
    return row


def _settle(row: TermProposal, state: str) -> None:
    # What people wrote is not needed any longer.
    row.state, row.words, row.seen, row.updated_at = state, [], [], timezone.now()
    row.save()


def forget_old(*, older_than: timedelta, scope_id: str | None = None) -> int:
    """Delete what was not corrected again for ``older_than``, of a scope or of all; return how many."""
    rows = TermProposal.objects.filter(updated_at__lt=timezone.now() - older_than)
    rows = rows.filter(scope_id=scope_id) if scope_id is not None else rows
    return rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:_MAX_FORGOTTEN])).delete()[0]


def changed_rendering(was: str, becomes: str, language: str) -> tuple[str, str] | None:
    """Return what one part of a text became, or None where more than one part changed, or too much."""
    before, after = _parts(was, language), _parts(becomes, language)
    start = _same_from_start(before, after)
    end = _same_from_start(before[start:][::-1], after[start:][::-1])
    old, new = ("".join(parts[start : len(parts) - end]).strip() for parts in (before, after))
    most = _MAX_WORDS if BY_CODE[language].spaced else _MAX_CHARACTERS
    count = len(old.split()) if BY_CODE[language].spaced else len(old)
    if not old or not new or count > most or max(len(old), len(new)) > MAX_TERM:
        return None
    return old, new


def _same_from_start(before: Sequence[str], after: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))


def _parts(text: str, language: str) -> list[str]:
    """Return the words of a text, and the characters between them."""
    if BY_CODE[language].spaced:
        return re.findall(r"[^\W_]+|[\W_]", text)
    return known_words.split(text)


def _candidates(text: str, language: str) -> list[str]:
    """Return the words of a source that may be the term: no short and no everyday ones."""
    words = words_only(text)
    if BY_CODE[language].spaced:
        found = [word.casefold() for word in _SPACED_WORD.findall(words) if len(word) > 3]
    else:
        found = _DENSE_RUN.findall(words)
    return list(dict.fromkeys(word[:MAX_TERM] for word in found))[:_MAX_CANDIDATES]
