"""Split a text into words and protected pieces, which no engine may change."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from translation.glossary.matching import TermMatcher
from translation.protection.patterns import GRAMMAR, START

_BRACKETS = {")": "(", "]": "["}
_SENTENCE_END = frozenset(".,;:!?'*_~|")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that no engine may change.

    ``shown`` replaces it in translations; only terms differ from ``text``.
    """

    kind: str
    text: str
    shown: str


Token: TypeAlias = str | Piece


def tokens(text: str) -> Iterator[Token]:
    """Yield ``text`` as words and pieces, in order; joined, they are ``text`` again."""
    start = position = 0
    opened = 0
    while match := next_piece(text, position):
        kind = (match.lastgroup or "")[2:]
        end = match.end()
        if kind == "url":
            end = match.start() + len(_url(match.group()))
        elif kind == "link" and not opened:
            # The end of a link without a beginning is text.
            position = match.start() + 1
            continue
        opened += (kind == "open") - (kind == "link")
        if match.start() > start:
            yield text[start : match.start()]
        piece = text[match.start() : end]
        yield Piece(kind, piece, piece)
        start = position = end
    if start < len(text):
        yield text[start:]


def next_piece(text: str, position: int = 0) -> re.Match[str] | None:
    """Return the next match of a piece: what ``GRAMMAR.search`` returns, but faster.

    ``START`` rules out most positions, at which the grammar would try every kind.
    """
    # At this position first, because pieces often follow one another.
    if match := GRAMMAR.match(text, position):
        return match
    while candidate := START.search(text, position + 1):
        position = candidate.start()
        if match := GRAMMAR.match(text, position):
            return match
    return None


def _url(link: str) -> str:
    """Return a link without the punctuation of the sentence around it."""
    count = Counter(link)
    end = len(link)
    while end:
        last = link[end - 1]
        opening = _BRACKETS.get(last)
        if (opening is None and last not in _SENTENCE_END) or (opening and count[opening] >= count[last]):
            break
        count[last] -= 1
        end -= 1
    return link[:end]


def with_terms(tokens: Iterable[Token], matcher: TermMatcher) -> Iterator[Token]:
    """Yield the tokens, with glossary terms in the words as pieces."""
    for token in tokens:
        if isinstance(token, Piece):
            yield token
            continue
        start = 0
        for match in matcher.find(token):
            if match.start > start:
                yield token[start : match.start]
            written = token[match.start : match.end]
            # A term that is kept is shown as the author wrote it.
            is_kept = match.term.rendering == match.term.text
            yield Piece("term", written, written if is_kept else match.term.rendering)
            start = match.end
        if start < len(token):
            yield token[start:]
