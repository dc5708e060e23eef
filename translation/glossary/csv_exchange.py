"""Read and write glossaries as CSV for spreadsheets."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from rosetta.errors import Invalid
from rosetta.formulas import escape_formula, unescape_formula
from translation.glossary.terms import TermValues, check_term
from translation.models import GlossaryTerm

FLAGS = ("case_sensitive", "inside_words")
COLUMNS = ("term", "rendering", "source", "target", *FLAGS)
# The number of invalid lines that an error names.
_MAX_ERRORS = 50
_YES, _NO = ("yes", "true", "1", "on"), ("", "no", "false", "0", "off")


def write_terms(terms: Iterable[GlossaryTerm]) -> str:
    """Return ``terms`` as CSV with a header.

    Cells that a spreadsheet would run as formulas are escaped.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for term in terms:
        flags = ("yes" if getattr(term, name) else "" for name in FLAGS)
        cells = (term.term, term.rendering, term.source, term.target, *flags)
        writer.writerow([escape_formula(cell) for cell in cells])
    return out.getvalue()


def read_terms(content: str) -> list[TermValues]:
    """Return the terms of a CSV file.

    Its header names the columns, of which only ``term`` is required.

    Raises Invalid with ``file`` and a sentence for each invalid line.
    """
    lines = csv.DictReader(io.StringIO(content.removeprefix("\ufeff")), strict=True)
    errors: list[str] = []
    terms: list[TermValues] = []
    try:
        lines.fieldnames = _header(lines.fieldnames or [])
        for row in lines:
            try:
                terms.append(_term_in(row))
            except Invalid as error:
                sentences = " ".join(str(sentence) for field in error.errors.values() for sentence in field)
                errors.append(_("Line %(line)s: %(told)s") % {"line": lines.line_num, "told": sentences})
    except csv.Error as error:
        raise Invalid({"file": [_("Line %(line)s: %(told)s") % {"line": lines.line_num, "told": error}]}) from error
    if errors:
        raise Invalid({"file": errors[:_MAX_ERRORS]})
    return terms


def _header(names: Iterable[str]) -> list[str]:
    header = [name.strip().lower() for name in names]
    if "term" not in header or not set(header) <= set(COLUMNS):
        names = ",".join(COLUMNS)
        raise Invalid({"file": [_("The first line must name the columns: %(names)s.") % {"names": names}]})
    return header


def _term_in(row: dict[str, Any]) -> TermValues:
    if None in row or any(value is None for value in row.values()):
        raise Invalid({"file": [_("It has another number of columns than the first line.")]})
    cells: dict[str, Any] = {name: unescape_formula(value) for name, value in row.items()}
    flags: dict[str, Any] = {name: cells.pop(name, "").strip().lower() for name in FLAGS}
    for name, flag in flags.items():
        if flag not in _YES + _NO:
            raise Invalid({name: [_("Write yes or no.")]})
    return check_term(**cells | {name: flag in _YES for name, flag in flags.items()})
