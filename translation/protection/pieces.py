"""Split a text into its words and the pieces that no translator may touch."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from translation.glossary.matching import TermMatcher
from translation.protection.patterns import GRAMMAR

_BRACKETS = {")": "(", "]": "["}
_SENTENCE_END = frozenset(".,;:!?'*_~|")


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


def with_terms(tokens: Iterable[Token], matcher: TermMatcher) -> Iterator[Token]:
    """Yield the tokens with the glossary's terms cut out of the words."""
    for token in tokens:
        if isinstance(token, Piece):
            yield token
            continue
        start = 0
        for match in matcher.find(token):
            if match.start > start:
                yield token[start : match.start]
            written = token[match.start : match.end]
            # A kept term stays as its author wrote it.
            is_kept = match.term.rendering == match.term.text
            yield Piece("term", written, written if is_kept else match.term.rendering)
            start = match.end
        if start < len(token):
            yield token[start:]
