"""Read a line as phrases, sentence by sentence, and write it in another language.

Mentions, emoji and links travel as marks: a mention as ``\\ue000N\\ue001``, what stands beside a sentence (emoji, links) as
``\\ue002N\\ue003``, N being the piece's number in its line. A line with anything else among its sentences is no phrase.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from rosetta.languages import BY_CODE
from rosetta.normal_forms import nfkc
from translation.memory import addresses
from translation.memory.addresses import Address
from translation.memory.phrase_table import Found, find, longest

MENTION = "\ue000{}\ue001"
BESIDE = "\ue002{}\ue003"

_MENTION = "\ue000\\d{1,4}\ue001"
_HONORIFIC = "(?:さん|さま|様|先生|くん|君)?"
_FIRST_MENTION = re.compile(rf"\s*(?P<mark>{_MENTION}){_HONORIFIC}(?P<sign>\s*[,:\uff0c\uff1a\u3001])?")
_LAST_MENTION = re.compile(rf"(?P<sign>[,\uff0c\u3001])?\s*(?P<mark>{_MENTION}){_HONORIFIC}$")
# Where a sentence ends. A full stop does not end it inside of a word, nor after "Mr".
_CUT = re.compile(
    "(?P<beside>\ue002\\d{1,4}\ue003\\s*)"
    r"|(?P<end>(?:[!?~\u3002\uff01\uff1f\u2026\uff5e\u301c\uff0e]|(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)\.(?![^\W_]))+)"
)
_END_SIGN = re.compile(r"\.{2,}|[.!?~\u301c]")
_COMMA = re.compile(r"\s*[,\uff0c\u3001]\s*")
_COMMA_OR_BLANK = re.compile(r"\s*[,\uff0c\u3001]\s*|\s+")
_COMMAS = tuple(",\uff0c\u3001")
_COLONS = tuple(":\uff1a")
_MAX_CLAUSES = 8
# A name is at most so long, with a title; so it is in words, and in letters of a language without blanks.
_MAX_NAME = 40
_NAME_WORDS = 4
_NAME_LETTERS = 16
# Written with a capital letter wherever they stand.
_PROPER = re.compile(
    r"(?:I|I'\w+|Anda|English|Inggris|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
    r"|Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu|\w*[^\W\d_]\w*[A-Z]\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a language punctuates.

    ``gap``: between two sentences; ``first``: whether an address goes before its phrase.
    """

    stop: str = "."
    exclamation: str = "!"
    question: str = "?"
    trail: str = "..."
    wave: str = "~"
    comma: str = ", "
    colon: str = ": "
    gap: str = " "
    is_address_first: bool = False
    address_sign: str = ", "
    writes_stops: bool = True


