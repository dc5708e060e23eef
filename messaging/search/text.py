"""Fold texts, cut them into search terms, and match them with queries.

Words of scripts with spaces are one term each. Scripts without spaces between words give every character and every pair of
neighbours, so that two characters of Chinese, Japanese or Thai find the texts that contain them.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import regex  # type: ignore[import-untyped]

from messaging.mentions import as_plain_text
from rosetta import languages
from rosetta.normal_forms import nfkc

# Begins terms that no text can contain, because private-use characters are not word characters here.
SCOPE_PREFIX = "\ue000"
MAX_TERM = 64
# A word of at least this length also finds words that begin with it.
PREFIX_FROM = 3
SNIPPET = 160

_OTHER_DENSE = (
    (0x0E80, 0x0EFF),  # Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),
    (0x31F0, 0x31FF),
    (0xAC00, 0xD7AF),  # Korean has spaces, but its words carry endings
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_DENSE = tuple(script for row in languages.LANGUAGES if not row.spaced for script in row.scripts) + _OTHER_DENSE

_NONE, _WORD, _DENSE_KIND = range(3)

# A character with the combining characters that fold into it: "ｶﾞ" is "ガ". No more than a few, because they are cached.
_CLUSTER = re.compile(r".[\u0300-\u036f\u0e48-\u0e4b\u0ec8-\u0ecb\u3099\u309a\uff9e\uff9f]{0,8}", re.DOTALL)
_ACCENTS = re.compile("[\u0300-\u036f]+")
# Letters that no decomposition takes apart.
_BARE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Thai and Lao "am" is written with its tone mark before or after its circle.
_AM = re.compile("([\u0e4d\u0ecd])([\u0e48-\u0e4b\u0ec8-\u0ecb])")
# They change how the character before them looks: no letters.
_SELECTORS = re.compile("[\ufe00-\ufe0f\u20d0-\u20ff\U000e0100-\U000e01ef]")
# A letter or digit of a script with blanks between words.
_LETTER = "(?![{}])[^\\W_]".format("".join(f"{chr(low)}-{chr(high)}" for low, high in _DENSE))
_MARKS = re.compile(r"\*+|~~|`+")
_QUOTED = re.compile(r'"([^"]*)"|\u201c([^\u201d]*)\u201d')


@lru_cache(maxsize=20_000)
def _folded(cluster: str) -> str:
    folded = _SELECTORS.sub("", nfkc(nfkc(cluster).casefold()))
    folded = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    bare = unicodedata.normalize("NFD", folded).translate(_BARE)
    # Accents without a letter are what is left of a heap of them.
    if "a" <= bare[:1] <= "z" or _ACCENTS.match(bare):
        return _ACCENTS.sub("", bare)
    return _AM.sub(r"\2\1", folded)


def fold(text: str) -> str:
    """Return ``text`` without case, width, invisible characters and the accents of Latin letters."""
    if text.isascii():
        return text.lower()
    return "".join(_folded(cluster) for cluster in _CLUSTER.findall(text))


@lru_cache(maxsize=20_000)
def _kind(char: str) -> int:
    number = ord(char)
    category = unicodedata.category(char)
    if category[0] not in "LNM":
        return _NONE
    return _DENSE_KIND if any(low <= number <= high for low, high in _DENSE) else _WORD


def runs(folded: str) -> Iterator[tuple[str, bool]]:
    """Yield the words of a folded text, and its runs of scripts without spaces, for which the flag is set."""
    start, kind = 0, _NONE
    for index, char in enumerate(folded):
        next_kind = _kind(char)
        if next_kind != kind:
            if kind != _NONE:
                yield folded[start:index], kind == _DENSE_KIND
            start, kind = index, next_kind
    if kind != _NONE:
        yield folded[start:], kind == _DENSE_KIND


def pairs(run: str) -> list[str]:
    return [run[index : index + 2] for index in range(len(run) - 1)]


def scope_term(scope_id: str, language: str | None = None) -> str:
    """Return the term of every original in a scope, or of every translation there into ``language``."""
    return SCOPE_PREFIX + scope_id + (language or "").replace("-", "").lower()


def terms_of(text: str | None, scope_id: str, language: str | None = None) -> str:
    """Return the terms of a text of a scope, separated by spaces.

    ``language`` is given for translations.

    A mention has its name's.
    """
    folded = fold(as_plain_text(text or ""))
    # A word of Chinese, Japanese or Thai goes on across the marks of Markdown.
    terms = dict.fromkeys((*_terms(folded), *(_terms(_MARKS.sub("", folded)) if _MARKS.search(folded) else ())))
    return " ".join((scope_term(scope_id, language), *terms)) if terms else ""


def _terms(folded: str) -> Iterator[str]:
    for run, is_dense in runs(folded):
        if is_dense:
            yield from run
            yield from pairs(run)
        else:
            yield run[:MAX_TERM]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A parsed search query.

    Words match anywhere in any order, and longer ones match words that begin with them; ``"a phrase"`` matches as it is.
    """

    # Terms, each with whether longer terms that begin with it match too.
    terms: tuple[tuple[str, bool], ...]
    needles: tuple[re.Pattern[str], ...]
    # Emoji and signs that cannot be looked for.
    ignored: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: str) -> "SearchQuery":
        query = as_plain_text(query)
        terms: dict[tuple[str, bool], None] = {}
        needles: dict[re.Pattern[str], None] = {}
        for phrase in _QUOTED.findall(query):
            folded = " ".join(fold(phrase[0] or phrase[1]).split())
            for run, is_dense in runs(folded):
                terms.update(dict.fromkeys(_query_terms(run, is_dense, whole=True)))
            if folded:
                needles[re.compile(_edged(folded, whole=True))] = None
        for run, is_dense in runs(fold(_QUOTED.sub(" ", query))):
            terms.update(dict.fromkeys(_query_terms(run, is_dense, whole=False)))
            needles[re.compile(re.escape(run) if is_dense else _edged(run, whole=len(run) < PREFIX_FROM))] = None
        return cls(tuple(terms), tuple(needles), _ignored(query))

    def is_in(self, text: str) -> bool:
        """Return whether ``text`` matches entirely.

        Terms alone know neither order nor neighbours.
        """
        folded = _spaced(fold(as_plain_text(text)))
        return all(needle.search(folded) for needle in self.needles)

    def weight(self, text: str) -> float:
        """Return how often the words stand in ``text``, where few are worth nearly as much as many."""
        folded = _spaced(fold(text))
        return sum(min(len(needle.findall(folded)), 3) for needle in self.needles) / max(1, len(self.needles))

    def snippet(self, text: str) -> str:
        """Return about SNIPPET characters of ``text`` around the first hit, in one line."""
        line = " ".join(text.split())
        if len(line) <= SNIPPET:
            return line
        start = max(0, self._first_hit(line) - SNIPPET // 3)
        start = min(start, len(line) - SNIPPET)
        end = start + SNIPPET
        start, end = _to_border(line, start, forward=True), _to_border(line, end, forward=False)
        start, end = _to_grapheme(line, start), _to_grapheme(line, end)
        return ("…" if start else "") + line[start:end].strip() + ("…" if end < len(line) else "")

    def _first_hit(self, line: str) -> int:
        """Return the index in ``line`` at which the first hit begins."""
        folded, indexes = [], []
        for cluster in _CLUSTER.finditer(line):
            piece = _folded(cluster[0])
            folded.append(piece)
            indexes += [cluster.start()] * len(piece)
        whole = "".join(folded)
        hits = [hit.start() for needle in self.needles if (hit := needle.search(whole))]
        return indexes[min(hits)] if hits else 0


def _query_terms(run: str, is_dense: bool, *, whole: bool) -> list[tuple[str, bool]]:
    if is_dense:
        return [(pair, False) for pair in pairs(run)] or [(run, False)]
    return [(run[:MAX_TERM], not whole and len(run) >= PREFIX_FROM)]


def _edged(folded: str, *, whole: bool) -> str:
    """Return a pattern for ``folded`` that begins, and if ``whole`` also ends, at a word boundary of a script with spaces."""
    start = f"(?<!{_LETTER})" if _kind(folded[0]) == _WORD else ""
    end = f"(?!{_LETTER})" if whole and _kind(folded[-1]) == _WORD else ""
    return start + re.escape(folded) + end


def _ignored(query: str) -> tuple[str, ...]:
    """Return the parts of a query of which no text has terms.

    Signs and emoji, but for those beside words in a phrase.
    """
    parts: dict[str, None] = {}
    for phrase in _QUOTED.findall(query):
        text = (phrase[0] or phrase[1]).strip()
        if text and not any(runs(fold(text))):
            parts[text] = None
    for word in _QUOTED.sub(" ", query).split():
        if not any(runs(fold(word))):
            parts[word] = None
        else:
            signs = ("".join(chars) for is_sign, chars in groupby(word, _is_sign) if is_sign)
            parts |= {sign: None for sign in signs if any(unicodedata.category(char) == "So" for char in sign)}
    return tuple(parts)


def _is_sign(char: str) -> bool:
    return unicodedata.category(char) in ("So", "Sk", "Cf") or bool(_SELECTORS.match(char))


def _spaced(folded: str) -> str:
    return " ".join(folded.split())


def _to_border(line: str, index: int, *, forward: bool) -> int:
    """Return the nearest space within twenty characters inwards, so that no word is cut; else ``index``."""
    if index in (0, len(line)):
        return index
    space = line.find(" ", index, index + 20) if forward else line.rfind(" ", index - 20, index)
    return index if space < 0 else space


def _to_grapheme(line: str, index: int) -> int:
    """Return ``index``, or where the grapheme cluster begins in which it is.

    A family, a flag, a Thai vowel.
    """
    # From a blank before it, or from far enough: clusters are short.
    begin = line.rfind(" ", max(0, index - 200), index) + 1 or max(0, index - 200)
    for cluster in regex.finditer(r"\X", line, pos=begin, endpos=index + 40):
        if cluster.end() > index:
            return int(cluster.start())
    return index
