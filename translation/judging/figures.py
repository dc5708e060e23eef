"""Tell an answer that lost or changed a figure of its source.

A figure may come back in digits of another script, in words, in another order, with another unit for thousands, in another
clock or calendar. Where that is possible, it is accepted.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from translation.judging.number_words import MONTHS, SYNONYMS, words_of

# What multiplies the number before it, by how much.
_UNITS: dict[str, int] = {
    "十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8, "兆": 10**12,
    "สิบ": 10, "ร้อย": 100, "พัน": 1000, "หมื่น": 10**4, "แสน": 10**5, "ล้าน": 10**6, "k": 1000, "hundred": 100, "ratus": 100,
    "thousand": 1000, "ribu": 1000, "rb": 1000, "m": 10**6, "mn": 10**6, "mio": 10**6, "million": 10**6, "juta": 10**6,
    "jt": 10**6, "b": 10**9, "bn": 10**9, "billion": 10**9, "miliar": 10**9, "milyar": 10**9, "trillion": 10**12,
    "triliun": 10**12, "lakh": 10**5, "dozen": 12, "lusin": 12, "โหล": 12, "ダース": 12, "打": 12, "puluh": 10,
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_SEPARATOR = r"[.,\u066b\u066c\uff0c\uff0e\u00a0\u202f' ]"
_FIGURE = re.compile(rf"\d+(?:{_SEPARATOR}\d+)*(?:\s{{0,2}}(?:{_UNIT})(?![A-Za-z]))*", re.IGNORECASE)
_DIGITS, _NO_DIGIT = re.compile(r"\d+"), re.compile(r"\D")
_ONE_UNIT = re.compile(rf"(?:{_UNIT})", re.IGNORECASE)
_NUMBERED = re.compile(r"^\s*\d{1,3}[.)](?=\s)")
# A digit in a word of small letters: "b4", "hati2", "mp3"; not an ordinal, a time or a size.
_SUFFIX = "st|nd|rd|th|am|pm|k|x|m|h|d|s|min|mins|hrs?|rb|jt|km|kg|cm|mm|gb|mb"
_IN_WORD = re.compile(rf"[A-Za-z]*[a-z]\d+[A-Za-z\d]*|\d[a-z]+\d[a-z\d]*|\d+(?!(?:{_SUFFIX})(?![a-z]))[a-z]+")
# Laughs and words made of digits in Thai and Chinese chats.
_SPELLED = re.compile(r"(?<!\d)(?:5{3,}\+?|23{2,}|6{3,}|8{2,3}|520|1314|7456|9494|4649|39)(?!\d)")
_TIME = re.compile(
    r"\s{0,2}(?:[ap]\.?m\b|o'?clock|時|点|點|โมง|ทุ่ม|นาฬิกา|น\.|wib|wita|wit|pagi|siang|sore|malam)", re.IGNORECASE
)
_BEFORE_TIME = re.compile(
    r"(?:\bat|\bby|\bbefore|\bafter|\bsince|\btill|\buntil|\bfrom|\bjam|\bpukul|\bpkl\.?|午前|午後|上午|下午|晚上|早上|中午|凌晨|夜|朝|ตี|บ่าย|เวลา|เที่ยง|กลางคืน)\s{0,2}\Z",
    re.IGNORECASE,
)
_MONTH = re.compile(r"\s{0,2}(?:月(?!間)|/\d)|(?:st|nd|rd|th)\b")
_BEFORE_MONTH = re.compile(r"(?:\bbulan|เดือน|\bmonth)\s{0,2}\Z", re.IGNORECASE)
_FEW = 1
# What the years of other calendars are less, or more: Thai ones, and Japanese eras.
_BUDDHIST, _ERAS = 543, (2018, 1988, 1925)


def is_one_missing(source: str, answer: str) -> bool:
    """Return whether a figure of ``source`` is not in ``answer``, in whatever form."""
    if not _DIGITS.search(source):
        return False
    found = _values(answer)
    lowered = answer.casefold()
    return any(
        not _is_sum_there(chain, found, lowered)
        and any(not _is_there(figure, source, found, lowered) for figure in chain)
        for chain in _chains(source)
    )


def _figures(source: str) -> Iterator[re.Match[str]]:
    skipped = [match.span() for pattern in (_IN_WORD, _SPELLED) for match in pattern.finditer(source)]
    if numbered := _NUMBERED.match(source):
        skipped.append(numbered.span())
    for figure in _FIGURE.finditer(source):
        if not any(start < figure.end() and figure.start() < end for start, end in skipped):
            yield figure


def _chains(source: str) -> list[list[re.Match[str]]]:
    """Return the figures, those that are one number together: 1億2000万."""
    chains: list[list[re.Match[str]]] = []
    for figure in _figures(source):
        if chains and chains[-1][-1].end() == figure.start():
            chains[-1].append(figure)
        else:
            chains.append([figure])
    return chains


def _is_sum_there(chain: list[re.Match[str]], found: frozenset[float], lowered: str) -> bool:
    if len(chain) == 1:
        return False
    total = sum(max(_values_of(figure.group())) for figure in chain)
    return total in found or _in_words(total, lowered)


def _is_there(figure: re.Match[str], source: str, found: frozenset[float], lowered: str) -> bool:
    wanted = _values_of(figure.group())
    if min(wanted) <= _FEW or wanted & found:
        return True
    parts = [float(digits) for digits in _DIGITS.findall(figure.group())]
    if len(parts) > 1 and all(part in found or part <= _FEW for part in parts):
        return True
    before, after = source[max(0, figure.start() - 12) : figure.start()], source[figure.end() : figure.end() + 8]
    others = _other_values(min(wanted), before, after)
    if others & found:
        return True
    # Numbers in words have spellings without end; those of round and small numbers are known.
    return any(_in_words(value, lowered) for value in wanted | others) or _in_names(parts[0], before, after, lowered)


def _other_values(value: float, before: str, after: str) -> frozenset[float]:
    """Return what the number may be in another clock or calendar."""
    others: set[float] = set()
    if value <= 24 and (_TIME.match(after) or _BEFORE_TIME.search(before)):
        others |= {value + 12, value - 12, value - 6, value - 18, value + 6, value + 18}
        others |= {0.0, 12.0, 24.0} if value in (0, 12, 24) else set()
    if 1800 <= value <= 2700:
        years = (value, value - _BUDDHIST)
        others |= {value - _BUDDHIST, value + _BUDDHIST, *(year - era for year in years for era in _ERAS)}
    if value <= 64 and re.search(r"(?:令和|平成|昭和|Reiwa|Heisei|Showa)\s?\Z", before):
        others |= {value + era + more for era in _ERAS for more in (0, _BUDDHIST)}
    return frozenset(other for other in others if other >= 0)


def _in_words(value: float, lowered: str) -> bool:
    if value != int(value) or value > 10**12:
        return False
    number = int(value)
    pattern = SYNONYMS.get(number)
    return any(word in lowered for word in words_of(number)) or bool(pattern and re.search(pattern, lowered))


def _in_names(value: float, before: str, after: str, lowered: str) -> bool:
    """Return whether the number of a month came back as its name."""
    if not 1 <= value <= 12 or not (_MONTH.match(after) or _BEFORE_MONTH.search(before)):
        return False
    return any(name in lowered for name in MONTHS[int(value)])


def _values(text: str) -> frozenset[float]:
    """Return all numbers that are written with digits in ``text``, with and without their units, alone and joined."""
    values: set[float] = set()
    joined, end = 0.0, -1
    for figure in _FIGURE.finditer(text):
        own = _values_of(figure.group())
        values |= own
        values |= {float(digits) for digits in _DIGITS.findall(figure.group())}
        # 1億2000万 is one number.
        joined = joined + max(own) if end == figure.start() else max(own)
        end = figure.end()
        values.add(joined)
    return frozenset(values)


@lru_cache(maxsize=4096)
def _values_of(figure: str) -> frozenset[float]:
    """Return the numbers that a figure may mean.

    A comma or full stop may stand for thousands or for decimals.
    """
    digits = re.match(r"[\d.,\u066b\u066c\uff0c\uff0e\u00a0\u202f' ]+", figure)
    text = digits.group().strip() if digits else figure
    factor = 1
    for unit in _ONE_UNIT.findall(figure[len(text) :]):
        factor *= _UNITS[unit.casefold()]
    readings = {float(_NO_DIGIT.sub("", text))}
    whole, sign, rest = _split_last(text)
    if sign and whole:
        readings.add(int(_NO_DIGIT.sub("", whole)) + int(rest) / 10 ** len(rest))
    scaled = {reading * factor for reading in readings}
    # Without its unit as well, which may be written in words: "3億" is "300 million", "3 ล้าน" is "3 juta".
    return frozenset(round(value, 6) for value in scaled)


def _split_last(text: str) -> tuple[str, str, str]:
    for index in range(len(text) - 1, -1, -1):
        if not text[index].isdigit():
            return text[:index], text[index], text[index + 1 :]
    return "", "", text
