"""How sure one may be that an accepted answer is a good translation, from 0 to 100.

By what the judge sees short of a fault, by how hard the answer was to get, and by what the engine says itself. It tells readers
where to doubt; no answer is refused for it.
"""

import re
from collections.abc import Sequence

from rosetta.languages import BY_CODE
from translation.protection.marks import STORED
from translation.protection.pieces import Piece

# Translations of which people should be told that they may be wrong have less.
LOW = 50

_SURE = 95
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_LETTER = re.compile(r"[^\W\d_]")
# How many Latin letters one letter of another script says as much as.
_DENSE, _THAI = 2.6, 1.1
# Shares of the source's length beyond which an answer says less or more than its source.
_SHORT, _LONG = 0.45, 2.4
_FEW = 12


def confidence(
    source: str,
    answer: str,
    source_language: str,
    target_language: str,
    pieces: Sequence[Piece] = (),
    *,
    refusals: int = 0,
    own: float | None = None,
) -> int:
    """Return how sure ``answer`` is. Texts are as the judge gets them.

    ``refusals``: answers of other engines or in other styles that were no translations. ``own``: what the engine says, 0 to 1.
    """
    words, translated = (STORED.pattern.sub(" ", text) for text in (source, answer))
    sure = _SURE
    sure -= _doubt_of_length(words, translated)
    sure -= _doubt_of_leftovers(words, translated, source_language, target_language)
    sure -= min(refusals, 3) * 15
    if len(pieces) > 5:
        sure -= 10  # Much stood between few words.
    if (
        words.count("?") + words.count("\uff1f") > 0
        and target_language != "th"
        and not re.search("[?\uff1f]", translated)
    ):
        sure -= 20
    if own is not None:
        sure = round(sure * (0.4 + 0.6 * max(0.0, min(own, 1.0))))
    return max(0, min(sure, 100))


def _doubt_of_length(words: str, translated: str) -> int:
    before, after = _weight(words), _weight(translated)
    if before < _FEW:
        return 15 if after > 4 * max(before, 3) else 0
    share = after / before
    if share < _SHORT:
        return 50 if share < _SHORT / 1.5 else 25
    return 0 if share < _LONG else 25


def _doubt_of_leftovers(words: str, translated: str, source_language: str, target_language: str) -> int:
    """Return how much to doubt because words of the source stand in the answer as they were."""
    if _is_latin(source_language) and not _is_latin(target_language):
        left = {
            word.lower() for word in _LATIN_WORD.findall(translated) if not word.isupper() and not word[0].isupper()
        }
        return min(40, 15 * len(left & {word.lower() for word in _LATIN_WORD.findall(words)}))
    if not _is_latin(source_language) and _is_latin(target_language):
        letters = _LETTER.findall(translated)
        foreign = sum(letter >= "\u0e00" for letter in letters)
        return 40 if letters and foreign / len(letters) > 0.1 else 0
    return 0


def _is_latin(code: str) -> bool:
    return not BY_CODE[code].scripts


def _weight(text: str) -> float:
    """Return about how many Latin letters would say as much as ``text``."""
    return sum(
        _DENSE if letter >= "\u2e80" else _THAI if letter >= "\u0e00" else 1.0 for letter in _LETTER.findall(text)
    )
