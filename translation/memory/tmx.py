"""Translation memory as TMX 1.4, the exchange format of translators' tools."""

import re
from collections.abc import Iterable, Iterator
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
from translation.models import MemoryEntry
from translation.protection.protect import ProtectionError, parse

MAX_BYTES = 64 * 1024 * 1024
_BATCH = 500
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_KIND_MARK = re.compile("\ue000([a-z]+)\ue001")
_NUMBER_MARK = re.compile("\ue000(\\d+)\ue001")
# What no XML 1.0 document may hold, even escaped.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class TmxImport:
    added: int
    # Units without two languages of ours, or whose two sides differ in mentions, links …
    left_out: int


def write(entries: Iterable[MemoryEntry], out: IO[bytes]) -> int:
    """Write ``entries`` as one TMX document; the number of units. Protected pieces are ``<ph>`` elements."""
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
    """Text and ``<ph x="n" type="kind"/>`` for each mark. Source marks say their kind and are numbered by their place."""
    parts = (_KIND_MARK if kinds else _NUMBER_MARK).split(_NOT_XML.sub("", text))
    seg.text = parts[0]
    for place, (mark, after) in enumerate(zip(parts[1::2], parts[2::2], strict=True)):
        attributes = {"x": str(place + 1), "type": mark} if kinds else {"x": str(int(mark) + 1)}
        SubElement(seg, "ph", attributes).tail = after


def read(*, scope_id: str, document: IO[bytes]) -> TmxImport:
    """Take a TMX document into a scope's memory. What people translated goes before engines' results, as corrections do.

    Raises Invalid with ``file`` for what is no TMX.
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
    except ElementTree.ParseError as error:
        raise Invalid({"file": [_("This is not a TMX file: %(told)s") % {"told": error}]}) from error
    return TmxImport(added, left_out)


def _units(document: IO[bytes]) -> Iterator[Element]:
    _refuse_entities(document)
    # Safe without entities: everything else an XML file can do grows with its own size.
    events = ElementTree.iterparse(document, events=("start", "end"))  # noqa: S314
    _event, root = next(events)
    if root.tag != "tmx":
        raise Invalid({"file": [_("This is not a TMX file.")]})
    for event, element in events:
        if event == "end" and element.tag == "tu":
            yield element
            root.clear()


def _refuse_entities(document: IO[bytes]) -> None:
    """Entities of one's own make a small file a large one; TMX has no use for them, and in text they are escaped."""
    last, size = b"", 0
    while chunk := document.read(1 << 20):
        size += len(chunk)
        # UTF-16 puts a zero beside each letter.
        seen = last + chunk.replace(b"\0", b"")
        if b"<!ENTITY" in seen or size > MAX_BYTES:
            raise Invalid({"file": [_("This is not a TMX file.")]})
        last = seen[-16:]
    document.seek(0)


def _entry(scope_id: str, scope: scope_cache.Scope, unit: Element) -> MemoryEntry | None:
    sides = [(match(tuv.get(_LANG) or tuv.get("lang") or ""), tuv.find("seg")) for tuv in unit.findall("tuv")]
    if len(sides) != 2 or any(code is None or seg is None for code, seg in sides) or sides[0][0] == sides[1][0]:
        return None
    if match(unit.get("srclang") or "") == sides[1][0]:
        sides.reverse()
    (source, from_seg), (target, to_seg) = sides
    if source is None or target is None or from_seg is None or to_seg is None:
        return None
    props = {prop.get("type"): prop.text or "" for prop in unit.findall("prop")}
    engine = props.get("x-rosetta-engine") or CORRECTION
    if "x-rosetta-origin" in props:
        return store.entry(
            scope_id, _text(from_seg, kinds=True), _text(to_seg), source=source, target=target, version=scope.version,
            engine=CORRECTION if props["x-rosetta-origin"] == CORRECTION else engine[:32],
        )  # fmt: skip
    parsed = parse("".join(from_seg.itertext()), scope.terms(source, target))
    try:
        stored = parsed.store_whole("".join(to_seg.itertext()))
    except ProtectionError:
        return None
    if not parsed.units:
        return None
    return store.entry(
        scope_id, parsed.canonical, stored, source=source, target=target, engine=CORRECTION, version=scope.version
    )


def _text(seg: Element, *, kinds: bool = False) -> str:
    text = seg.text or ""
    for mark in seg:
        inner = (mark.get("type") or "term") if kinds else str(int(mark.get("x") or 1) - 1)
        text += f"\ue000{inner}\ue001{mark.tail or ''}"
    return text


def _store(batch: dict[str, MemoryEntry]) -> int:
    """Keep a batch: people's translations replace what is there, engines' do not."""
    by_people = [entry for entry in batch.values() if entry.origin == CORRECTION]
    count = len(batch)
    store.store([entry for entry in batch.values() if entry.origin != CORRECTION])
    store.store_corrections(by_people)
    batch.clear()
    return count
