"""Names of people, workspaces, channels and rooms.

One visible line, in any script.

A name stands beside what people write and is what others recognise them by, so it must not be invisible, reverse the text
around it, break the line, or differ from another name only by characters that nobody sees.
"""

import re
import unicodedata

# Controls, formats (direction overrides among them), lone surrogates, and separators of lines and paragraphs.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Letters and symbols that are drawn as nothing: fillers of Hangul and Khmer, and the empty Braille cell.
_BLANKS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Joiners shape letters and emoji, but only between two characters of such scripts.
_JOINERS = "\u200c\u200d"
_JOINED = re.compile(f"[{_JOINERS}]+")
_BLANK_RUN = re.compile(r"\s+")
# What starts a new line or jumps to a tab stop.
_BREAK = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]")
_VISIBLE_CATEGORIES = frozenset("LNPS")


def clean_name(text: str) -> str:
    """Return ``text`` as one visible line, or an empty string where nothing of it is visible. Idempotent."""
    line = _BLANK_RUN.sub(lambda run: _without_breaks(run[0]), text)
    shown = "".join(character for character in line if not _is_hidden(character))
    shown = _JOINED.sub(_useful_joiners, shown.strip()).strip()
    # Marks, joiners and variation selectors show nothing without a character to shape.
    return shown if any(unicodedata.category(character)[0] in _VISIBLE_CATEGORIES for character in shown) else ""


def _without_breaks(blanks: str) -> str:
    """Return a run of blanks in which one space stands for the first break, all after it and the spaces before it."""
    first = _BREAK.search(blanks)
    return blanks if first is None else blanks[: first.start()].rstrip(" \u00a0") + " "


def _useful_joiners(joiners: re.Match[str]) -> str:
    """Return the joiners that stand between two characters beyond ASCII, and none of others."""
    text, start, end = joiners.string, joiners.start(), joiners.end()
    is_between = start > 0 and end < len(text) and not text[start - 1].isascii() and not text[end].isascii()
    return joiners[0] if is_between else ""


def _is_hidden(character: str) -> bool:
    if character in _JOINERS:
        return False
    return character in _BLANKS or unicodedata.category(character) in _HIDDEN_CATEGORIES
