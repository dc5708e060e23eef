"""File names as clients send them: untrusted text that ends up in headers, lists and save dialogs."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

from files.models import NAME_LENGTH

FALLBACK = "file"
_LONGEST_SUFFIX = 16
# Control, format (direction overrides among them), surrogate, private use; line and paragraph separators. Unassigned
# characters (Cn) are not among them, because they are tomorrow's emoji.
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
# Of the format characters, those that emoji are joined with and that Persian and Indic words are written with.
_JOINERS = "\u200c\u200d"
# What a flag of a region is written with, which nothing else shows.
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{1,6}\U000e007f")
# Never assigned to anything that can be seen: noncharacters, and what Unicode keeps for ignorable ones.
_NEVER_SEEN = re.compile("[\ufdd0-\ufdef\ufff0-\ufff8\u2065\U000e0000-\U000e0fff]")
# Assigned, but blank or without width on their own.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def clean_name(raw: str) -> str:
    """Make ``raw`` a name that shows what it is, at most 255 long.

    Folders, control characters and direction overrides go, blanks of other kinds become plain ones, joiners stay between
    characters, and a first dot and the suffix are kept.
    """
    name = raw.replace("\\", "/").rsplit("/", 1)[-1]
    name = unicodedata.normalize("NFC", _seen(name)).strip(" " + _JOINERS).rstrip(" ." + _JOINERS)
    name = re.sub(r"^\.+", ".", name)
    if not any(_is_visible(char) for char in name):
        return FALLBACK
    if len(name) <= NAME_LENGTH:
        return name
    suffix = PurePosixPath(name).suffix
    if len(suffix) > _LONGEST_SUFFIX:
        suffix = ""
    return name[: NAME_LENGTH - len(suffix)].rstrip(_JOINERS) + suffix


def _seen(name: str) -> str:
    """Leave hidden characters out of ``name``, but for those that belong to what can be seen."""
    flags = {place for found in _FLAG.finditer(name) for place in range(*found.span())}
    return "".join(char if place in flags else _shown(char) for place, char in enumerate(name))


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Zs":
        return " "
    if char in _JOINERS:
        return char
    is_hidden = category in _HIDDEN or _NEVER_SEEN.match(char) or ord(char) & 0xFFFE == 0xFFFE
    return "" if is_hidden else char


def _is_visible(char: str) -> bool:
    return char not in _BLANK and char not in _JOINERS + " ." and not unicodedata.category(char).startswith("M")


def content_disposition(name: str, *, inline: bool) -> str:
    """The header of RFC 6266 for ``name``: a plain ASCII fallback, and the full name where it has more than that."""
    name = clean_name(name)
    kind = "inline" if inline else "attachment"
    plain = "".join(char if " " <= char <= "~" and char not in '"\\%;' else "_" for char in name)
    if plain == name:
        return f'{kind}; filename="{plain}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
