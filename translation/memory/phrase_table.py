"""The shipped phrases: read once, and found by a key that ignores case, width, blanks, commas and final punctuation."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rosetta.languages import BY_CODE, CODES
from rosetta.normal_forms import nfkc

DATA = Path(__file__).resolve().parents[1] / "data"
PHRASES = DATA / "phrasebook.csv"
VARIANTS = DATA / "phrasebook_variants.csv"

# Blanks and particles by which a text may be longer than the wording that the book has.
_SPARE_LENGTH = 12

_END = re.compile(r"[\s.!?\u3002\u2026~\u301c,\u3001]+$")
_QUESTION = ("?", "\uff1f")
_IGNORED = re.compile(r"['\u2018\u2019,\u3001]")
_BLANKS = re.compile(r"\s+")
# Beside a letter of a script without spaces, a blank is a matter of taste.
_BLANK_BESIDE_LETTER = re.compile(r" (?=[^\x00-\x7f])|(?<=[^\x00-\x7f]) ")
# What makes a phrase politer or softer and changes nothing else, by language.
_ENDINGS = {
    "th": re.compile("(?:นะ|ครับ|คับ|ค่ะ|คะ|จ้า|จ้ะ)+$"),
    "zh-CN": re.compile("[啦哦哈呀噢喔啊]+$"),
    "id": re.compile(r" ya$"),
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase in every language.

    ``is_addressed``: said to somebody, so that a name may follow it (greetings, thanks).
    """

    cells: Mapping[str, str]
    is_question: bool
    is_addressed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase as ``text`` said it.

    ``written``: the same wording as the book writes it; ``asks``: it is a question.
    """

    phrase: Phrase
    text: str
    written: str
    asks: bool

    @property
    def is_cased_as_written(self) -> bool:
        """Return whether the text has capital letters where the book has them, the first letter apart."""
        return _letters(self.text) == _letters(self.written)


def find(text: str, code: str) -> Found | None:
    """Return the phrase that ``text`` says in the language ``code``.

    Its punctuation is the caller's to judge.
    """
    if len(text) > longest(code):
        return None
    known = _book()[code]
    key = key_of(text, code)
    entry = known.get(key)
    if entry is None and (ending := _ENDINGS.get(code)) and (shorter := ending.sub("", key)) != key:
        entry = known.get(shorter)
    return Found(entry[0], text, entry[1], _asks(*entry, code)) if entry else None


def _asks(phrase: Phrase, written: str, code: str) -> bool:
    """Return whether a wording asks.

    By its mark, or as its phrase does in a language without that mark.
    """
    return written.endswith(_QUESTION) or (phrase.is_question and not phrase.cells[code].endswith(_QUESTION))


def key_of(text: str, code: str) -> str:
    """Return what two spellings of one wording have in common."""
    folded = _BLANKS.sub(" ", _IGNORED.sub(_without_sign, nfkc(text))).strip().casefold()
    folded = _END.sub("", folded)
    return _BLANK_BESIDE_LETTER.sub("", folded) if code in BY_CODE and not BY_CODE[code].spaced else folded


def _without_sign(sign: re.Match[str]) -> str:
    """Nothing for an apostrophe, a blank for a comma: "yes,please"."""
    return " " if sign.group() in ",\u3001" else ""


def rows() -> tuple[dict[str, str], ...]:
    """Return every phrase: language code to text."""
    return tuple({code: row[code] for code in CODES if row.get(code)} for row in _read(PHRASES))


def variants() -> tuple[tuple[str, str, str], ...]:
    """Return other wordings of the phrases.

    Language code, the phrase as its row has it, the other wording.
    """
    return tuple((row["language"], row["phrase"], row["variant"]) for row in _read(VARIANTS))


@lru_cache(maxsize=32)
def longest(code: str) -> int:
    """Return how long a phrase of the language ``code`` may be."""
    return _SPARE_LENGTH + max(map(len, _book()[code]), default=0)


@lru_cache(maxsize=1)
def _book() -> dict[str, dict[str, tuple[Phrase, str]]]:
    """Every wording by language and key.

    The phrase, and how the book writes the wording.
    """
    book: dict[str, dict[str, tuple[Phrase, str]]] = {code: {} for code in CODES}
    for row in _read(PHRASES):
        cells = {code: row[code] for code in CODES if row.get(code)}
        is_question = any(cell.endswith(_QUESTION) for cell in cells.values())
        phrase = Phrase(cells, is_question, row.get("addressed") == "yes")
        for code, cell in cells.items():
            book[code].setdefault(key_of(cell, code), (phrase, cell))
    for code, cell, variant in variants():
        if code in book and (entry := book[code].get(key_of(cell, code))):
            book[code].setdefault(key_of(variant, code), (entry[0], variant))
    return book


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalpha())


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
