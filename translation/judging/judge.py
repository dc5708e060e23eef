"""Judge an engine's answer: is it a translation of its source?

Pure functions. Source and answer are in the form in which translations are stored: with a mark of
``translation.protection.marks.STORED`` for each protected piece. When in doubt, an answer is accepted: a refused
translation is not shown at all.
"""

import re
import unicodedata
from collections.abc import Sequence

from translation.judging import additions, figures, languages, repetition
from translation.protection.marks import STORED, adds_emphasis
from translation.protection.pieces import Piece

# The kinds of fault, as metrics, admin and the documentation name them.
FAULTS = (
    "characters",
    "emphasis",
    "echo",
    "script",
    "language",
    "untranslated",
    "refusal",
    "preamble",
    "note",
    "versions",
    "answered",
    "figures",
    "repetition",
)

# Written by models, and never by people: what stands for a blank in their vocabularies, and invisible signs that turn the
# order of letters around or join nothing.
_BLANK_SIGN = "\u2581"
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]")
_BROKEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue004-\uf8ff\ufffd\ufffe\uffff]")


def judge(
    source: str, answer: str, source_language: str, target_language: str, pieces: Sequence[Piece] = ()
) -> str | None:
    """Return the fault for which ``answer`` is no translation of ``source``, one of FAULTS; None for a good one.

    ``pieces``: the protected pieces that the marks of both stand for.
    """
    if _has_odd_characters(source, answer):
        return "characters"
    if _has_odd_emphasis(source, answer, pieces):
        return "emphasis"
    words, translated = (STORED.pattern.sub(" ", text) for text in (source, answer))
    return (
        additions.fault(words, translated, target_language)
        or languages.fault(words, translated, source_language, target_language)
        or ("figures" if figures.is_one_missing(words, translated) else None)
        or ("repetition" if repetition.is_stuck(words, translated) else None)
    )


def cleaned(source: str, answer: str) -> str:
    """Return ``answer`` without what can safely be taken off.

    Invisible signs, a label, quotation marks around all.
    """
    if _BLANK_SIGN not in source:
        answer = answer.replace(_BLANK_SIGN, " ")
    if _INVISIBLE.search(answer) and not _INVISIBLE.search(source):
        answer = _INVISIBLE.sub("", answer)
    return additions.without_wrapping(source, answer.strip())


def is_memorable(source: str, answer: str) -> bool:
    """Return whether ``answer`` may be remembered.

    Not one that repeats names or signs, which another engine may translate.
    """
    return not languages.is_same(*(STORED.pattern.sub(" ", text) for text in (source, answer)))


def _has_odd_characters(source: str, answer: str) -> bool:
    if answer.isascii() and answer.isprintable():
        return False
    odd = {*_BROKEN.findall(answer), *_INVISIBLE.findall(answer), *([_BLANK_SIGN] if _BLANK_SIGN in answer else [])}
    odd |= {char for char in answer if char >= "\U000e0000" and unicodedata.category(char) in ("Cf", "Co", "Cn")}
    return not odd <= set(source)


def _has_odd_emphasis(source: str, answer: str, pieces: Sequence[Piece]) -> bool:
    """Return whether ``answer`` has an empty pair of emphasis, or emphasis that the author did not write."""
    literal = STORED.pattern.sub(" ", answer)
    written = STORED.pattern.sub(" ", source)
    if adds_emphasis(written, literal):
        return True
    return _empty_pairs(answer, pieces) > _empty_pairs(source, pieces)


def _empty_pairs(text: str, pieces: Sequence[Piece]) -> int:
    """Count the pairs of emphasis in a marked text with nothing between them."""
    if not any(piece.kind == "markup" for piece in pieces):
        return 0
    count = 0
    # The emphasis that is open, with where its contents begin.
    opened: dict[str, int] = {}
    for mark in STORED.pattern.finditer(text):
        piece = pieces[int(mark[1])] if int(mark[1]) < len(pieces) else None
        if piece is None or piece.kind != "markup":
            continue
        start = opened.pop(piece.text, None)
        if start is None:
            opened[piece.text] = mark.end()
        elif not text[start : mark.start()].strip():
            count += 1
    return count
