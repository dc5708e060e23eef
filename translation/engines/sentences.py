"""Cut lines into sentences for models that translate one at a time, and join what comes back as the line was.

A line is a list of parts: blanks, sentence, blanks, sentence, …, blanks. Joined, they are the line.
"""

import re

# Longer ones are cut further: models were trained with single sentences, and lose or repeat words of long ones.
_LONGEST = 300
_LONGEST_UNSPACED = 120
# Thai ends sentences with a blank, which stands inside them too: only lines longer than this are cut, into pieces of at
# least _SHORTEST_THAI characters.
_LONGEST_THAI = 100
_SHORTEST_THAI = 20

_CLOSING = "\"'”’»)\\]）」』】》"
# After which a full stop ends no sentence.
_ABBREVIATIONS = frozenset(
    (
        *(
            "mr",
            "mrs",
            "ms",
            "dr",
            "prof",
            "st",
            "vs",
            "etc",
            "e.g",
            "i.e",
            "no",
            "fig",
            "approx",
            "jr",
            "sr",
            "inc",
            "ltd",
        ),
        *("co", "a.m", "p.m", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
        *("bpk", "sdr", "jl", "dll", "dsb", "dst", "hlm", "tgl", "yth", "a.n", "u.p", "s.d"),
    )
)
_SPACED_END = re.compile(rf"[.!?…]+[{_CLOSING}]*(?=\s)|[。！？]+[{_CLOSING}]*")
_EASTERN_END = re.compile(rf"[。！？｡!?…]+[{_CLOSING}]*(?![。！？｡!?…])|\.+[{_CLOSING}]*(?=\s)")
_BREAK = re.compile(r"\s*[\r\n]+\s*")
_CLAUSE_END = re.compile(r"[,;:，、；：]+")
_BLANK = re.compile(r"\s+")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]+\Z")

# Languages whose sentences follow one another without a blank.
_JOINED = ("ja", "zh")


def split(text: str, language: str) -> list[str]:
    """Return ``text`` as blanks and sentences in turn, beginning and ending with blanks, which may be empty."""
    parts = [""]
    position = 0
    for found in [*_BREAK.finditer(text), None]:
        end = found.start() if found else len(text)
        if position < end:
            _append(parts, _split_line(text[position:end], language))
        if found:
            parts[-1] += found.group()
            position = found.end()
    return parts


def join(parts: list[str], language: str) -> str:
    """Return the line of ``parts``, with a blank between sentences that had none where ``language`` writes one."""
    out = ""
    for index, part in enumerate(parts):
        between = index % 2 == 0 and 0 < index < len(parts) - 1
        out += " " if between and not part and not language.startswith(_JOINED) else part
    return out


def _append(parts: list[str], line: list[str]) -> None:
    parts[-1] += line[0]
    parts.extend(line[1:])


def _split_line(line: str, language: str) -> list[str]:
    """Return one line's blanks and sentences in turn."""
    cuts = _cuts(line, language)
    parts = [""]
    start = 0
    for end in [*cuts, len(line)]:
        piece = line[start:end]
        start = end
        words = piece.strip()
        if not words:
            parts[-1] += piece
            continue
        at = piece.index(words)
        parts[-1] += piece[:at]
        parts += [words, piece[at + len(words) :]]
    return parts


def _cuts(line: str, language: str) -> list[int]:
    """Return the positions, in order, at which a sentence ends."""
    primary = language.split("-")[0]
    if primary == "th":
        return _thai_cuts(line)
    ends = _EASTERN_END if primary in _JOINED else _SPACED_END
    cuts = [found.end() for found in ends.finditer(line) if not _is_abbreviation(line, found)]
    return _shortened(line, cuts, _LONGEST_UNSPACED if primary in _JOINED else _LONGEST)


def _is_abbreviation(line: str, found: re.Match[str]) -> bool:
    if found.group() != ".":
        return False
    word = _LAST_WORD.search(line, max(0, found.start() - 20), found.start())
    if word is None:
        return True
    # A letter alone is an initial: J. Doe.
    return word.group().lower() in _ABBREVIATIONS or (len(word.group()) == 1 and word.group().isalpha())


def _thai_cuts(line: str) -> list[int]:
    cuts = [found.end() for found in _SPACED_END.finditer(line)]
    if len(line) <= _LONGEST_THAI:
        return cuts
    start, chosen = 0, []
    for end in sorted({*cuts, *(found.start() for found in _BLANK.finditer(line))}):
        if end in cuts or end - start >= _SHORTEST_THAI:
            chosen.append(end)
            start = end
    return _shortened(line, chosen, _LONGEST)


def _shortened(line: str, cuts: list[int], longest: int) -> list[int]:
    """Return ``cuts`` with more of them, so that no sentence is longer than ``longest``."""
    out: list[int] = []
    start = 0
    for end in [*cuts, len(line)]:
        while end - start > longest:
            start += _piece(line[start : start + longest])
            out.append(start)
        out.append(end)
        start = end
    return out[:-1]


def _piece(text: str) -> int:
    """Return where to cut ``text``, which is too long.

    After a clause, else at a blank, else at its end.
    """
    half = len(text) // 2
    for pattern in (_CLAUSE_END, _BLANK):
        if ends := [found.end() for found in pattern.finditer(text, half)]:
            return ends[-1]
    return len(text)
