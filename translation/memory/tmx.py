"""Read and write a translation memory as TMX 1.4.

Translation tools exchange memories in this format.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from django.utils.translation import gettext as _

from rosetta.errors import Invalid
from rosetta.languages import match
from translation.glossary import scope_cache
from translation.memory import store
from translation.memory.store import CORRECTION
from translation.models import ENGINE_LENGTH, MemoryEntry
from translation.protection.protect import ProtectionError, parse

MAX_BYTES = 64 * 1024 * 1024
_BATCH = 500
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_KIND_MARK = re.compile("\ue000([a-z]+)\ue001")
_KIND = re.compile("[a-z]{1,20}")
_PLACE = re.compile("[1-9][0-9]{0,3}")
_NUMBER_MARK = re.compile("\ue000(\\d+)\ue001")
# Characters that XML 1.0 does not allow, even escaped.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class _Malformed(Exception):
    """Raised for an attribute with an invalid value."""


@dataclass(frozen=True, slots=True)
class TmxImport:
    """The numbers of units added and left out.

    A unit is left out unless it has exactly two supported languages and the same protected pieces in both texts.
    """

    added: int
    left_out: int


def write(entries: Iterable[MemoryEntry], out: IO[bytes]) -> int:
    """Write ``entries`` as a TMX document and return the number of units.

    Protected pieces become ``<ph>`` elements.
    """
    out.write(
        b'<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n<header creationtool="Rosetta" creationtoolversion="1" '
        b'segtype="sentence" o-tmf="rosetta" adminlang="en" srclang="*all*" datatype="plaintext"/>\n<body>\n'
    )
    count = 0
    for entry in entries:
        unit = Element("tu", {"srclang": entry.source, "usagecount": str(entry.hits)})
        for name, value in (("origin", entry.origin), ("engine", entry.engine)):
            SubElement(unit, "prop", {"type": f"x-rosetta-{name}"}).text = value
        kinds = iter(_KIND_MARK.findall(entry.source_text))
        for language, text in ((entry.source, entry.source_text), (entry.target, entry.text)):
            seg = SubElement(SubElement(unit, "tuv", {_LANG: language}), "seg")
            _fill(seg, text, kinds if language == entry.source else None)
        out.write(ElementTree.tostring(unit, encoding="utf-8") + b"\n")
        count += 1
    out.write(b"</body>\n</tmx>\n")
    return count


def _fill(seg: Element, text: str, kinds: Iterator[str] | None) -> None:
    """Fill a segment with text and a ``<ph>`` element for each mark.

    Only those of the source have a ``type``, the kind of the piece.
    """
    parts = (_KIND_MARK if kinds else _NUMBER_MARK).split(_NOT_XML.sub("", text))
    seg.text = parts[0]
    for index, (mark, after) in enumerate(zip(parts[1::2], parts[2::2], strict=True)):
        attributes = {"x": str(index + 1), "type": mark} if kinds else {"x": str(int(mark) + 1)}
        SubElement(seg, "ph", attributes).tail = after


def read(*, scope_id: str, document: IO[bytes]) -> TmxImport:
    """Import a TMX document into a scope's memory, in batches. Idempotent.

    People's translations replace existing entries, engines' results do not. Raises Invalid with ``file`` for a document
    that is not TMX; the batches before the error stay imported.
    """
    scope = scope_cache.load([scope_id])[scope_id]
    added = left_out = 0
    batch: dict[str, MemoryEntry] = {}
    try:
        for unit in _units(document):
            entry = _entry(scope_id, scope, unit)
            if entry is None:
                left_out += 1
                continue
            batch[entry.key] = entry
            if len(batch) >= _BATCH:
                added += _store(batch)
        added += _store(batch)
    # ValueError and LookupError are raised for an encoding that the parser does not know.
    except (ElementTree.ParseError, _Malformed, ValueError, LookupError) as error:
        raise Invalid({"file": [_("This is not a TMX file: %(told)s") % {"told": error}]}) from error
    return TmxImport(added, left_out)


def _units(document: IO[bytes]) -> Iterator[Element]:
    _refuse_entities(document)
    # Safe, because documents with entities are refused and nothing else in XML takes more than the document's size.
    events = ElementTree.iterparse(document, events=("start", "end"))  # noqa: S314
    _event, root = next(events)
    if root.tag != "tmx":
        raise Invalid({"file": [_("This is not a TMX file.")]})
    for event, element in events:
        if event == "end" and element.tag == "tu":
            yield element
            root.clear()


def _refuse_entities(document: IO[bytes]) -> None:
    """Raise Invalid for a document that is too large or declares entities.

    Entities can expand without bound.
    """
    last, size = b"", 0
    while chunk := document.read(1 << 20):
        size += len(chunk)
        # In UTF-16, each ASCII letter has a zero byte beside it.
        seen = last + chunk.replace(b"\0", b"")
        if b"<!ENTITY" in seen or size > MAX_BYTES:
            raise Invalid({"file": [_("This is not a TMX file.")]})
        last = seen[-16:]
    document.seek(0)


@dataclass(frozen=True, slots=True)
class Side:
    """One language of a translation unit."""

    language: str
    seg: Element


def _sides(unit: Element) -> tuple[Side, Side] | None:
    """Return the source and the target of a unit.

    Returns None unless it has exactly two supported languages.
    """
    sides = []
    for variant in unit.findall("tuv"):
        language = match(variant.get(_LANG) or variant.get("lang") or "")
        seg = variant.find("seg")
        if language is None or seg is None:
            return None
        sides.append(Side(language, seg))
    if len(sides) != 2 or sides[0].language == sides[1].language:
        return None
    if match(unit.get("srclang") or "") == sides[1].language:
        sides.reverse()
    return sides[0], sides[1]


def _entry(scope_id: str, scope: scope_cache.Scope, unit: Element) -> MemoryEntry | None:
    """Return a unit's memory entry; None for a unit that is left out."""
    sides = _sides(unit)
    if sides is None:
        return None
    source, target = sides
    props = {prop.get("type"): prop.text or "" for prop in unit.findall("prop")}
    if "x-rosetta-origin" in props:
        return _own_entry(scope_id, scope, props, source, target)
    parsed = parse("".join(source.seg.itertext()), scope.terms(source.language, target.language))
    if not parsed.units:
        return None
    try:
        stored = parsed.store_whole("".join(target.seg.itertext()))
    except ProtectionError:
        return None
    return store.entry(
        scope_id, parsed.canonical, stored, source=source.language, target=target.language, engine=CORRECTION,
        version=scope.version,
    )  # fmt: skip


