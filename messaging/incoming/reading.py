"""Read JSON that somebody else wrote.

Whatever is missing or of another kind is empty, and nothing is an error.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# Between an @ and the word after it, so that a title which strangers wrote calls nobody.
_WORD_JOINER = "\u2060"
_CALL = re.compile(r"@(?=channel|\[)")
# How much of a title or comment is shown.
TITLE, EXCERPT = 200, 300


def value_at(payload: Any, *path: str) -> Any:
    """Return what stands at ``path`` in nested objects, or None."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload


def text_at(payload: Any, *path: str, most: int = TITLE) -> str:
    """Return the text or number at ``path`` in one line of at most ``most`` characters; it calls nobody. Else return ""."""
    return line(value_at(payload, *path), most)


def line(value: Any, most: int = TITLE) -> str:
    """Return a text or number in one line of at most ``most`` characters, which calls nobody; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # The first part only, so that a long text costs no more than a short one.
    text = _CALL.sub(f"@{_WORD_JOINER}", " ".join(str(value)[: 4 * most].split()))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def first_line_at(payload: Any, *path: str) -> str:
    """Return the first line of the text at ``path``, such as a commit's title."""
    value = value_at(payload, *path)
    return line(value.strip().partition("\n")[0]) if isinstance(value, str) else ""


def address_at(payload: Any, *path: str) -> str:
    """Return the web address at ``path``, or ""."""
    value = value_at(payload, *path)
    is_address = isinstance(value, str) and re.fullmatch(r"https?://[^\s<>\"]{1,1900}", value)
    return str(value) if is_address else ""


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list; one object alone counts as a list of it."""
    items = [value] if isinstance(value, Mapping) else value
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def lines(*parts: str | Iterable[str]) -> str:
    """Return the parts that are not empty, each on a line of its own."""
    return "\n".join(part for part in _flat(parts) if part)


def _flat(parts: Iterable[str | Iterable[str]]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        else:
            yield from part


def words(*parts: str) -> str:
    """Return the parts that are not empty, with blanks between them."""
    return " ".join(part for part in parts if part)


def some(rows: Iterable[str], total: int, most: int) -> list[str]:
    """Return at most ``most`` of ``rows`` as items of a list, and how many of ``total`` are left out."""
    shown = [f"- {row}" for row, _ in zip((row for row in rows if row), range(most), strict=False)]
    left = total - len(shown)
    return [*shown, f"- and {left} more"] if shown and left > 0 else shown
