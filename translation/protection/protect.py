"""Protect parts of a text from engines.

They are cut out before translation and put back afterwards. ``parse`` splits a text, plain or Markdown, into fixed
parts and units. A unit is the words of one line with the pieces among them; an engine gets it with a mark for each
piece. ``Unit.read`` refuses an answer whose marks are not exactly those that were sent, and ``Parsed.render`` refuses
a whole text whose pieces differ from the source's.
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
from translation.protection.pieces import Piece, Token, has_pieces, tokens, with_terms

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

# Kinds of pieces that are not sent when they stand at the end or start of a line, because they do not change its meaning.
_DECORATION = frozenset({"emoji", "emoticon"})
# The line below a table's head.
_TABLE_RULE = re.compile(
    r"[ \t]{0,200}\|?(?:[ \t]{0,200}:?-{1,1000}:?[ \t]{0,200}\|){1,200}(?:[ \t]{0,200}:?-{1,1000}:?)?[ \t]{0,200}"
)
_LINE_ENDS = re.compile(r"(\r?\n+)")


@dataclass(frozen=True, slots=True)
class Unit:
    """The translatable words of one line, with the pieces among them.

    Neither end is blank.
    """

    tokens: tuple[Token, ...]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(token for token in self.tokens if isinstance(token, Piece))

    @property
    def canonical(self) -> str:
        """Return the text by which the memory knows the unit.

        It is equal for units that differ only in their pieces' texts.
        """
        return marks.canonical(self.tokens)

    @property
    def words(self) -> str:
        return "".join(token for token in self.tokens if isinstance(token, str))

    @property
    def source(self) -> str:
        return "".join(token if isinstance(token, str) else token.text for token in self.tokens)

    def masked(self, style: MarkStyle) -> str:
        """Return the text that is sent to an engine, with marks of ``style``."""
        return marks.masked(self.tokens, style)

    def read(self, answer: object, style: MarkStyle) -> str:
        """Return an engine's answer as a stored translation.

        Raises ProtectionError unless it has every piece exactly once.
        """
        return self._checked(marks.read(answer, self.tokens, style))

    def segments(self) -> tuple[str, ...]:
        """Return the words between pieces.

        They are translated separately in the last attempt.
        """
        return tuple(token.strip() for token in self.tokens if isinstance(token, str) and LETTER.search(token))

    def join(self, answers: Sequence[object]) -> str:
        """Return the stored translation from one answer for each segment, pieces in order.

        Raises ProtectionError.
        """
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
    """A parsed text: kept parts (tokens) and translated units, in order."""

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
        """Return the translated text.

        ``stored`` has each unit's stored translation by its ``canonical``.

        Raises ProtectionError if the pieces of the whole text differ from the source's, KeyError for a missing unit.
        """
        parts: list[Token] = []
        for item in self.layout:
            parts.extend(marks.filled(stored[item.canonical], item.pieces) if isinstance(item, Unit) else (item,))
        return self._checked(parts)

    def render_whole(self, stored: str) -> str:
        """Return the translated text, given the stored translation of the whole text.

        Raises ProtectionError.
        """
        return self._checked(marks.filled(stored, self.pieces))

    def store_whole(self, translation: str) -> str:
        """Return a finished translation as a stored one, with a mark for each piece.

        Raises ProtectionError.
        """
        return marks.marked(translation, self.pieces)

    def _checked(self, parts: Sequence[Token]) -> str:
        text = marks.spaced_join(parts)
        if any(isinstance(token, Piece) for token in self.tokens) or has_pieces(text):
            marks.verify(self.pieces, text)
        return text


def parse(text: str, terms: TermMatcher = NO_TERMS) -> Parsed:
    """Parse ``text``, with the glossary's ``terms`` as pieces.

    Raises nothing; the layout, joined, is ``text`` again.
    """
    parts = (_tokens if len(text) <= SHORT else _tokens_of_long)(text)
    if terms is not NO_TERMS:
        parts = tuple(with_terms(parts, terms))
    return (_parsed if len(parts) <= SHORT else _parsed_long)(parts)


def _tokenized(text: str) -> tuple[Token, ...]:
    return tuple(tokens(text))


def _laid_out(parts: tuple[Token, ...]) -> Parsed:
    layout: list[Token | Unit] = []
    lines = _without_quotes(list(_lines(parts)))
    rows = _rows_of_tables(lines)
    for number, line in enumerate(lines):
        layout.extend(_row_layout(line) if number in rows else _line_layout(line))
    return Parsed(tuple(layout))


# Texts are parsed several times: to plan, to recall and to translate. The caches hold no glossary, because large ones would
# live on in them, and few long texts: one of 8,000 emoji takes a megabyte.
SHORT = 500
_tokens, _tokens_of_long = lru_cache(maxsize=512)(_tokenized), lru_cache(maxsize=16)(_tokenized)
_parsed, _parsed_long = lru_cache(maxsize=512)(_laid_out), lru_cache(maxsize=16)(_laid_out)


def _without_quotes(lines: list[list[Token]]) -> list[list[Token]]:
    """Return the lines with each quoted line as one piece.

    Somebody else wrote it, perhaps in another language. A text that consists of quoted lines only is translated.
    """
    quoted = [_is_quoted(line) for line in lines]
    if not any(quoted) or not any(
        _has_words(line) for line, of_others in zip(lines, quoted, strict=True) if not of_others
    ):
        return lines
    return [
        [_quote(line)] if of_others and _has_words(line) else line
        for line, of_others in zip(lines, quoted, strict=True)
    ]


def _is_quoted(line: list[Token]) -> bool:
    return bool(line) and isinstance(line[0], str) and line[0].lstrip().startswith((">", "\uff1e"))


def _has_words(line: list[Token]) -> bool:
    return any(isinstance(token, str) and LETTER.search(token) for token in line)


def _quote(line: list[Token]) -> Piece:
    text = _source(line)
    return Piece("quote", text, text)


def is_translatable(text: str) -> bool:
    """Return whether ``text`` has words to translate.

    Protected pieces, digits, signs and blanks are none.
    """
    return bool(parse(text).units)


def protected_pieces(text: str) -> Counter[str]:
    """Count the protected pieces of a text, which its translation must have too."""
    return Counter(piece.text for piece in parse(text).pieces)


def words_only(text: str) -> str:
    """Return ``text`` with a space for each protected piece, to detect its language."""
    return "".join(token if isinstance(token, str) else " " for token in parse(text).tokens).strip()


def _lines(parts: Iterable[Token]) -> Iterator[list[Token]]:
    """Yield the tokens line by line, each line end as a line of its own.

    A piece of several lines is part of one.
    """
    line: list[Token] = []
    for token in parts:
        if isinstance(token, Piece) or "\n" not in token:
            line.append(token)
            continue
        for part in _LINE_ENDS.split(token):
            if "\n" in part:
                yield line
                yield [part]
                line = []
            elif part:
                line.append(part)
    yield line


def _rows_of_tables(lines: list[list[Token]]) -> set[int]:
    """Return the numbers of the lines that are rows of tables.

    Those that begin with a pipe, or stand around "--- | ---".
    """
    rows = {number for number, line in enumerate(lines) if _begins_with_pipe(line)}
    for number, line in enumerate(lines):
        # Every other line is a line end.
        if number < 2 or not _is_one_end(lines[number - 1]) or not _has_pipe(line) or not _has_pipe(lines[number - 2]):
            continue
        if not _TABLE_RULE.fullmatch(_source(line)):
            continue
        rows |= {number - 2, number}
        below = number + 2
        while below < len(lines) and _is_one_end(lines[below - 1]) and _has_pipe(lines[below]):
            rows.add(below)
            below += 2
    return rows


def _is_one_end(line: list[Token]) -> bool:
    return line in (["\n"], ["\r\n"])


def _begins_with_pipe(line: list[Token]) -> bool:
    return bool(line) and isinstance(line[0], str) and line[0].lstrip().startswith("|")


def _has_pipe(line: list[Token]) -> bool:
    return any(isinstance(token, str) and "|" in token for token in line)


def _source(line: list[Token]) -> str:
    return "".join(token if isinstance(token, str) else token.text for token in line)


def _row_layout(line: list[Token]) -> Iterator[Token | Unit]:
    """Yield the cells of a table's row, and the pipes between them."""
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