def _own_entry(
    scope_id: str, scope: scope_cache.Scope, props: dict[str | None, str], source: Side, target: Side
) -> MemoryEntry | None:
    """Return the entry of a unit that Rosetta exported.

    Its pieces are ``<ph>`` elements already.
    """
    is_correction = props["x-rosetta-origin"] == CORRECTION
    engine = CORRECTION if is_correction else (props.get("x-rosetta-engine") or "tmx")[:ENGINE_LENGTH]
    canonical, stored = _marked(source.seg, _kind_of), _marked(target.seg, _number_of)
    numbers = sorted(int(number) for number in _NUMBER_MARK.findall(stored))
    if numbers != list(range(len(_KIND_MARK.findall(canonical)))):
        return None
    return store.entry(
        scope_id,
        canonical,
        stored,
        source=source.language,
        target=target.language,
        engine=engine,
        version=scope.version,
    )


def _marked(seg: Element, content: Callable[[Element], str]) -> str:
    """Return a segment's text with a mark for each element.

    The mark contains ``content(element)``.
    """
    parts = [_plain(seg.text)]
    for element in seg:
        parts += [f"\ue000{content(element)}\ue001", _plain(element.tail)]
    return "".join(parts)


def _plain(text: str | None) -> str:
    """Return text without the characters that placeholders consist of."""
    return re.sub("[\ue000-\ue003]", "", text or "")


def _kind_of(element: Element) -> str:
    kind = element.get("type") or "term"
    if not _KIND.fullmatch(kind):
        raise _Malformed(f'type="{kind[:40]}"')
    return kind


def _number_of(element: Element) -> str:
    number = element.get("x") or "1"
    if not _PLACE.fullmatch(number):
        raise _Malformed(f'x="{number[:40]}"')
    return str(int(number) - 1)


def _store(batch: dict[str, MemoryEntry]) -> int:
    """Store a batch, empty it, and return its size.

    People's translations replace existing entries.
    """
    by_people = [entry for entry in batch.values() if entry.origin == CORRECTION]
    count = len(batch)
    store.store([entry for entry in batch.values() if entry.origin != CORRECTION])
    store.store_corrections(by_people)
    batch.clear()
    return count
