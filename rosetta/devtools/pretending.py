"""Write what passes for a translation, for tests and measurements without an engine."""

import re

from rosetta.languages import BY_CODE, LANGUAGES, match

# What an engine keeps: the marks that stand for protected pieces.
_KEPT = r"\[\d+\]|<x\d+/>|XZ\d+Q|&[a-z]+;|&#\d+;"
_LETTERS = re.compile(rf"({_KEPT})|([^\W\d_]+)")
_LATIN = "abdefghiklmnoprstuw"
# First and last letters of the ranges from which words are made, by language; Latin letters otherwise.
_RANGES = {"ja": (0x30A2, 0x30F3), "th": (0x0E01, 0x0E2E), "zh-CN": (0x4E00, 0x4E7F)}
# Words that chats in a language of Latin letters are full of.
_GRAMMAR = {"en": "the", "id": "yang"}


def pretended(text: str, target: str) -> str:
    """Return ``text`` with each letter as one of the target language.

    The same for the same text, with the same marks.

    ``target`` is a code or name of a language, as an engine may write it.
    """
    named = next((language.code for language in LANGUAGES if language.name == target), None)
    code = named or match(target) or target
    words = _LETTERS.sub(lambda found: found[1] or "".join(_letter(letter, code) for letter in found[2]), text)
    return f"{_GRAMMAR[code]} {words}" if code in _GRAMMAR else words


def _letter(letter: str, code: str) -> str:
    number = ord(letter.lower()[0])  # "İ" has two
    scripts = BY_CODE[code].scripts if code in BY_CODE else ()
    if first_and_last := _RANGES.get(code, scripts[0] if scripts else None):
        first, last = first_and_last
        return chr(first + number % (last - first + 1))
    return _LATIN[(number + 3) % len(_LATIN)]
