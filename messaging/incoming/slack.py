"""Bodies that are made for Slack.

Its text with entities and links, attachments and blocks, as plain text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from messaging.incoming.reading import objects, value_at

KEYS = ("text", "attachments", "blocks")
# Lists and quotations may stand in one another so deep.
_DEPTH = 8
_ANGLE = re.compile(r"<([@#!][^<>]{1,500}|(?:https?|ftp|mailto|tel|slack):[^<>\s][^<>]{0,2999})>|&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_BROADCASTS = {"channel": "@channel", "here": "@here", "everyone": "@channel"}


def text_of(body: Mapping[str, Any], most: int) -> str:
    """Return all that ``body`` says, one part a line, read up to ``most`` characters or a little further."""
    told: dict[str, None] = {}
    length = 0
    for part in _parts(body):
        # Senders repeat their text in blocks and fall-backs, for clients that do not show these.
        if part in told:
            continue
        told[part] = None
        length += len(part) + 1
        if length > most:
            break
    return "\n".join(told)


def unescaped(text: Any) -> str:
    """Return Slack's text as people read it.

    Links with their labels, names, dates, and ``&<>`` as they are.
    """
    return _ANGLE.sub(_spelled, text).strip() if isinstance(text, str) else ""


def _spelled(match: re.Match[str]) -> str:
    if match[2]:
        return _ENTITIES[match[2]]
    target, _, label = match[1].partition("|")
    target, label = _plain(target), _plain(label)
    if target[0] in "@#":
        return target[0] + (label or target[1:]).removeprefix(target[0])
    if target[0] == "!":
        return _command(target[1:], label)
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in (target, address) else f"{label} ({address})"


def _plain(text: str) -> str:
    return re.sub(r"&(amp|lt|gt);", lambda match: _ENTITIES[match[1]], text)


def _command(command: str, label: str) -> str:
    name, _, rest = command.partition("^")
    if name in _BROADCASTS:
        return _BROADCASTS[name]
    if name == "date":
        return label or _date(rest.partition("^")[0])
    return label or f"@{rest or name}"


def _date(seconds: Any) -> str:
    try:
        return f"{datetime.fromtimestamp(float(seconds), UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError, TypeError):
        return ""


def _parts(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a message says: its text, its blocks and its attachments."""
    if text := unescaped(body.get("text")):
        yield text
    yield from filter(None, _blocks(body.get("blocks")))
    for attachment in objects(_parsed(body.get("attachments"))):
        yield from filter(None, _attachment(attachment))


def _parsed(value: Any) -> Any:
    """Return a list that was sent as JSON within a form, or the value itself."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _attachment(attachment: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parts of an attachment; its fall-back where it has nothing else."""
    told = list(filter(None, _attachment_parts(attachment)))
    yield from told or (unescaped(attachment.get("fallback")),)


def _attachment_parts(attachment: Mapping[str, Any]) -> Iterator[str]:
    yield unescaped(attachment.get("pretext"))
    yield _linked(attachment, "author_name", "author_link")
    yield _linked(attachment, "title", "title_link")
    yield unescaped(attachment.get("text"))
    for field in objects(attachment.get("fields")):
        yield _titled(unescaped(field.get("title")), _scalar(field.get("value")))
    yield from _blocks(attachment.get("blocks"))
    for action in objects(attachment.get("actions")):
        yield _linked(action, "text", "url")
    yield unescaped(attachment.get("image_url"))
    yield unescaped(attachment.get("footer"))


def _scalar(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value)[:100] if is_number else unescaped(value)


def _titled(title: str, value: str) -> str:
    return f"{title}: {value}" if title and value else title or value


def _linked(row: Mapping[str, Any], label: str, address: str) -> str:
    """Return a label with the address that it leads to."""
    told, target = unescaped(row.get(label)), unescaped(row.get(address))
    return f"{told} ({target})" if told and target and target not in told else told or target


def _blocks(blocks: Any) -> Iterator[str]:
    for block in objects(_parsed(blocks)):
        yield from _block(block)


def _block(block: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a block, whatever its type: each has some of these parts."""
    match block.get("type"):
        case "rich_text":
            yield from _rich(block.get("elements"), 0)
            return
        case "table":
            rows = block.get("rows")
            for row in rows if isinstance(rows, list) else ():
                yield " | ".join(filter(None, (_cell(cell) for cell in objects(row))))
            return
        case "context":
            yield " ".join(filter(None, (_element(element) for element in objects(block.get("elements")))))
            return
    for name in ("label", "title", "text", "description"):
        yield _composed(block.get(name))
    for field in objects(block.get("fields")):
        yield _composed(field)
    for element in [*objects(block.get("accessory")), *objects(block.get("elements"))]:
        yield _element(element)
    yield unescaped(block.get("alt_text"))
    yield unescaped(block.get("image_url"))


def _composed(value: Any) -> str:
    """Return the text of a composition object, or of what is a text itself."""
    return unescaped(value.get("text")) if isinstance(value, Mapping) else unescaped(value)


def _element(element: Mapping[str, Any]) -> str:
    """Return what a button, picture, field or text says."""
    told = _composed(element.get("text")) or _composed(element.get("placeholder")) or unescaped(element.get("alt_text"))
    address = unescaped(element.get("url")) or unescaped(element.get("image_url"))
    return f"{told} ({address})" if told and address else told or address


def _cell(cell: Mapping[str, Any]) -> str:
    return " ".join(_rich(cell.get("elements"), 0)) if cell.get("type") == "rich_text" else _composed(cell.get("text"))


def _rich(elements: Any, depth: int) -> Iterator[str]:
    """Yield the lines of rich text; its texts are not escaped."""
    for element in objects(elements) if depth < _DEPTH else ():
        match element.get("type"):
            case "rich_text_list":
                yield from (f"- {line}" for line in _rich(element.get("elements"), depth + 1))
            case "rich_text_quote":
                yield from (f"> {line}" for line in _inline(element.get("elements")).split("\n"))
            case "rich_text_preformatted":
                yield f"```\n{_inline(element.get('elements'))}\n```"
            case _:
                yield _inline(element.get("elements"))


def _inline(elements: Any) -> str:
    return "".join(_inline_element(element) for element in objects(elements)).strip()


def _inline_element(element: Mapping[str, Any]) -> str:
    def told(name: str) -> str:
        value = element.get(name)
        return value if isinstance(value, str) else ""

    match element.get("type"):
        case "link":
            label, address = told("text"), told("url")
            return f"{label} ({address})" if label and label != address else address
        case "user":
            return f"@{told('user_id')}"
        case "usergroup":
            return f"@{told('usergroup_id')}"
        case "channel":
            return f"#{told('channel_id')}"
        case "broadcast":
            return _BROADCASTS.get(told("range"), "")
        case "emoji":
            return _emoji(told("unicode")) or f":{told('name')}:"
        case "date":
            return told("fallback") or _date(value_at(element, "timestamp"))
        case "color":
            return told("value")
        case _ if value_at(element, "style", "code") is True and told("text"):
            return f"`{told('text')}`"
        case _:
            return told("text")


def _emoji(points: str) -> str:
    """Return the emoji of hexadecimal code points with hyphens between them.

    "" for anything else.
    """
    if not re.fullmatch(r"[0-9a-fA-F]{2,6}(?:-[0-9a-fA-F]{2,6}){0,9}", points):
        return ""
    numbers = [int(point, 16) for point in points.split("-")]
    if any(number > 0x10FFFF or 0xD800 <= number <= 0xDFFF for number in numbers):
        return ""
    return "".join(map(chr, numbers))
