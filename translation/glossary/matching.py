"""Find glossary terms in a text with Aho–Corasick.

The time grows with the text, not with the number of terms.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

# A term in Latin letters must be a whole word; in scripts without spaces a term may touch its neighbours.
_LETTER = "[A-Za-z0-9_\u00c0-\u024f]"
_BORDER = re.compile(f"(?<={_LETTER})(?!{_LETTER})|(?<!{_LETTER})(?={_LETTER})")
# Inserted at every border between a Latin letter and something else, in terms and texts alike, so that "ticket" is not found
# in "tickets". Words of a text do not contain it, because private-use characters are protected pieces.
_BORDER_CHAR = "\ue000"


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary term for one language pair.

    ``rendering`` is shown to readers; it equals ``text`` if the term is kept.
    """

    text: str
    rendering: str
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class TermMatch:
    start: int
    end: int
    term: Term


class TermMatcher:
    """Find the terms of one language pair.

    Of terms that differ only in case, the first one is used.
    """

    def __init__(self, terms: Iterable[Term] = ()) -> None:
        by_pattern: dict[str, Term] = {}
        for term in terms:
            by_pattern.setdefault(_bordered(_fold(term.text)), term)
        self.terms = tuple(by_pattern.values())
        self._automaton = (
            AhoCorasick(by_pattern, matchkind=MatchKind.LeftmostLongest, store_patterns=False) if by_pattern else None
        )

    def find(self, words: str) -> Iterator[TermMatch]:
        """Yield the terms in ``words`` from left to right, without overlaps.

        At each position the longest term is found.
        """
        if self._automaton is None:
            return
        folded = _fold(words)
        borders = [border.start() for border in _BORDER.finditer(folded)]
        # The n-th border character is n characters further on than its border, because n others were inserted before it.
        marked_borders = [border + index for index, border in enumerate(borders)]
        for number, start, end in self._automaton.find_matches_as_indexes(_bordered(folded)):
            term = self.terms[number]
            match = TermMatch(start - bisect_left(marked_borders, start), end - bisect_left(marked_borders, end), term)
            if not term.case_sensitive or words[match.start : match.end] == term.text:
                yield match


NO_TERMS = TermMatcher()


def _bordered(folded: str) -> str:
    return _BORDER.sub(_BORDER_CHAR, folded)


def _fold(text: str) -> str:
    """Fold the case of each character by itself.

    The length and all positions stay the same.
    """
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(lower if len(lower := char.casefold()) == 1 else char for char in text)
