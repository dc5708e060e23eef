"""Validate glossary terms and the size of a glossary."""

import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from rosetta.errors import Invalid
from rosetta.languages import match
from translation.models import MAX_TERM, fold
from translation.protection.pieces import Piece, tokens

MAX_TERMS = 5000
# The characters of all terms of a glossary, because the matcher is built again after each change.
MAX_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class TermValues:
    """A term's valid values.

    An empty ``rendering`` keeps the term as it is; an empty language means any language.
    """

    term: str
    rendering: str = ""
    source: str = ""
    target: str = ""
    case_sensitive: bool = False
    inside_words: bool = False

    @property
    def identity(self) -> tuple[str, str, str]:
        """Return the values that must differ between any two terms of a scope."""
        return self.source, self.target, fold(self.term)

    @property
    def columns(self) -> dict[str, Any]:
        return asdict(self)


def check_term(
    *,
    term: str,
    rendering: str = "",
    source: str = "",
    target: str = "",
    case_sensitive: bool = False,
    inside_words: bool = False,
) -> TermValues:
    """Return the values, trimmed and with canonical language codes.

    Raises Invalid, by field.
    """
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
    return TermValues(term, rendering, case_sensitive=case_sensitive, inside_words=inside_words, **languages)


def check_size(*, field: str, count: int, characters: int) -> None:
    """Check that a glossary is not too large. Raises Invalid.

    It has ``count`` terms with ``characters`` in total.
    """
    if count > MAX_TERMS:
        raise Invalid({field: [_("The glossary is full.")]})
    if characters > MAX_CHARACTERS:
        raise Invalid(
            {
                field: [
                    _("The terms of a glossary can have at most %(limit)s characters together.")
                    % {"limit": MAX_CHARACTERS}
                ]
            }
        )
