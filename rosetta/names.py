"""Names of people, workspaces, channels and rooms: one visible line, in any script.

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
_IDLE_JOINERS = re.compile(rf"(?:^|(?<=[\x00-\x7f]))[{_JOINERS}]+|[{_JOINERS}]+(?=[\x00-\x7f]|$)")
# Whitespace with a control or separator in it: what would start a new line or jump to a tab stop.
_BREAKS = re.compile("[ \u00a0]*[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+[\\s\u00a0]*")
_VISIBLE_CATEGORIES = frozenset("LNPS")


def clean_name(text: str) -> str:
    """Return ``text`` as one visible line, or an empty string where nothing of it is visible. Idempotent."""
    line = _BREAKS.sub(" ", text)
    shown = "".join(character for character in line if not _is_hidden(character))
    shown = _IDLE_JOINERS.sub("", shown.strip()).strip()
    # Marks, joiners and variation selectors show nothing without a character to shape.
    return shown if any(unicodedata.category(character)[0] in _VISIBLE_CATEGORIES for character in shown) else ""


def _is_hidden(character: str) -> bool:
    if character in _JOINERS:
        return False
    return character in _BLANKS or unicodedata.category(character) in _HIDDEN_CATEGORIES
