"""Everyday phrases shipped with the service.

Right in every language, at once, with no engine and no network.

A text is looked up line by line and sentence by sentence. A line that is part of a longer sentence, a heading and a cell of a
table are no phrases: "No." above a column of numbers is no refusal.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rosetta.languages import CODES
from translation.memory import sentences
from translation.memory.phrase_table import rows, variants
from translation.memory.sentences import Line
from translation.protection.pieces import Piece, Token
from translation.protection.protect import Parsed, Unit, parse

__all__ = ["language_of", "phrases_in", "rows", "translate", "variants", "words"]

_WORD = re.compile(r"[^\W\d_]+")
_MENTIONS = frozenset({"mention", "channel"})
_BESIDE = frozenset({"emoji", "emoticon", "url"})
_ENDED = tuple(".!?~\u2026\u3002\uff01\uff1f\uff5e\u301c")
_HEADING = re.compile(r"[ \t\u3000]*#{1,6}[ \t]")
_UNDERLINE = re.compile(r"\s*(?:=+|-{2,})\s*")


def translate(text: str, source: str, target: str) -> str | None:
    """Return the shipped translation of ``text``, or None unless all its sentences are phrases.

    Case, width, outer blanks and final punctuation do not matter and are kept, in the signs of ``target``; but a question is
    not the same as a statement.
    """
    parsed = parse(text)
    known = phrases_in(parsed, source, target)
    if not parsed.units or any(unit.canonical not in known for unit in parsed.units):
        return None
    return parsed.render(known).strip()


def phrases_in(parsed: Parsed, source: str, target: str) -> dict[str, str]:
    """Return the stored translation of each line that is all phrases, by the line's ``canonical``."""
    if source not in CODES or target not in CODES:
        return {}
    known: dict[str, str] = {}
    unknown: set[str] = set()
    for unit, line in _readings(parsed, source):
        written = sentences.write(line, source, target) if line else None
        if written is None:
            unknown.add(unit.canonical)
        else:
            known[unit.canonical] = written.replace("\ue002", "\ue000").replace("\ue003", "\ue001")
    return {canonical: stored for canonical, stored in known.items() if canonical not in unknown}


def language_of(text: str, *, among: frozenset[str]) -> str | None:
    """Return the one language of ``among`` in which ``text`` is phrases of two words or more together, else None."""
    if len(_WORD.findall(text)) < 2:
        return None
    parsed = parse(text)
    known = [
        code for code in among if parsed.units and all(line is not None for _unit, line in _readings(parsed, code))
    ]
    return known[0] if len(known) == 1 else None


@lru_cache(maxsize=1)
def words() -> Mapping[str, frozenset[str]]:
    """Return, by language, the words of its phrases that no other language's phrases have."""
    by_code: dict[str, set[str]] = {code: set() for code in CODES}
    for row in rows():
        for code, cell in row.items():
            by_code[code].update(word for word in _WORD.findall(cell.casefold()) if len(word) > 1)
    return {
        code: frozenset(own.difference(*(other for name, other in by_code.items() if name != code)))
        for code, own in by_code.items()
    }


# --- lines ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Row:
    """A line of the text.

    Its units, what stands around them, and how many line ends follow.
    """

    parts: list[Token | Unit] = field(default_factory=list)
    line_ends: int = 0
    reading: Line | None = None

    @property
    def unit(self) -> Unit | None:
        """The line's words, unless they stand in a table or a heading."""
        units = [part for part in self.parts if isinstance(part, Unit)]
        return units[0] if len(units) == 1 and not self._is_cell_or_heading else None

    @property
    def _is_cell_or_heading(self) -> bool:
        first = self.parts[0]
        return "|" in self.parts or (isinstance(first, str) and bool(_HEADING.match(first)))

    @property
    def is_underline(self) -> bool:
        return bool(_UNDERLINE.fullmatch("".join(part for part in self.parts if isinstance(part, str)))) and all(
            isinstance(part, str) for part in self.parts
        )

    @property
    def begins_small(self) -> bool:
        """Return whether the line may continue the one above.

        It starts with no list sign and no capital letter.
        """
        first = next((part for part in self.parts if not (isinstance(part, str) and not part.strip())), "")
        return isinstance(first, Unit) and not first.words.lstrip()[:1].isupper()

    @property
    def is_ended(self) -> bool:
        """Return whether a sentence ends with this line.

        By punctuation, an emoji or a link.
        """
        last = next((part for part in reversed(self.parts) if not (isinstance(part, str) and not part.strip())), "")
        return not isinstance(last, Unit) or last.source.endswith(_ENDED)


# A text is looked up in each language of its readers, and a long one has many lines.
@lru_cache(maxsize=256)
def _readings(parsed: Parsed, source: str) -> tuple[tuple[Unit, Line | None], ...]:
    """Return each unit with its phrases in the language ``source``, or with None."""
    text_rows = _rows(parsed)
    for row in text_rows:
        row.reading = _read(row.unit, source) if row.unit else None
    is_known = [row.reading is not None for row in text_rows]
    found: list[tuple[Unit, Line | None]] = []
    for index, row in enumerate(text_rows):
        units = [part for part in row.parts if isinstance(part, Unit)]
        stands_alone = is_known[index] and _stands_alone(text_rows, is_known, index)
        found += [(unit, row.reading if stands_alone else None) for unit in units]
    return tuple(found)


def _rows(parsed: Parsed) -> list[_Row]:
    """Return the text's lines that have anything in them."""
    text_rows = [_Row()]
    for part in parsed.layout:
        if isinstance(part, str) and "\n" in part and not part.strip():
            if text_rows[-1].parts:
                text_rows[-1].line_ends = part.count("\n")
                text_rows.append(_Row())
            elif len(text_rows) > 1:
                text_rows[-2].line_ends += part.count("\n")
        else:
            text_rows[-1].parts.append(part)
    return [row for row in text_rows if row.parts]


def _stands_alone(text_rows: Sequence[_Row], is_known: Sequence[bool], index: int) -> bool:
    """Return whether a line of phrases is no part of a longer sentence, and no title."""
    row = text_rows[index]
    above = text_rows[index - 1] if index else None
    below = text_rows[index + 1] if index + 1 < len(text_rows) else None
    if below and row.line_ends == 1 and below.is_underline:
        return False
    if above and not is_known[index - 1] and above.line_ends == 1 and not above.is_ended and row.begins_small:
        return False
    assert row.unit is not None and row.reading is not None  # noqa: S101
    if row.unit.source.endswith((",", "\uff0c", "\u3001")):
        if not row.reading.is_greeting:
            return False
        return not below or is_known[index + 1] or row.reading.has_address or not below.begins_small
    return not (below and not is_known[index + 1] and row.line_ends == 1 and not row.is_ended and below.begins_small)


def _read(unit: Unit, source: str) -> Line | None:
    """Return the phrases of a unit, its pieces as marks.

    None where a piece may be a part of a sentence.
    """
    masked: list[str] = []
    number = 0
    for token in unit.tokens:
        if not isinstance(token, Piece):
            masked.append(token)
            continue
        if token.kind in _MENTIONS:
            masked.append(sentences.MENTION.format(number))
        elif token.kind in _BESIDE:
            masked.append(sentences.BESIDE.format(number))
        else:
            return None
        number += 1
    return sentences.read("".join(masked), source)
