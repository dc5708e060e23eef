"""Finding glossary terms in a text, in time that grows with the text alone, however many terms there are (Aho–Corasick)."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

# Terms of Latin letters are words of their own; writers of other scripts put no spaces around theirs.
_LETTER = "[A-Za-z0-9_\u00c0-\u024f]"
_BORDER = re.compile(f"(?<={_LETTER})(?!{_LETTER})|(?<!{_LETTER})(?={_LETTER})")
# Stands at every border between a Latin letter and something else, in terms and texts alike, so that "ticket" is not found
# in "tickets". Texts have no such character outside protected pieces.
_BORDER_CHAR = "\ue000"


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary term as it matters to one language pair. ``rendering`` is what readers see, the term itself when kept."""

    text: str
    rendering: str
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class TermMatch:
    start: int
    end: int
    term: Term


class TermMatcher:
    """The terms of one language pair, ready to be found. Of terms that differ in case alone, the first one counts."""

    def __init__(self, terms: Iterable[Term] = ()) -> None:
        by_pattern: dict[str, Term] = {}
        for term in terms:
            by_pattern.setdefault(_bordered(_fold(term.text)), term)
        self.terms = tuple(by_pattern.values())
        self._automaton = (
            AhoCorasick(by_pattern, matchkind=MatchKind.LeftmostLongest, store_patterns=False) if by_pattern else None
        )

    def find(self, words: str) -> Iterator[TermMatch]:
        """Yield the terms in ``words`` from left to right: at each position the longest one, and none inside another."""
        if self._automaton is None:
            return
        folded = _fold(words)
        borders = [border.start() for border in _BORDER.finditer(folded)]
        # The n-th border character stands n characters further on than its border.
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
    """Fold the case of each character by itself, so that positions stay."""
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(lower if len(lower := char.casefold()) == 1 else char for char in text)
