"""What is known of words in Latin letters.

How frequent they are in our languages, and which say nothing of a language.
"""

import csv
from functools import lru_cache
from math import log10
from pathlib import Path

from rosetta.languages import DEFAULT, LANGUAGES, match
from translation.word_frequencies import frequencies

PATH = Path(__file__).resolve().parents[1] / "data" / "chat_words.csv"

# Words that the frequency lists lack are rarer than one in a million.
_FLOOR = -6.3
_CHAT, _FUNCTION = -3.5, -3.0
_FREQUENT = -4.3
# English that chats in other languages use too, as "pls": it hardly tells them apart.
_SHARED, _SHARED_DIFFERENCE = -3.9, 0.3
# How much a word says that a line is in its language, by the logarithm of its frequency. Rare words may be names.
_WEIGHTS = ((-4.0, 1.0), (-4.75, 0.8), (-5.5, 0.5), (-6.1, 0.3))

# Words whose look-up is remembered: people write the same few thousand again and again.
remembered = lru_cache(maxsize=8192)


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """Return those of our languages that are written in Latin letters."""
    return frozenset(language.code for language in LANGUAGES if not language.scripts)


@remembered
def is_neutral(word: str) -> bool:
    """Return whether ``word`` is the same in every language.

    A loan word, a laugh, a product or a person's name.
    """
    if _is(word, "", "loan") or _is(word, "", "laugh"):
        return True
    return _is(word, "", "name") and not is_telling(word)


@remembered
def is_function_word(word: str, code: str = "") -> bool:
    """Return whether ``word`` holds sentences together, as "the" or "yang".

    Of ``code``, or of any of our languages.

    Such words are no loans in another language.
    """
    return any(_is(word, each, "function") for each in ([code] if code else codes()))


def is_grammar(word: str, code: str) -> bool:
    """Return whether chats in ``code`` are full of ``word``."""
    return _is(word, code, "function") or _is(word, code, "chat")


@remembered
def is_telling(word: str) -> bool:
    """Return whether ``word`` is of one language, however it is written.

    No name, no loan.
    """
    return any(is_grammar(word, code) for code in codes()) or word in foreign_words()


@remembered
def is_frequent(word: str) -> bool:
    return any(frequency(word, code) >= _FREQUENT for code in codes())


@remembered
def is_known_well(word: str) -> bool:
    return any(weight(word, code) >= 0.8 * (1 if len(word) > 2 else 0.6) for code in codes())


def is_command(word: str) -> bool:
    """Return whether ``word`` begins the commands that people paste."""
    return _is(word, "", "command")


def is_about_words(word: str) -> bool:
    """Return whether ``word`` is said of the words of another language.

    "means", "says".
    """
    return any(_is(word, code, "talk") for code in codes())


@lru_cache(maxsize=1)
def romanised() -> frozenset[str]:
    """Return frequent words of languages with another script, in Latin letters."""
    return frozenset(word for row in _rows() if row["kind"] == "romanised" for word in row["words"].split())


def has_frequencies(code: str) -> bool:
    return bool(_frequencies(code))


@remembered
def frequency(word: str, code: str) -> float:
    """Return the logarithm to base 10 of how frequent ``word`` is in the language ``code``."""
    if _is(word, "", "shared"):
        return _SHARED if code == DEFAULT else _SHARED - _SHARED_DIFFERENCE
    found = max(_frequencies(code).get(word, 0.0), 10**_FLOOR)
    if _is(word, code, "function"):
        return max(log10(found), _FUNCTION)
    if _is(word, code, "chat"):
        return max(log10(found), _CHAT)
    return log10(found)


@remembered
def weight(word: str, code: str) -> float:
    """Return how much ``word`` says that a line is in the language ``code``: 0 to 1.5."""
    if _is(word, code, "function"):
        found = 1.5
    else:
        frequent = frequency(word, code)
        found = next((weight for bound, weight in _WEIGHTS if frequent >= bound), 0.0)
    # Words of one or two letters are found in every language.
    return found if len(word) > 2 else found * 0.6


@lru_cache(maxsize=1)
def foreign_words() -> dict[str, str]:
    """Return greetings of languages that we lack, with the language.

    Too short for the identifier, they stand alone.
    """
    ours = frozenset().union(*(_words_of(code, kind) for code in codes() for kind in ("function", "chat")))
    return {
        word: match(row["language"]) or row["language"]
        for row in _rows()
        if row["kind"] == "other"
        for word in row["words"].split()
        if word not in ours
    }


def _words_of(code: str, kind: str) -> frozenset[str]:
    rows = (row for row in _rows() if (row["language"], row["kind"]) == (code, kind))
    return frozenset(word for row in rows for word in row["words"].split())


def _is(word: str, code: str, kind: str) -> bool:
    return (code, kind) in _kinds().get(word, ())


@lru_cache(maxsize=1)
def _kinds() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return, by word, the rows of the list that have it."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in _rows():
        for word in row["words"].split():
            found[word] = (*found.get(word, ()), (row["language"], row["kind"]))
    return found


@lru_cache(maxsize=1)
def _rows() -> tuple[dict[str, str], ...]:
    with PATH.open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


_frequencies = lru_cache(maxsize=8)(frequencies)
