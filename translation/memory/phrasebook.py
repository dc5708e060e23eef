"""Everyday phrases shipped with the service: right in every language, at once, with no engine and no network."""

import csv
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from rosetta.languages import CODES

PATH = Path(__file__).parent / "data" / "phrasebook.csv"

_WORD = re.compile(r"[^\W\d_]+")
_END = re.compile(r"[\s.!?\u3002\u2026~\u301c,;:]+$")
_BLANKS = re.compile(r"\s+")


def translate(text: str, source: str, target: str) -> str | None:
    """The shipped translation of ``text``, or None. Case, width, outer blanks and final punctuation do not matter, but a
    question is not the same as a statement."""
    row = _book().get(source, {}).get(_normal(text))
    if row is None or not (rendered := row.get(target)):
        return None
    asked = _final(text) == "?"
    if asked and not _is_question(row):
        return None
    end = _final(text) if not _final(rendered) else ""
    return rendered + _punctuation(target).get(end, "")


def language_of(text: str, *, among: frozenset[str]) -> str | None:
    """The one language of ``among`` in which ``text`` is a known phrase of two words or more, else None."""
    if len(_WORD.findall(text)) < 2:
        return None
    normal = _normal(text)
    known = [code for code in among if normal in _book().get(code, {})]
    return known[0] if len(known) == 1 else None


@lru_cache(maxsize=1)
def words() -> dict[str, frozenset[str]]:
    """By language, the words of its phrases that no other language's phrases have."""
    by_code = {
        code: {word for phrase in phrases for word in _WORD.findall(phrase) if len(word) > 1}
        for code, phrases in _book().items()
    }
    return {
        code: frozenset(own.difference(*(other for name, other in by_code.items() if name != code)))
        for code, own in by_code.items()
    }


def rows() -> tuple[dict[str, str], ...]:
    """Every phrase: language code to text."""
    with PATH.open(encoding="utf-8", newline="") as lines:
        return tuple({code: row[code] for code in CODES if row.get(code)} for row in csv.DictReader(lines))


@lru_cache(maxsize=1)
def _book() -> dict[str, dict[str, dict[str, str]]]:
    book: dict[str, dict[str, dict[str, str]]] = {code: {} for code in CODES}
    for row in rows():
        for code, phrase in row.items():
            # Where two rows share a phrase, the first one is the plainer.
            book[code].setdefault(_normal(phrase), row)
    return book


@lru_cache(maxsize=8)
def _punctuation(code: str) -> dict[str, str]:
    """How a language ends a sentence, as its column shows: full width, half width, or (full stops in Thai) not at all."""
    column = "".join(row.get(code, "") for row in rows())
    if "\uff1f" in column or "\u3002" in column:
        return {".": "\u3002", "!": "\uff01", "?": "\uff1f"}
    spaced = any(char.isascii() and char.isalpha() for char in column[:40])
    return {".": "." if spaced else "", "!": "!", "?": "?"}


def _is_question(row: dict[str, str]) -> bool:
    return any(_final(phrase) == "?" for phrase in row.values())


def _final(text: str) -> str:
    """The kind of a text's final punctuation: ".", "!", "?" or nothing."""
    last = unicodedata.normalize("NFKC", text.rstrip())[-1:]
    return "." if last == "\u3002" else last if last in ".!?" else ""


def _normal(text: str) -> str:
    folded = _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).replace("\u2019", "'")).strip().casefold()
    return _END.sub("", folded)
