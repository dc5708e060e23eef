"""Every change of a glossary or a policy. Each bumps the glossary's version and drops only what holds the term."""

import csv
import io
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from rosetta.errors import Invalid
from rosetta.languages import match
from translation.access import term_in
from translation.glossary import scope_cache
from translation.models import MAX_TERM, GlossaryTerm, MemoryEntry, TranslationPolicy, fold
from translation.protection.pieces import Piece, tokens

MAX_TERMS = 5000
CSV_COLUMNS = ("term", "rendering", "source", "target", "case_sensitive")
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class TermValues:
    """A term as a caller gives it, checked: ``rendering`` empty keeps the term, an empty language is every one."""

    term: str
    rendering: str = ""
    source: str = ""
    target: str = ""
    case_sensitive: bool = False

    @property
    def identity(self) -> tuple[str, str, str]:
        return self.source, self.target, fold(self.term)


def check_term(
    *, term: str, rendering: str = "", source: str = "", target: str = "", case_sensitive: bool = False
) -> TermValues:
    """The values, trimmed and with languages spelt as ours. Raises Invalid, by field."""
    errors: dict[str, list[Any]] = {}
    term, rendering = " ".join(term.split()), " ".join(rendering.split())
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in term + rendering):
        errors["term"] = [_("A term cannot hold characters that cannot be seen.")]
    elif not term:
        errors["term"] = [_("A term is needed.")]
    elif any(isinstance(token, Piece) for token in tokens(term)):
        errors["term"] = [_("A term cannot hold a link, a mention, an amount or an emoji: these are kept anyway.")]
    for name, value in (("term", term), ("rendering", rendering)):
        if len(value) > MAX_TERM:
            errors[name] = [_("At most %(limit)s characters.") % {"limit": MAX_TERM}]
    languages = {"source": source, "target": target}
    for name, value in languages.items():
        known = match(value) if value else ""
        if known is None:
            errors[name] = [_("This language is not known.")]
        languages[name] = known or ""
    if languages["source"] and languages["source"] == languages["target"]:
        errors["target"] = [_("The two languages are the same.")]
    if errors:
        raise Invalid(errors)
    return TermValues(term, rendering, case_sensitive=case_sensitive, **languages)


@transaction.atomic
def add_term(
    *, scope_id: str, term: str, rendering: str = "", source: str = "", target: str = "", case_sensitive: bool = False
) -> GlossaryTerm:
    """Add a term to a scope's glossary. Raises Invalid, for one that is there already too."""
    values = check_term(term=term, rendering=rendering, source=source, target=target, case_sensitive=case_sensitive)
    # The policy row's lock orders changes of one glossary: two equal terms cannot both find themselves new.
    _bump(scope_id)
    if _same(scope_id, values):
        raise Invalid({"term": [_("This term is in the glossary already.")]})
    if GlossaryTerm.objects.filter(scope_id=scope_id).count() >= MAX_TERMS:
        raise Invalid({"term": [_("The glossary is full.")]})
    row = GlossaryTerm.objects.create(scope_id=scope_id, **_columns(values))
    _drop_holding(scope_id, [values.term])
    return row


@transaction.atomic
def change_term(
    *, scope_id: str, term_id: str, term: str, rendering: str = "", source: str = "", target: str = "",
    case_sensitive: bool = False,
) -> GlossaryTerm:  # fmt: skip
    """Replace a term's values. Raises NotFound, or Invalid."""
    values = check_term(term=term, rendering=rendering, source=source, target=target, case_sensitive=case_sensitive)
    _bump(scope_id)
    row = term_in(scope_id, term_id)
    same = _same(scope_id, values)
    if same and same.pk != row.pk:
        raise Invalid({"term": [_("This term is in the glossary already.")]})
    before = row.term
    for name, value in _columns(values).items():
        setattr(row, name, value)
    row.updated_at = timezone.now()
    row.save()
    _drop_holding(scope_id, [before, values.term])
    return row


@transaction.atomic
def remove_term(*, scope_id: str, term_id: str) -> None:
    """Remove a term. Raises NotFound."""
    _bump(scope_id)
    row = term_in(scope_id, term_id)
    row.delete()
    _drop_holding(scope_id, [row.term])


@dataclass(frozen=True, slots=True)
class Imported:
    added: int
    changed: int


