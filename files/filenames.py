"""Clean the file names that clients send.

They are shown in lists and save dialogs, and sent in headers.
"""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

from files.models import NAME_LENGTH
from rosetta.normal_forms import nfc

FALLBACK = "file"
_LONGEST_SUFFIX = 16
# Unicode categories that are removed: control, format (such as direction overrides), surrogate, private use; line and
# paragraph separators. Unassigned characters (Cn) are kept, because future emoji are among them.
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
# Format characters that are kept: emoji sequences and Persian and Indic words need them.
_JOINERS = "\u200c\u200d"
# The flag of a region, the only visible use of tag characters.
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{1,6}\U000e007f")
# Noncharacters, and code points that Unicode reserves for ignorable characters.
_NEVER_SEEN = re.compile("[\ufdd0-\ufdef\ufff0-\ufff8\u2065\U000e0000-\U000e0fff]")
# Characters that look blank on their own.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def clean_name(raw: str) -> str:
    """Return ``raw`` without anything that hides its true name or type.

    The result has at most 255 characters. Removes folders, control characters and direction overrides; replaces other
    kinds of blanks by spaces. Keeps joiners between characters, a leading dot, and the suffix. Returns "file" if
    nothing visible remains.
    """
    name = raw.replace("\\", "/").rsplit("/", 1)[-1]
    name = nfc(_seen(name)).strip(" " + _JOINERS).rstrip(" ." + _JOINERS)
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
    """Remove hidden characters from ``name``, except where a flag needs them."""
    in_flags = {index for flag in _FLAG.finditer(name) for index in range(*flag.span())}
    return "".join(char if index in in_flags else _shown(char) for index, char in enumerate(name))


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
    """Return the Content-Disposition header (RFC 6266) for ``name``.

    It has an ASCII fallback, and the full name if that differs.
    """
    name = clean_name(name)
    kind = "inline" if inline else "attachment"
    plain = "".join(char if " " <= char <= "~" and char not in '"\\%;' else "_" for char in name)
    if plain == name:
        return f'{kind}; filename="{plain}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
