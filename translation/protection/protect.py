"""What a translator must not touch: found in a text, cut out before an engine sees it, and put back after.

``parse`` reads a text, plain or Markdown alike, into a layout of fixed stretches and units. A unit is the words of one
line with pieces among them; an engine gets it with a mark for each piece. ``Unit.read`` refuses an answer whose marks are
not exactly those that were sent, and ``Parsed.render`` refuses a whole text whose pieces differ from the source's.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from translation.glossary.matching import NO_TERMS, TermMatcher
from translation.protection import marks
from translation.protection.marks import LETTER, STORED, STYLES, MarkStyle, ProtectionError
from translation.protection.patterns import LINE_START
from translation.protection.pieces import Piece, Token, next_piece, tokens, with_terms

__all__ = [
    "STYLES",
    "MarkStyle",
    "Parsed",
    "Piece",
    "ProtectionError",
    "Unit",
    "fingerprint",
    "is_translatable",
    "parse",
    "protected_pieces",
    "words_only",
]

# Pieces that say nothing to the words beside them: at the ends of a line they need not go out.
_DECORATION = frozenset({"emoji", "emoticon"})


@dataclass(frozen=True, slots=True)
class Unit:
    """The translatable words of one line, with the pieces among them; neither end is blank."""

    tokens: tuple[Token, ...]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(token for token in self.tokens if isinstance(token, Piece))

    @property
    def canonical(self) -> str:
        """The same for two units that differ in their pieces' texts alone: what the memory knows them by."""
        return marks.canonical(self.tokens)

    @property
    def words(self) -> str:
        return "".join(token for token in self.tokens if isinstance(token, str))

    @property
    def source(self) -> str:
        return "".join(token if isinstance(token, str) else token.text for token in self.tokens)

    def masked(self, style: MarkStyle) -> str:
        """What an engine is sent."""
        return marks.masked(self.tokens, style)

    def read(self, answer: object, style: MarkStyle) -> str:
        """An engine's answer as a stored translation. Raises ProtectionError unless it has every piece once, and no more."""
        return self._checked(marks.read(answer, self.tokens, style))

    def segments(self) -> tuple[str, ...]:
        """The stretches of words between pieces that need a translation of their own, for the last attempt."""
        return tuple(token.strip() for token in self.tokens if isinstance(token, str) and LETTER.search(token))

    def join(self, answers: Sequence[object]) -> str:
        """The stored translation from one answer a segment, pieces in the source's order. Raises ProtectionError."""
        if len(answers) != len(self.segments()):
            raise ProtectionError("an answer is missing")
        rest, number, parts = iter(answers), 0, []
        for token in self.tokens:
            if isinstance(token, Piece):
                parts.append(STORED.mark(number))
                number += 1
            elif LETTER.search(token):
                core = token.strip()
                start = token.index(core)
                parts.append(token[:start] + marks.read(next(rest), (core,), STORED) + token[start + len(core) :])
            else:
                parts.append(token)
        return self._checked("".join(parts))

    def _checked(self, stored: str) -> str:
        marks.verify(self.pieces, marks.spaced_join(marks.filled(stored, self.pieces)))
        return stored


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text read into stretches that stay (tokens) and units that are translated, in order."""

    layout: tuple[Token | Unit, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        return tuple(item for item in self.layout if isinstance(item, Unit))

    @property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(_flat(self.layout))

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(token for token in self.tokens if isinstance(token, Piece))

    @property
    def canonical(self) -> str:
        return marks.canonical(self.tokens)

    def render(self, stored: Mapping[str, str]) -> str:
        """The translated text, given each unit's stored translation by its ``canonical``.

        Raises ProtectionError when the pieces of the whole differ from the source's, KeyError for a missing unit.
        """
        parts: list[Token] = []
        for item in self.layout:
            parts.extend(marks.filled(stored[item.canonical], item.pieces) if isinstance(item, Unit) else (item,))
        return self._checked(parts)

    def render_whole(self, stored: str) -> str:
        """The translated text from one stored translation of all of it. Raises ProtectionError."""
        return self._checked(marks.filled(stored, self.pieces))

    def store_whole(self, translation: str) -> str:
        """A finished translation as a stored one: each piece becomes its mark. Raises ProtectionError if one is missing."""
        return marks.marked(translation, self.pieces)

    def _checked(self, parts: Sequence[Token]) -> str:
        text = marks.spaced_join(parts)
        if any(isinstance(token, Piece) for token in self.tokens) or next_piece(text):
            marks.verify(self.pieces, text)
        return text


def parse(text: str, terms: TermMatcher = NO_TERMS) -> Parsed:
    """Parse ``text``, with the glossary's ``terms`` cut out of its words. Never fails; ``layout`` spells the text again."""
    parts = _tokens(text)
    return _parsed(tuple(with_terms(parts, terms)) if terms is not NO_TERMS else parts)


