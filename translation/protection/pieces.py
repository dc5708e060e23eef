"""The pieces of a text that no translator may touch, told from its words."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from translation.protection.patterns import GRAMMAR

_BRACKETS = {")": "(", "]": "["}
_SENTENCE_END = frozenset(".,;:!?'*_~|")


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary term as it matters to one language pair: ``rendering`` is what readers see, the term itself when kept."""

    text: str
    rendering: str
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch that no engine may change. ``shown`` stands in the translation: ``text`` itself but for glossary terms."""

    kind: str
    text: str
    shown: str


Token: TypeAlias = str | Piece


def tokens(text: str) -> Iterator[Token]:
    """``text`` as words and pieces, in order; together they spell it."""
    start = position = 0
    opened = 0
    while match := GRAMMAR.search(text, position):
        kind = (match.lastgroup or "")[2:]
        end = match.end()
        if kind == "url":
            end = match.start() + len(_url(match.group()))
        elif kind == "link" and not opened:
            # A bracket that nothing opened is text.
            position = match.start() + 1
            continue
        opened += (kind == "open") - (kind == "link")
        if match.start() > start:
            yield text[start : match.start()]
        found = text[match.start() : end]
        yield Piece(kind, found, found)
        start = position = end
    if start < len(text):
        yield text[start:]


def _url(found: str) -> str:
    """A link without the punctuation of the sentence around it."""
    count = Counter(found)
    end = len(found)
    while end:
        last = found[end - 1]
        opening = _BRACKETS.get(last)
        if (opening is None and last not in _SENTENCE_END) or (opening and count[opening] >= count[last]):
            break
        count[last] -= 1
        end -= 1
    return found[:end]


def with_terms(found: Iterator[Token], terms: tuple[Term, ...]) -> Iterator[Token]:
    """The tokens with the glossary terms cut out of the words."""
    if not terms:
        yield from found
        return
    pattern, by_text = _term_pattern(terms)
    for token in found:
        if isinstance(token, Piece):
            yield token
            continue
        start = 0
        for match in pattern.finditer(token):
            said = match.group()
            term = by_text.get(said) or by_text.get(said.casefold())
            if term is None or (term.case_sensitive and term.text != said):
                continue
            if match.start() > start:
                yield token[start : match.start()]
            # A kept term stays as the author wrote it.
            yield Piece("term", said, said if term.rendering == term.text else term.rendering)
            start = match.end()
        if start < len(token):
            yield token[start:]


@lru_cache(maxsize=256)
def _term_pattern(terms: tuple[Term, ...]) -> tuple[re.Pattern[str], dict[str, Term]]:
    by_text: dict[str, Term] = {}
    for term in terms:
        by_text.setdefault(term.text.casefold(), term)
        by_text[term.text] = term
    longest_first = sorted({term.text for term in terms}, key=len, reverse=True)
    return re.compile("|".join(_bordered(text) for text in longest_first), re.IGNORECASE), by_text


def _bordered(text: str) -> str:
    """A term of Latin letters is a word of its own; writers of other scripts put no spaces around theirs."""
    letter = "[A-Za-z0-9_\u00c0-\u024f]"
    before = f"(?<!{letter})" if re.match(letter, text) else ""
    after = f"(?!{letter})" if re.match(letter, text[-1]) else ""
    return before + re.escape(text) + after
