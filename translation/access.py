"""Look up a scope's glossary terms.

The app that owns the scope has checked that the caller may see it.
"""

from django.db.models import QuerySet

from rosetta.errors import NotFound
from translation.models import GlossaryTerm, TranslationPolicy


def terms_of(scope_id: str) -> QuerySet[GlossaryTerm]:
    return GlossaryTerm.objects.filter(scope_id=scope_id).order_by("folded", "source", "target")


def glossary_version(scope_id: str) -> int:
    """Return the number of changes of the scope's glossary so far."""
    return TranslationPolicy.objects.filter(pk=scope_id).values_list("glossary_version", flat=True).first() or 0


def term_in(scope_id: str, term_id: str) -> GlossaryTerm:
    """Return a term of the scope. Raises NotFound."""
    row = terms_of(scope_id).filter(pk=term_id).first()
    if row is None:
        raise NotFound
    return row