_LATIN = Style()
_STYLES = {
    "zh-CN": Style("\u3002", "\uff01", "\uff1f", "\u2026\u2026", "\uff5e", "\uff0c", "\uff1a", "", address_sign="\uff0c"),
    "ja": Style(
        "\u3002", "\uff01", "\uff1f", "\u2026", "\uff5e", "\u3001", "\uff1a", "", is_address_first=True, address_sign="\u3001"
    ),
    "th": Style("", "!", "", comma=" ", address_sign=" ", writes_stops=False),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """A phrase and the person it addresses.

    ``is_joined``: the name follows without a comma ("Hi Budi").
    """

    found: Found
    address: Address | None = None
    is_joined: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """``first`` and ``last`` are mentions at its ends.

    ``end`` is its final punctuation in ASCII, perhaps a comma.
    """

    clauses: tuple[Clause, ...]
    first: tuple[str, ...] = ()
    first_sign: str = ""
    last: tuple[str, ...] = ()
    end: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """A mark that stays between the sentences, with the blanks around it.

    ``is_introduced``: a colon is before it.
    """

    mark: str
    is_introduced: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line whose sentences are all phrases."""

    items: tuple[Sentence | Beside, ...]

    @property
    def words(self) -> int:
        """Count the words of its phrases, as far as blanks tell them."""
        return sum(len(c.found.text.split()) for s in self.items if isinstance(s, Sentence) for c in s.clauses)

    @property
    def is_greeting(self) -> bool:
        """Return whether the line opens a letter: "Hi Budi,"."""
        last = self.items[-1]
        return isinstance(last, Sentence) and bool(last.clauses) and last.clauses[-1].found.phrase.is_addressed

    @property
    def has_address(self) -> bool:
        """Return whether it names somebody."""
        said = [item for item in self.items if isinstance(item, Sentence)]
        return any(sentence.first or sentence.last or any(c.address for c in sentence.clauses) for sentence in said)


# --- reading ----------------------------------------------------------------------------------------------------------


def read(masked: str, code: str) -> Line | None:
    """Return the line ``masked`` of the language ``code`` as phrases.

    None unless every sentence is one.
    """
    items: list[Sentence | Beside] = []
    for body, end, beside in _stretches(masked):
        words = body.strip()
        is_introduced = bool(beside) and words.endswith(_COLONS)
        if is_introduced:
            words = words[:-1]
        elif not (end or beside) and words.endswith(_COMMAS):
            words, end = words[:-1].rstrip(), ","
        if words:
            if (sentences := _read_sentences(words, end, code)) is None:
                return None
            items += sentences
        elif end and items and isinstance(items[-1], Beside):
            items.append(Sentence((), end=end))  # an emoji and a mark: "Thank you \U0001f64f!"
        elif end or is_introduced:
            return None
        if beside:
            blanks = "" if is_introduced else body[len(body.rstrip()) :]
            items.append(Beside(blanks + beside, is_introduced))
    has_phrase = any(isinstance(item, Sentence) and item.clauses for item in items)
    return Line(tuple(items)) if has_phrase else None


def _stretches(masked: str) -> Iterator[tuple[str, str, str]]:
    """Yield the line in stretches.

    Words, then either their final punctuation or a mark that stands beside them.
    """
    position = 0
    for match in _CUT.finditer(masked):
        yield masked[position : match.start()], nfkc(match["end"] or ""), match["beside"] or ""
        position = match.end()
    if position < len(masked):
        yield masked[position:], "", ""


def _read_sentences(words: str, end: str, code: str) -> list[Sentence] | None:
    """Return what ``words`` say.

    One sentence, or several where a language parts them by blanks.
    """
    first, first_sign, core = _cut_first(words)
    last, core = _cut_last(core)
    if len(core) > 2 * longest(code):
        return None
    if not core:
        return [Sentence((), first, first_sign, last, end)]
    read = _read_clauses(core, code)
    if read is None or not all(_is_asked_as_written(clauses, "", code) for clauses in read[:-1]):
        return None
    if not _is_asked_as_written(read[-1], end, code):
        return None
    sentences = [Sentence(clauses) for clauses in read]
    sentences[0] = replace(sentences[0], first=first, first_sign=first_sign)
    sentences[-1] = replace(sentences[-1], last=last, end=end)
    return sentences


def _cut_first(words: str) -> tuple[tuple[str, ...], str, str]:
    """Return the mentions before the words, the sign behind them, and the words."""
    marks, sign = [], ""
    while found := _FIRST_MENTION.match(words):
        marks.append(found["mark"])
        sign = nfkc((found["sign"] or "").strip())
        words = words[found.end() :]
    return tuple(marks), sign, words.strip()


def _cut_last(words: str) -> tuple[tuple[str, ...], str]:
    marks: list[str] = []
    while found := _LAST_MENTION.search(words, max(0, len(words) - 16)):
        marks.insert(0, found["mark"])
        words = words[: found.start()].rstrip().rstrip("".join(_COMMAS))
    return tuple(marks), words.strip()


def _is_asked_as_written(clauses: tuple[Clause, ...], end: str, code: str) -> bool:
    """Return whether the question marks are where the phrases have them.

    "Really!" is no question.
    """
    if any(clause.found.asks for clause in clauses[:-1]):
        return False
    found = clauses[-1].found
    if "?" in end or not found.asks:
        return found.asks == ("?" in end)
    if BY_CODE[code].spaced:
        # A word alone says by its mark that it asks.
        return "!" not in end and "." not in end and len(found.text.split()) > 1
    return "!" not in end


def _read_clauses(core: str, code: str) -> list[tuple[Clause, ...]] | None:
    """Return the sentences of ``core``, each as its clauses.

    None unless all of it is phrases and names.
    """
    if found := find(core, code):
        return [(Clause(found),)]
    parts = _Parts.of(core, code)
    if len(parts.starts) > _MAX_CLAUSES or not (items := parts.cover(0)):
        return None
    return _with_addresses(items, code)


_Item = tuple[Clause | Address, str]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of a sentence between commas (and blanks, in languages that write sentences apart by them)."""

    core: str
    code: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    # The sign before each part; a blank is none.
    signs: tuple[str, ...]
    known: dict[int, list[_Item] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, core: str, code: str) -> "_Parts":
        borders = list((_COMMA if BY_CODE[code].spaced else _COMMA_OR_BLANK).finditer(core))
        starts = (0, *(border.end() for border in borders))
        ends = (*(border.start() for border in borders), len(core))
        return cls(core, code, starts, ends, ("", *(border.group().strip() for border in borders)))

    def cover(self, first: int) -> list[_Item] | None:
        """Return phrases and names that make up the parts from ``first`` on, the longest first; None if some are unknown."""
        if first == len(self.starts):
            return []
        if first not in self.known:
            self.known[first] = self._cover(first)
        return self.known[first]

    def _cover(self, first: int) -> list[_Item] | None:
        for after in range(len(self.starts), first, -1):
            text = self.core[self.starts[first] : self.ends[after - 1]]
            item: Clause | Address | None = _read_clause(text, self.code)
            if item is None and len(text) <= _MAX_NAME and (first == 0) != (after == len(self.starts)):
                item = addresses.read(text, self.code)
            if item is not None and (rest := self.cover(after)) is not None:
                return [(item, self.signs[first]), *rest]
        return None


def _read_clause(text: str, code: str) -> Clause | None:
    """Return a phrase, perhaps with a name right beside it: "Hi Budi"."""
    if len(text) > longest(code) + _MAX_NAME:
        return None
    if found := find(text, code):
        return Clause(found)
    if BY_CODE[code].spaced:
        words = text.split(" ")
        splits = [
            (" ".join(words[:-count]), " ".join(words[-count:])) for count in range(1, min(_NAME_WORDS, len(words)))
        ]
    elif addresses.HINT.search(text):
        lengths = range(1, min(_NAME_LETTERS, len(text)))
        splits = [(text[:-count].rstrip(), text[-count:]) for count in lengths]
        splits += [(text[count:].lstrip(), text[:count]) for count in lengths]
    else:
        return None
    for phrase, name in splits:
        if not (address := addresses.read(name, code)) or not (found := find(phrase, code)):
            continue
        if address.is_mention or (found.phrase.is_addressed and (address.is_sure or found.is_cased_as_written)):
            return _said_to(Clause(found, is_joined=not phrase.endswith(_COMMAS)), address, code)
    return None


def _said_to(clause: Clause, address: Address, code: str) -> Clause:
    """Return the clause said to ``address``.

    Where the book has the two as a phrase of its own, that one.
    """
    if address.group:
        cell, group = _without_end(clause.found.phrase.cells[code]), addresses.write(address, code)
        for text in (f"{cell} {group}", f"{group} {cell}"):
            if found := find(text, code):
                return Clause(replace(found, text=clause.found.text, written=clause.found.written))
    return replace(clause, address=address)


def _with_addresses(items: list[_Item], code: str) -> list[tuple[Clause, ...]] | None:
    """Return the clauses by sentence, each name with the phrase beside it.

    None where a name may be something else.
    """
    (first, _), (last, sign) = items[0], items[-1]
    if isinstance(first, Address):
        clause = items[1][0]
        if not isinstance(clause, Clause) or clause.address or not first.is_sure:
            return None
        items = [(_said_to(clause, first, code), ""), *items[2:]]
    elif isinstance(last, Address):
        clause, sign = items[-2]
        if not isinstance(clause, Clause) or clause.address:
            return None
        if not last.is_sure and not (clause.found.phrase.is_addressed or clause.found.phrase.is_question):
            return None
        items = [*items[:-2], (_said_to(clause, last, code), sign)]
    sentences: list[list[Clause]] = []
    for clause, sign in items:
        if not isinstance(clause, Clause):
            return None
        if sign:
            sentences[-1].append(clause)
        else:
            sentences.append([clause])
    return [tuple(clauses) for clauses in sentences]


# --- writing ----------------------------------------------------------------------------------------------------------


def write(line: Line, source: str, target: str) -> str | None:
    """Return ``line`` in the language ``target``, marks included.

    None where a phrase or a group has no words in it.
    """
    style = _STYLES.get(target, _LATIN)
    out = ""
    for index, item in enumerate(line.items):
        if isinstance(item, Beside):
            out += (style.colon if item.is_introduced else "") + item.mark
            continue
        is_followed = isinstance(next(iter(line.items[index + 1 :]), None), Sentence)
        if (written := _write_sentence(item, source, target, is_followed=is_followed)) is None:
            return None
        if index and isinstance(line.items[index - 1], Sentence):
            out += style.gap or ("" if out[-1:] > "\u2fff" or out[-1:] == "\u2026" else " ")
        out += written
    return out


def _write_sentence(sentence: Sentence, source: str, target: str, *, is_followed: bool) -> str | None:
    style = _STYLES.get(target, _LATIN)
    texts = []
    for index, clause in enumerate(sentence.clauses):
        if (text := _write_clause(clause, source, target, is_first=not index)) is None:
            return None
        texts.append(text)
    first, last = sentence.first, sentence.last
    out = style.comma.join(texts)
    if style.is_address_first and out:
        first, last = first + last, ()
    before = " ".join(first)
    if first and out:
        sign = {",": style.comma, ":": style.colon}.get(sentence.first_sign, " ")
        before += sign
    after = "".join(f" {mark}" for mark in last)
    return before + out + after + _write_end(sentence, source, target, is_followed=is_followed)


def _write_clause(clause: Clause, source: str, target: str, *, is_first: bool) -> str | None:
    style = _STYLES.get(target, _LATIN)
    cell = clause.found.phrase.cells.get(target)
    if cell is None:
        return None
    cell = _without_end(cell)
    text = _recased(cell, clause.found) if is_first else _decapitalised(cell)
    if clause.address is None:
        return text
    if not (name := addresses.write(clause.address, target)):
        return None
    is_bare = clause.address.is_mention or (clause.is_joined and style is _LATIN and BY_CODE[source].spaced)
    sign = " " if is_bare else style.address_sign
    if style.is_address_first or (clause.address.group and target == "zh-CN"):
        return f"{name}{sign}{text}"
    return f"{text}{sign}{name}"


def _write_end(sentence: Sentence, source: str, target: str, *, is_followed: bool) -> str:
    """Return the final punctuation.

    As it was written, in the signs of the language ``target``.

    Of a language without full stops, the phrase's own stands; so it does where only one of the two languages asks.
    """
    style = _STYLES.get(target, _LATIN)
    if sentence.end == ",":
        # "Hi Budi,": a comma behind the name, a full stop where the name goes first.
        return style.stop if style.is_address_first else style.comma.rstrip()
    phrase = sentence.clauses[-1].found.phrase if sentence.clauses else None
    signs = {".": style.stop, "!": style.exclamation, "?": style.question, "~": style.wave, "\u301c": style.wave}
    if phrase and phrase.is_question and "?" not in sentence.end:
        end = style.question + "".join(signs.get(sign, "") for sign in sentence.end if sign != ".")
    elif phrase and (
        ("?" in sentence.end and not phrase.is_question)
        or (not sentence.end and not _STYLES.get(source, _LATIN).writes_stops)
    ):
        end = signs.get(nfkc(phrase.cells[target][-1:]).replace("\u3002", "."), "")
    else:
        plain = sentence.end.replace("\u3002", ".")
        end = "".join(signs.get(sign, style.trail) for sign in _END_SIGN.findall(plain))
    return end or (style.stop if is_followed and phrase and not sentence.end else "")


def _without_end(cell: str) -> str:
    return cell.rstrip(".!?\u3002\uff01\uff1f")


def _recased(cell: str, found: Found) -> str:
    """Return ``cell`` in capitals, or with a small first letter, where the text has the phrase so."""
    cased = [char for char in found.text if char.lower() != char.upper()]
    if not cased or found.is_cased_as_written:
        return cell
    if len(cased) > 1 and all(map(str.isupper, cased)):
        return cell.upper()
    return _decapitalised(cell) if cased[0].islower() else cell


def _decapitalised(cell: str) -> str:
    return cell if _PROPER.match(cell) else cell[:1].lower() + cell[1:]
