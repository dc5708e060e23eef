"""Put marks in the place of pieces, and read an engine's answer.

A wrong answer is refused. A mark is a placeholder such as ``[0]``. A stored translation has marks too, of a style of
its own (``STORED``).
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from translation.protection.patterns import BRACKET_MARK, ENTITY, LINE_START, TAG_MARK, WORD_MARK
from translation.protection.pieces import Piece, Token, tokens

# Kinds of which an answer may have more, because an engine may write "2%" for "two percent".
_NUMERIC = frozenset({"number", "date", "phone", "reference"})
# Kinds that are checked by their marks only, because punctuation of another language can look like them.
_BY_MARK_ONLY = frozenset({"markup", "open", "emoticon", "mark", "term"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_LINE_END = re.compile(r"[\r\n\u2028\u2029]")
LETTER = re.compile(r"[^\W\d_]")
_ASCII_WORD = re.compile(r"[A-Za-z0-9_]")
_LITERAL_CHAR = re.compile(r"[A-Za-z0-9_$%/\\@#~:.-]")


class ProtectionError(ValueError):
    """Raised for an answer that is wrong or is not a translation.

    It lost, doubled or changed a protected piece, for example.
    """


@dataclass(frozen=True, slots=True)
class MarkStyle:
    """A way to write marks.

    ``pattern`` finds a mark in an answer, ``residue`` the remains of a broken one.
    """

    name: str
    template: str
    pattern: re.Pattern[str]
    residue: re.Pattern[str]

    def mark(self, number: int) -> str:
        return self.template.format(number)


# Brackets with words between them are punctuation: 【重要】.
BRACKETS = MarkStyle(
    "brackets",
    "[{0}]",
    re.compile(BRACKET_MARK),
    re.compile(
        r"[\[\uff3b\u3010\u3014]\s{0,3}(?=\d|[\]\uff3d\u3011\u3015]|\Z)|(?:\d|\A|[\[\uff3b])\s{0,3}[\]\uff3d\u3011\u3015]|[\[\uff3b](?![^\[\]\uff3b\uff3d]*[\]\uff3d])"
    ),
)
TAGS = MarkStyle(
    "tags",
    "<x{0}/>",
    re.compile(TAG_MARK),
    re.compile(
        r"[<\uff1c]\s{0,3}/?\s{0,3}(?:[xX]?\s{0,3}\d|[xX]\b|/|\Z)|\d\s{0,3}[/\uff0f]\s{0,3}[>\uff1e]?|[/\uff0f]\s{0,3}[>\uff1e]|[xX]\s{0,3}\d{1,4}\s{0,3}[>\uff1e]"
    ),
)
WORDS = MarkStyle("words", "XZ{0}Q", re.compile(WORD_MARK), re.compile(r"[xX][zZ]"))
STYLES: tuple[MarkStyle, ...] = (BRACKETS, TAGS, WORDS)

# The marks of stored translations consist of private-use characters, which are protected pieces in every text.
STORED = MarkStyle("stored", "\ue000{0}\ue001", re.compile("\ue000(\\d{1,4})\ue001"), re.compile("[\ue000-\ue003]"))


def masked(parts: Sequence[Token], style: MarkStyle) -> str:
    """Return the text with a mark for each piece, numbered from 0."""
    numbers = count()
    return "".join(part if isinstance(part, str) else style.mark(next(numbers)) for part in parts)


def canonical(parts: Sequence[Token]) -> str:
    """Return the text with each piece's kind in its place.

    It is equal for texts that differ only in their pieces.
    """
    return "".join(part if isinstance(part, str) else f"\ue000{part.kind}\ue001" for part in parts)


def read(answer: object, sent: Sequence[Token], style: MarkStyle) -> str:
    """Return an engine's ``answer`` to ``sent`` as a stored translation.

    Raises ProtectionError.
    """
    words = "".join(part for part in sent if isinstance(part, str))
    pieces = [part for part in sent if isinstance(part, Piece)]
    parts = style.pattern.split(_clean(answer))
    literals, numbers = parts[0::2], [int(number) for number in parts[1::2]]
    if sorted(numbers) != list(range(len(pieces))):
        raise ProtectionError(f"{len(pieces)} marks went out, {len(numbers)} came back, or not the same ones")
    translated = "".join(literals)
    if STORED.residue.search(translated) or (pieces and _leftovers(style, translated) > _leftovers(style, words)):
        raise ProtectionError("a part of a mark was left behind")
    if LETTER.search(words) and not re.search(r"\w", translated):
        raise ProtectionError("the answer has no words")
    _check_length(words, translated)
    _check_structure(words, translated, literals[0] if numbers else translated)
    _check_link_order(pieces, numbers)
    _check_pairs(sent, literals, numbers)
    _close_up(literals, [pieces[number] for number in numbers])
    marks = (STORED.mark(number) for number in numbers)
    return literals[0] + "".join(mark + literal for mark, literal in zip(marks, literals[1:], strict=True))


def _leftovers(style: MarkStyle, text: str) -> int:
    """Count what looks like a broken mark."""
    return len(style.residue.findall(text))


def _check_length(words: str, translated: str) -> None:
    """Raise ProtectionError for an answer that is far too long or too short.

    A character of Chinese or Japanese counts as four, because Chinese grows up to sevenfold in English.
    """
    if len(translated) > 80 + 3 * _weight(words):
        raise ProtectionError("the answer is far longer than the text")
    if len(words) > 120 and 15 * _weight(translated) < len(words):
        raise ProtectionError("the answer is far shorter than the text")


def _weight(text: str) -> int:
    return sum(4 if char >= "\u2e80" else 1 for char in text)


def _clean(answer: object) -> str:
    """Return the answer as one line of well-formed text. Raises ProtectionError.

    Entities are unescaped, because those of the author are pieces and any other comes from the engine.
    """
    if not isinstance(answer, str):
        raise ProtectionError("the answer is not a text")
    answer = ENTITY.sub(lambda match: html.unescape(match.group()), answer)
    lines = (line.strip() for line in _LINE_END.split(answer.strip()))
    answer = _CONTROL.sub("", " ".join(line for line in lines if line))
    if any("\ud800" <= char <= "\udfff" for char in answer):
        raise ProtectionError("the answer is not well-formed text")
    return answer


def _close_up(literals: list[str], pieces: Sequence[Piece]) -> None:
    """Remove blanks that an engine put inside emphasis and links.

    Markdown would not recognise them.
    """
    seen: Counter[str] = Counter()
    in_all = Counter(piece.text for piece in pieces)
    for index, piece in enumerate(pieces):
        if piece.kind not in ("markup", "open", "link") or (piece.kind == "markup" and in_all[piece.text] % 2):
            continue
        seen[piece.text] += 1
        if piece.kind == "open" or (piece.kind == "markup" and seen[piece.text] % 2):
            literals[index + 1] = literals[index + 1].lstrip()
        else:
            literals[index] = literals[index].rstrip()


# Signs that would be emphasis: stars at a word, and the pairs that mean nothing else.
_EMPHASIS = re.compile(r"\*(?=[^\s*])|(?<=[^\s*])\*|~~|__|``")


def adds_emphasis(words: str, translated: str) -> bool:
    """Return whether a translation has emphasis that its author did not write. Both are without marks."""
    return len(_EMPHASIS.findall(translated)) > len(_EMPHASIS.findall(words))


def _check_structure(words: str, translated: str, start: str) -> None:
    """Raise ProtectionError for an answer with marks of Markdown that the text has not.

    It would begin a list, heading, quotation, cell or emphasis.
    """
    if translated.count("|") > words.count("|") or adds_emphasis(words, translated):
        raise ProtectionError("the answer has a mark of Markdown that the text has not")
    begun, own = _beginning(start), _beginning(words)
    # "No. 1 is out" may become "1. …" in another language.
    if begun and not own and begun.rstrip(".)") not in words:
        raise ProtectionError("the answer begins a list, heading or quotation")


def _beginning(text: str) -> str:
    """Return the mark that begins a list, heading or quotation at the start of ``text``, or nothing."""
    match = LINE_START.match(text)
    return match[0].strip() if match is not None else ""


def _check_pairs(sent: Sequence[Token], literals: Sequence[str], numbers: Sequence[int]) -> None:
    """Raise ProtectionError unless each pair of marks still encloses something, and none crosses another."""
    places = {number: place for place, number in enumerate(numbers)}
    closed: list[tuple[int, int]] = []
    for first, last, is_empty in _pairs(sent):
        start, end = sorted((places[first], places[last]))
        if not is_empty and end == start + 1 and not literals[end].strip():
            raise ProtectionError("a pair of marks encloses nothing any longer")
        closed.append((start, end))
    opened: list[int] = []
    for start, end in sorted(closed):
        while opened and opened[-1] < start:
            opened.pop()
        if opened and opened[-1] < end:
            raise ProtectionError("two pairs of marks cross")
        opened.append(end)


def _pairs(sent: Sequence[Token]) -> Iterator[tuple[int, int, bool]]:
    """Yield the numbers of the two marks of each emphasis and link, and whether nothing is between them."""
    opened: list[tuple[int, str]] = []
    number, since = -1, True
    for token in sent:
        if isinstance(token, str):
            since = since and not token.strip()
            continue
        number += 1
        closes = "open" if token.kind == "link" else token.text if token.kind == "markup" else ""
        names = [name for _, name in opened]
        if closes and closes in names:
            at = len(names) - 1 - names[::-1].index(closes)
            yield opened[at][0], number, since and opened[at][0] == number - 1
            del opened[at:]
        elif token.kind in ("open", "markup"):
            opened.append((number, "open" if token.kind == "open" else token.text))
        since = True


def _check_link_order(pieces: Sequence[Piece], numbers: Sequence[int]) -> None:
    """Raise ProtectionError unless the halves of links kept their order.

    The halves of a Markdown link enclose words.
    """
    halves = [number for number, piece in enumerate(pieces) if piece.kind in ("open", "link")]
    among = set(halves)
    if halves and [number for number in numbers if number in among] != halves:
        raise ProtectionError("the two halves of a link changed places")


def filled(stored: str, pieces: Sequence[Piece]) -> list[Token]:
    """Return a stored translation with ``pieces`` in place of its marks.

    Raises ProtectionError if they do not fit.
    """
    parts = STORED.pattern.split(stored)
    if sorted(int(number) for number in parts[1::2]) != list(range(len(pieces))):
        raise ProtectionError("the stored translation belongs to other pieces")
    out: list[Token] = []
    for index, part in enumerate(parts):
        if index % 2:
            out.append(pieces[int(part)])
        elif part:
            out.append(part)
    return out


def marked(translation: str, pieces: Sequence[Piece]) -> str:
    """Return a finished translation as a stored one.

    Raises ProtectionError unless it has exactly ``pieces``.
    """
    if STORED.residue.search(translation):
        raise ProtectionError("the text has private-use characters")
    spans = sorted(_spans(translation, pieces))
    verify(pieces, translation)
    out, position = [], 0
    for start, end, number in spans:
        out += [translation[position:start], STORED.mark(number)]
        position = end
    return "".join((*out, translation[position:]))


def _spans(translation: str, pieces: Sequence[Piece]) -> Iterator[tuple[int, int, int]]:
    """Yield where each piece stands in a translation, with its number.

    Raises ProtectionError if one is missing.

    In time that grows with the translation for each different piece.
    """
    is_taken = bytearray(len(translation))
    # For each text, where the next place of it is looked for: all before belong to a piece.
    searched: dict[str, int] = {}
    # Longer ones first, so that a piece is not found inside another one.
    for number in sorted(range(len(pieces)), key=lambda n: -len(pieces[n].shown)):
        wanted = pieces[number].shown
        start = translation.find(wanted, searched.get(wanted, 0))
        while start >= 0 and (taken := is_taken.rfind(1, start, start + len(wanted))) >= 0:
            start = translation.find(wanted, taken + 1)
        if start < 0:
            raise ProtectionError(f"{wanted} is missing")
        end = searched[wanted] = start + len(wanted)
        is_taken[start:end] = b"\1" * len(wanted)
        yield start, end, number


# --- putting back -----------------------------------------------------------------------------------------------------


def spaced_join(parts: Sequence[Token]) -> str:
    """Join the parts of a text, with a space where one is needed.

    A piece and the words beside it must not become one word or link.
    """
    out = ""
    before: Token | None = None
    for part in parts:
        shown = part if isinstance(part, str) else part.shown
        if before is not None and out and shown and _clash(before, part, out[-1], shown[0]):
            out += " "
        out += shown
        before = part
    return out


def _clash(left: Token, right: Token, last: str, first: str) -> bool:
    if isinstance(left, Piece) and isinstance(right, str):
        return _runs_into(left, first)
    if isinstance(left, str) and isinstance(right, Piece):
        return _is_run_into(right, last, first)
    return False


def _runs_into(piece: Piece, next_char: str) -> bool:
    match piece.kind:
        case "url":
            return next_char.isalnum() or next_char in "/?#&=%~@+-_$(["
        case "literal":
            return bool(_LITERAL_CHAR.match(next_char))
        case "hashtag" | "channel" | "reference":
            return next_char.isalnum() or next_char in "_-"
        case "emoticon":
            return not next_char.isspace() and next_char not in ".,!?)\uff0c\u3002\uff01\uff1f"
        case "email" | "number" | "date" | "phone" | "placeholder" | "emoji" | "mark":
            return bool(_ASCII_WORD.match(next_char)) and _wordy(piece.shown[-1])
        case "term":
            return bool(_ASCII_WORD.match(next_char) and _ASCII_WORD.match(piece.shown[-1]))
    return False


def _is_run_into(piece: Piece, char_before: str, first: str) -> bool:
    after_word = bool(_ASCII_WORD.match(char_before))
    match piece.kind:
        case "url":
            return after_word or char_before in "@.-"
        case "literal":
            return bool(_LITERAL_CHAR.match(char_before))
        case "number" | "date" | "phone" | "mark" | "mention":
            return after_word
        case "emoji":
            return after_word and first == ":"
        case "email":
            return after_word or char_before in ".%+-"
        case "hashtag" | "channel" | "reference":
            return char_before.isalnum() or char_before in "_@&#/."
        case "emoticon":
            return not char_before.isspace() and char_before != "("
        case "term" | "placeholder":
            return after_word and (_ASCII_WORD.match(first) is not None or first == "%")
    return False


def _wordy(char: str) -> bool:
    return char.isalnum() or char in "%_:"


def verify(pieces: Sequence[Piece], text: str) -> None:
    """Raise ProtectionError unless ``text`` has exactly ``pieces``."""
    wanted, figures = _counted(_inner(pieces))
    found, found_figures = _counted(token for token in tokens(text) if isinstance(token, Piece))
    # A translation may have more that looks like a literal: "COVID-19" in one language is a word in another.
    more = Counter({key: times for key, times in (found - wanted).items() if key[0] != "literal"})
    if odd := more + (wanted - found):
        raise ProtectionError("pieces differ: " + ", ".join(sorted(text for _, text in odd)))
    had_digits: Counter[str] = Counter()
    for figure, times in figures.items():
        had_digits[_digits(figure)] += times
    for figure, times in found_figures.items():
        digits = _digits(figure)
        if digits in had_digits and times > had_digits[digits]:
            raise ProtectionError(f"{figure} is there too often")


def _inner(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield ``pieces``; of a term or quote the pieces in it, if any."""
    for piece in pieces:
        if piece.kind in ("term", "quote"):
            yield from (token for token in tokens(piece.shown) if isinstance(token, Piece))
        else:
            yield piece


def _counted(pieces: Iterable[Piece]) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Count the pieces that a text must have exactly, by kind and text, and its figures."""
    exact: Counter[tuple[str, str]] = Counter()
    figures: Counter[str] = Counter()
    for (kind, text, _shown), times in Counter(pieces).items():
        if kind in _NUMERIC:
            figures[text] += times
        elif kind not in _BY_MARK_ONLY:
            exact[kind, text] += times
    return exact, figures


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