# Texts are parsed several times: to plan, to recall and to translate. The caches hold no glossary, because large ones would
# live on in them.
@lru_cache(maxsize=512)
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(tokens(text))


@lru_cache(maxsize=512)
def _parsed(parts: tuple[Token, ...]) -> Parsed:
    layout: list[Token | Unit] = []
    for line in _without_quotes(list(_lines(parts))):
        layout.extend(_line_layout(line))
    return Parsed(tuple(layout))


def _without_quotes(lines: list[list[Token]]) -> list[list[Token]]:
    """The lines, those of a quoted reply as one piece each: what somebody else said, perhaps in another language, stays as
    it was said. A text that is nothing but a quotation is what its author wants to say."""
    if any(_has_words(line) for line in lines if not _is_quoted(line)):
        return [[_quote(line)] if _is_quoted(line) and _has_words(line) else line for line in lines]
    return lines


def _is_quoted(line: list[Token]) -> bool:
    return bool(line) and isinstance(line[0], str) and line[0].lstrip().startswith(">")


def _has_words(line: list[Token]) -> bool:
    return any(isinstance(token, str) and LETTER.search(token) for token in line)


def _quote(line: list[Token]) -> Piece:
    text = "".join(token if isinstance(token, str) else token.text for token in line)
    return Piece("quote", text, text)


def is_translatable(text: str) -> bool:
    """Whether anything but protected pieces, digits, signs and blanks is in ``text``."""
    return bool(parse(text).units)


def protected_pieces(text: str) -> Counter[str]:
    """The protected pieces of a text, counted: what a translation must have too."""
    return Counter(piece.text for piece in parse(text).pieces)


def words_only(text: str) -> str:
    """``text`` with a blank for every protected piece: what tells its language."""
    return "".join(token if isinstance(token, str) else " " for token in parse(text).tokens).strip()


def _lines(found: Iterable[Token]) -> Iterator[list[Token]]:
    """The tokens line by line, line ends being lines of their own. A piece over several lines is part of one."""
    line: list[Token] = []
    for token in found:
        if isinstance(token, Piece):
            line.append(token)
            continue
        for part in re.split(r"(\r?\n+)", token):
            if "\n" in part:
                yield line
                yield [part]
                line = []
            elif part:
                line.append(part)
    yield line


def _line_layout(line: list[Token]) -> Iterator[Token | Unit]:
    """Prefix, words and tail of a line; a table's row is cut into its cells."""
    if line and isinstance(line[0], str) and line[0].lstrip().startswith("|"):
        cell: list[Token] = []
        for token in line:
            for part in re.split(r"(\|)", token) if isinstance(token, str) else (token,):
                if part == "|":
                    yield from _unit_layout(cell)
                    yield "|"
                    cell = []
                elif part:
                    cell.append(part)
        yield from _unit_layout(cell)
        return
    if line and isinstance(line[0], str) and (start := LINE_START.match(line[0])) and start.end():
        yield line[0][: start.end()]
        line = [line[0][start.end() :], *line[1:]] if start.end() < len(line[0]) else line[1:]
    yield from _unit_layout(line)


def _unit_layout(line: list[Token]) -> Iterator[Token | Unit]:
    if not _has_words(line):
        yield from line
        return
    head: list[Token] = []
    tail: list[Token] = []
    while line and not (words := _edge(line[0], str.lstrip)):
        head.append(line[0])
        line = line[1:]
    if isinstance(first := line[0], str) and words != first:
        head.append(first[: len(first) - len(words)])
        line = [words, *line[1:]]
    while not (words := _edge(line[-1], str.rstrip)):
        tail.append(line[-1])
        line = line[:-1]
    if isinstance(last := line[-1], str) and words != last:
        tail.append(last[len(words) :])
        line = [*line[:-1], words]
    yield from head
    yield Unit(tuple(line))
    yield from reversed(tail)


def _edge(token: Token, strip: Callable[[str], str]) -> str:
    """What of a token belongs to a unit when it stands at one of its ends."""
    if isinstance(token, str):
        return strip(token)
    return "" if token.kind in _DECORATION else token.text


def _flat(layout: Sequence[Token | Unit]) -> Iterator[Token]:
    for item in layout:
        if isinstance(item, Unit):
            yield from item.tokens
        else:
            yield item


def fingerprint(*parts: str) -> str:
    """A short stable key of some texts."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
