"""File names as clients send them: untrusted text that ends up in headers, lists and save dialogs."""

import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

from files.models import NAME_LENGTH

FALLBACK = "file"
_LONGEST_SUFFIX = 16
# Control, format (direction overrides among them), surrogate, private use, unassigned; line and paragraph separators.
_HIDDEN = ("C", "Zl", "Zp")


def clean_name(raw: str) -> str:
    """``raw`` without folders, invisible characters and direction overrides, at most 255 long with its suffix kept."""
    name = raw.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in name if not unicodedata.category(char).startswith(_HIDDEN))
    name = unicodedata.normalize("NFC", name).strip().strip(".").strip()
    if not name:
        return FALLBACK
    if len(name) <= NAME_LENGTH:
        return name
    suffix = PurePosixPath(name).suffix
    if len(suffix) > _LONGEST_SUFFIX:
        suffix = ""
    return name[: NAME_LENGTH - len(suffix)] + suffix


def content_disposition(name: str, *, inline: bool) -> str:
    """The header of RFC 6266 for ``name``: a plain ASCII fallback, and the full name where it has more than that."""
    name = clean_name(name)
    kind = "inline" if inline else "attachment"
    plain = "".join(char if " " <= char <= "~" and char not in '"\\%;' else "_" for char in name)
    if plain == name:
        return f'{kind}; filename="{plain}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