@transaction.atomic
def import_terms_csv(*, scope_id: str, content: str) -> Imported:
    """Add and change terms from CSV with the header ``term,rendering,source,target,case_sensitive`` (all but the first may
    be left out), all or none. Raises Invalid with ``file``, naming each wrong line."""
    wanted = {values.identity: values for values in _read_csv(content)}
    _bump(scope_id)
    there = {(row.source, row.target, row.folded): row for row in GlossaryTerm.objects.filter(scope_id=scope_id)}
    if len(there.keys() | wanted.keys()) > MAX_TERMS:
        raise Invalid({"file": [_("The glossary is full.")]})
    new = [
        GlossaryTerm(scope_id=scope_id, folded=identity[2], **_columns(values))
        for identity, values in wanted.items()
        if identity not in there
    ]
    changed = []
    for identity, values in wanted.items():
        row = there.get(identity)
        if row and any(getattr(row, name) != value for name, value in _columns(values).items()):
            for name, value in _columns(values).items():
                setattr(row, name, value)
            row.updated_at = timezone.now()
            changed.append(row)
    GlossaryTerm.objects.bulk_create(new, batch_size=_BATCH)
    GlossaryTerm.objects.bulk_update(changed, ["term", "rendering", "case_sensitive", "updated_at"], batch_size=_BATCH)
    _drop_holding(scope_id, [row.term for row in (*new, *changed)])
    return Imported(len(new), len(changed))


def export_terms_csv(*, scope_id: str) -> str:
    """The glossary as ``import_terms_csv`` takes it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for row in GlossaryTerm.objects.filter(scope_id=scope_id).order_by("folded", "source", "target"):
        writer.writerow([row.term, row.rendering, row.source, row.target, "yes" if row.case_sensitive else ""])
    return out.getvalue()


@transaction.atomic
def set_policy(*, scope_id: str, local_only: bool, monthly_characters: int | None) -> TranslationPolicy:
    """Say what a scope allows; a budget of None is the service's default."""
    policy, _created = TranslationPolicy.objects.update_or_create(
        scope_id=scope_id,
        # Whoever changes a budget wants to hear when the new one is spent.
        defaults={"local_only": local_only, "monthly_characters": monthly_characters, "told_month": None},
    )
    scope_cache.forget(scope_id)
    return policy


@transaction.atomic
def forget_scope(*, scope_id: str) -> None:
    """Erase everything that is held for a scope which is gone, but for the books of what it cost."""
    for model in (MemoryEntry, GlossaryTerm, TranslationPolicy):
        model.objects.filter(scope_id=scope_id).delete()
    scope_cache.forget(scope_id)


def _same(scope_id: str, values: TermValues) -> GlossaryTerm | None:
    source, target, folded = values.identity
    return GlossaryTerm.objects.filter(scope_id=scope_id, source=source, target=target, folded=folded).first()


def _columns(values: TermValues) -> dict[str, Any]:
    return {name: getattr(values, name) for name in CSV_COLUMNS}


def _bump(scope_id: str) -> None:
    TranslationPolicy.objects.get_or_create(scope_id=scope_id)
    TranslationPolicy.objects.filter(scope_id=scope_id).update(glossary_version=F("glossary_version") + 1)
    scope_cache.forget(scope_id)


def _drop_holding(scope_id: str, terms: Collection[str]) -> None:
    """Drop the results whose source has one of ``terms`` in its words. Elsewhere a term is a mark: those stay right."""
    folded = {fold(term) for term in terms if term}
    if not folded:
        return
    rows = MemoryEntry.objects.filter(scope_id=scope_id, origin=MemoryEntry.Origin.ENGINE)
    # Compared here, not in the database: SQLite folds the case of ASCII letters alone.
    holding = [
        pk
        for pk, text in rows.values_list("pk", "source_text").iterator(chunk_size=_BATCH)
        if any(term in fold(text) for term in folded)
    ]
    for start in range(0, len(holding), _BATCH):
        MemoryEntry.objects.filter(pk__in=holding[start : start + _BATCH]).delete()


def _read_csv(content: str) -> Iterator[TermValues]:
    lines = csv.DictReader(io.StringIO(content.removeprefix("\ufeff")), strict=True)
    wrong: list[str] = []
    found: list[TermValues] = []
    try:
        header = [name.strip().lower() for name in lines.fieldnames or []]
        if "term" not in header or not set(header) <= set(CSV_COLUMNS):
            raise Invalid(
                {"file": [_("The first line must name the columns: %(names)s.") % {"names": ",".join(CSV_COLUMNS)}]}
            )
        lines.fieldnames = header
        for row in lines:
            try:
                found.append(_csv_values(row))
            except Invalid as error:
                told = " ".join(str(sentence) for sentences in error.errors.values() for sentence in sentences)
                wrong.append(_("Line %(line)s: %(told)s") % {"line": lines.line_num, "told": told})
    except csv.Error as error:
        raise Invalid({"file": [_("Line %(line)s: %(told)s") % {"line": lines.line_num, "told": error}]}) from error
    if wrong:
        raise Invalid({"file": wrong[:50]})
    yield from found


def _csv_values(row: dict[str, Any]) -> TermValues:
    if None in row or any(value is None for value in row.values()):
        raise Invalid({"file": [_("It has another number of columns than the first line.")]})
    flag = row.pop("case_sensitive", "").strip().lower()
    if flag not in ("", "yes", "no", "true", "false", "1", "0", "on", "off"):
        raise Invalid({"case_sensitive": [_("Write yes or no.")]})
    return check_term(**row, case_sensitive=flag in ("yes", "true", "1", "on"))
