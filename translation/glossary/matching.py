"""Find glossary terms in a text with Aho–Corasick.

The time grows with the text, not with the number of terms.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from translation.glossary.known_words import stands_alone

# A term in Latin letters must be a whole word; in scripts without blanks it must be no part of a longer known word.
_LETTER = "[A-Za-z0-9_\u00c0-\u024f]"
_BORDER = re.compile(f"(?<={_LETTER})(?!{_LETTER})|(?<!{_LETTER})(?={_LETTER})")
# Inserted at every border between a Latin letter and something else, in terms and texts alike, so that "ticket" is not found
# in "ticketing". Words of a text do not contain it, because private-use characters are protected pieces.
_BORDER_CHAR = "\ue000"
# Signs and letters of full width, and the other blanks, as ASCII has them.
_NARROW = {0xFF01 + n: chr(0x21 + n) for n in range(94)} | dict.fromkeys((0x09, 0xA0, 0x2007, 0x202F, 0x3000), " ")
# Words of three letters and more have a plural.
_SINGULAR = re.compile(r"(?<![^ -])[a-z]{2,}[a-rt-z]$|(?<![^ -])[a-z]{2,}ss$")


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary term for one language pair.

    ``rendering`` is shown to readers; it equals ``text`` if the term is kept. ``inside_words``: it is found in longer
    words of Chinese, Japanese and Thai too.
    """

    text: str
    rendering: str
    case_sensitive: bool = False
    inside_words: bool = False


@dataclass(frozen=True, slots=True)
class TermMatch:
    start: int
    end: int
    term: Term


class TermMatcher:
    """Find the terms of one language pair, also in the English plural, in full width and with other blanks.

    Of terms that differ only in case, the first one is used.
    """

    def __init__(self, terms: Iterable[Term] = ()) -> None:
        by_pattern: dict[str, Term] = {}
        for term in terms:
            by_pattern.setdefault(_bordered(_fold(term.text)), term)
        # A plural that is a term itself has its own rendering.
        for term in tuple(by_pattern.values()):
            if plural := _plural(_fold(term.text)):
                by_pattern.setdefault(_bordered(plural), term)
        self._terms = tuple(by_pattern.values())
        self._automaton = (
            AhoCorasick(by_pattern, matchkind=MatchKind.LeftmostLongest, store_patterns=False) if by_pattern else None
        )

    def find(self, words: str) -> Iterator[TermMatch]:
        """Yield the terms in ``words`` from left to right, without overlaps.

        At each position the longest term is found.
        """
        if self._automaton is None:
            return
        folded, origins = _single_blanks(_fold(words))
        borders = [border.start() for border in _BORDER.finditer(folded)]
        # The n-th border character is n characters further on than its border, because n others were inserted before it.
        marked_borders = [border + index for index, border in enumerate(borders)]
        for number, start, end in self._automaton.find_matches_as_indexes(_bordered(folded)):
            term = self._terms[number]
            start, end = start - bisect_left(marked_borders, start), end - bisect_left(marked_borders, end)
            if not term.inside_words and not stands_alone(folded, start, end):
                continue
            if origins is not None:
                start, end = origins[start], origins[end - 1] + 1
            if not term.case_sensitive or _is_cased_like(words[start:end], term.text):
                yield TermMatch(start, end, term)


NO_TERMS = TermMatcher()


def _bordered(folded: str) -> str:
    return _BORDER.sub(_BORDER_CHAR, folded)


def _single_blanks(folded: str) -> tuple[str, list[int] | None]:
    """Return ``folded`` with single blanks, and where each of its characters was, if they have moved."""
    if "  " not in folded:
        return folded, None
    origins = [index for index, char in enumerate(folded) if char != " " or not index or folded[index - 1] != " "]
    return "".join(folded[index] for index in origins), origins


def _plural(folded: str) -> str:
    """Return the English plural of a term of Latin letters; empty of another."""
    if not _SINGULAR.search(folded):
        return ""
    if re.search(r"[^aeiou]y$", folded):
        return f"{folded[:-1]}ies"
    return f"{folded}es" if re.search(r"(?:[sxz]|[cs]h)$", folded) else f"{folded}s"


def _is_cased_like(written: str, text: str) -> bool:
    """Return whether ``written`` has a term's capitals.

    It is the term, or begins as it does and is its plural.
    """
    written = " ".join(written.translate(_NARROW).split())
    return written == text or written.removesuffix("es") == text or written.removesuffix("s") == text


def _fold(text: str) -> str:
    """Fold the case of each character by itself.

    The length and all positions stay the same.
    """
    text = text.translate(_NARROW)
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(lower if len(lower := char.casefold()) == 1 else char for char in text)
