"""Split a text into words and protected pieces, which no engine may change."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from translation.glossary.matching import TermMatcher
from translation.protection.patterns import grammar

_BRACKETS = {")": "(", "]": "["}
# Stands between the words of tokens while terms are looked for. Private-use characters are pieces, so that no term has one.
_BORDER = "\ue003"
_SENTENCE_END = frozenset(".,;:!?'*_~|")


# A tuple, because a long text has thousands of them, and they are compared and hashed at every look-up in a cache.
class Piece(NamedTuple):
    """A part of a text that no engine may change.

    ``shown`` replaces it in translations; only terms differ from ``text``.
    """

    kind: str
    text: str
    shown: str


Token: TypeAlias = str | Piece


def tokens(text: str) -> Iterator[Token]:
    """Yield ``text`` as words and pieces, in order; joined, they are ``text`` again."""
    pattern, kind_of_group = grammar()
    start = position = 0
    opened = 0
    while match := pattern.search(text, position):
        kind = kind_of_group[match.lastgroup or ""]
        begin, end = match.span()
        if kind == "url":
            end = begin + len(_url(match.group()))
        elif kind == "link" and not opened:
            # The end of a link without a beginning is text.
            position = begin + 1
            continue
        opened += (kind == "open") - (kind == "link")
        if begin > start:
            yield text[start:begin]
        piece = text[begin:end]
        yield Piece(kind, piece, piece)
        start = position = end
    if start < len(text):
        yield text[start:]


def has_pieces(text: str) -> bool:
    """Return whether anything in ``text`` is a piece."""
    return grammar()[0].search(text) is not None


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


def with_terms(tokens: Sequence[Token], matcher: TermMatcher) -> Iterator[Token]:
    """Yield the tokens, with glossary terms in the words as pieces."""
    # All words are searched at once, because each search has a price of its own. No term reaches over a border.
    words = _BORDER.join("" if isinstance(token, Piece) else token for token in tokens)
    matches = matcher.find(words)
    match = next(matches, None)
    start = 0
    for token in tokens:
        if isinstance(token, Piece):
            yield token
            start += len(_BORDER)
            continue
        end = start + len(token)
        while match and match.start < end:
            if match.start > start:
                yield words[start : match.start]
            written = words[match.start : match.end]
            # A term that is kept is shown as the author wrote it.
            is_kept = match.term.rendering == match.term.text
            yield Piece("term", written, written if is_kept else match.term.rendering)
            start = match.end
            match = next(matches, None)
        if start < end:
            yield words[start:end]
        start = end + len(_BORDER)