def _line_layout(line: list[Token]) -> Iterator[Token | Unit]:
    """Yield a line's Markdown prefix, its unit and what follows it."""
    if line and isinstance(line[0], str) and (start := LINE_START.match(line[0])) and start.end():
        yield line[0][: start.end()]
        line = [line[0][start.end() :], *line[1:]] if start.end() < len(line[0]) else line[1:]
    yield from _unit_layout(line)


def _unit_layout(line: list[Token]) -> Iterator[Token | Unit]:
    if not _has_words(line):
        yield from line
        return
    start, end = 0, len(line)
    while not (words := _edge(line[start], str.lstrip)):
        start += 1
    yield from line[:start]
    if isinstance(first := line[start], str) and words != first:
        yield first[: len(first) - len(words)]
        line = [*line[:start], words, *line[start + 1 :]]
    while not (words := _edge(line[end - 1], str.rstrip)):
        end -= 1
    if isinstance(last := line[end - 1], str) and words != last:
        yield Unit((*line[start : end - 1], words))
        yield last[len(words) :]
    else:
        yield Unit(tuple(line[start:end]))
    yield from line[end:]


def _edge(token: Token, strip: Callable[[str], str]) -> str:
    """Return the part of a token that belongs to a unit at whose end it is.

    Empty if no part does.
    """
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
    """Return a hash of some texts, 32 hexadecimal digits, the same in every process."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
