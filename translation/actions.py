"""Change glossaries and policies.

A change of a glossary raises its version and deletes the results that it affects.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from rosetta.errors import Invalid
from translation.access import term_in, terms_of
from translation.glossary import csv_exchange, scope_cache
from translation.glossary.terms import TermValues, check_size, check_term
from translation.memory.store import forget_results_with
from translation.models import GlossaryTerm, MemoryEntry, TermProposal, TranslationPolicy

_BATCH = 1000


@transaction.atomic
def add_term(*, scope_id: str, **values_of_term: Any) -> GlossaryTerm:
    """Add a term to a scope's glossary, with the values that ``check_term`` takes.

    Locks the scope's policy. Raises Invalid, also for a term that exists already.
    """
    values = check_term(**values_of_term)
    _begin_change(scope_id)
    if _existing(scope_id, values):
        raise Invalid({"term": [_("This term is in the glossary already.")]})
    row = GlossaryTerm.objects.create(scope_id=scope_id, **values.columns)
    _check_size(scope_id, field="term")
    forget_results_with(scope_id, [values.term])
    return row


@transaction.atomic
def change_term(*, scope_id: str, term_id: str, **values_of_term: Any) -> GlossaryTerm:
    """Replace a term's values, those that ``check_term`` takes.

    Locks the scope's policy. Raises NotFound, or Invalid.
    """
    values = check_term(**values_of_term)
    _begin_change(scope_id)
    row = term_in(scope_id, term_id)
    existing = _existing(scope_id, values)
    if existing and existing.pk != row.pk:
        raise Invalid({"term": [_("This term is in the glossary already.")]})
    old_term = row.term
    _set_columns(row, values)
    row.save()
    if len(values.term) > len(old_term):
        _check_size(scope_id, field="term")
    forget_results_with(scope_id, [old_term, values.term])
    return row


@transaction.atomic
def remove_term(*, scope_id: str, term_id: str) -> None:
    """Remove a term. Locks the scope's policy. Raises NotFound."""
    _begin_change(scope_id)
    row = term_in(scope_id, term_id)
    row.delete()
    forget_results_with(scope_id, [row.term])


@dataclass(frozen=True, slots=True)
class GlossaryImport:
    """The numbers of terms that an import added and changed."""

    added: int
    changed: int


@transaction.atomic
def import_terms_csv(*, scope_id: str, content: str) -> GlossaryImport:
    """Add and change terms from CSV, all or none.

    Locks the scope's policy. Raises Invalid with ``file``.

    The header is ``csv_exchange.COLUMNS``; all columns but the first may be left out.
    """
    wanted = {values.identity: values for values in csv_exchange.read_terms(content)}
    _begin_change(scope_id)
    existing = {(row.source, row.target, row.folded): row for row in GlossaryTerm.objects.filter(scope_id=scope_id)}
    new = [
        GlossaryTerm(scope_id=scope_id, folded=identity[2], **values.columns)
        for identity, values in wanted.items()
        if identity not in existing
    ]
    changed = []
    for identity in wanted.keys() & existing.keys():
        row, columns = existing[identity], wanted[identity].columns
        if any(getattr(row, name) != value for name, value in columns.items()):
            _set_columns(row, wanted[identity])
            changed.append(row)
    check_size(
        field="file",
        count=len(existing) + len(new),
        characters=sum(len(row.term) for row in (*existing.values(), *new)),
    )
    GlossaryTerm.objects.bulk_create(new, batch_size=_BATCH)
    GlossaryTerm.objects.bulk_update(changed, [*csv_exchange.COLUMNS, "updated_at"], batch_size=_BATCH)
    forget_results_with(scope_id, [row.term for row in (*new, *changed)])
    return GlossaryImport(len(new), len(changed))


def export_terms_csv(*, scope_id: str) -> str:
    """Return the glossary as CSV that ``import_terms_csv`` reads."""
    return csv_exchange.write_terms(terms_of(scope_id))


@transaction.atomic
def set_policy(*, scope_id: str, local_only: bool, monthly_characters: int | None) -> TranslationPolicy:
    """Set a scope's policy. Idempotent.

    ``monthly_characters`` of None means the service's default budget.
    """
    policy, _created = TranslationPolicy.objects.update_or_create(
        scope_id=scope_id,
        # Staff are notified again when the new budget is spent.
        defaults={"local_only": local_only, "monthly_characters": monthly_characters, "told_month": None},
    )
    scope_cache.forget(scope_id)
    return policy


@transaction.atomic
def forget_scope(*, scope_id: str) -> None:
    """Delete memory, glossary and policy of a scope that was deleted.

    Idempotent. The scope's usage is kept.
    """
    for model in (MemoryEntry, GlossaryTerm, TermProposal, TranslationPolicy):
        model.objects.filter(scope_id=scope_id).delete()
    scope_cache.forget(scope_id)


def _begin_change(scope_id: str) -> None:
    """Raise the glossary's version, which locks the scope's policy.

    The second of two concurrent equal terms is refused.
    """
    TranslationPolicy.objects.get_or_create(scope_id=scope_id)
    TranslationPolicy.objects.filter(scope_id=scope_id).update(glossary_version=F("glossary_version") + 1)
    scope_cache.forget(scope_id)


def _existing(scope_id: str, values: TermValues) -> GlossaryTerm | None:
    source, target, folded = values.identity
    return GlossaryTerm.objects.filter(scope_id=scope_id, source=source, target=target, folded=folded).first()


def _set_columns(row: GlossaryTerm, values: TermValues) -> None:
    for name, value in values.columns.items():
        setattr(row, name, value)
    row.updated_at = timezone.now()


def _check_size(scope_id: str, *, field: str) -> None:
    rows = GlossaryTerm.objects.filter(scope_id=scope_id)
    size = rows.aggregate(count=Count("pk"), characters=Sum(Length("term")))
    check_size(field=field, count=size["count"], characters=size["characters"] or 0)
