"""Whether a term in a script without blanks is a word of its own where it stands, or a part of a longer one.

By the words that Chinese, Japanese and Thai dictionaries know, and by what Japanese adds to names ("東京都").
"""

import importlib.util
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from translation.word_frequencies import frequencies

# How many characters before and after a term a longer word may have.
_REACH = 6
# Characters of the longest word that is looked for.
_LONGEST = 16
_HAN, _KATAKANA = "\u3005\u3400-\u9fff\uf900-\ufaff", "\u30a1-\u30fa\u30fc-\u30fe"
_DENSE = re.compile(f"[{_HAN}{_KATAKANA}\u3041-\u309f\u0e00-\u0e7f]")
_HAN_CHAR, _KATAKANA_CHAR = re.compile(f"[{_HAN}]"), re.compile(f"[{_KATAKANA}]")
# Places, rooms, offices, people, kinds: what follows is one word with the name before it.
_SUFFIXES = frozenset(
    "都道府県县市区町村郡駅站港線线湾室館馆署庁厅省局課课社店者員员語语式製产産型版券証证料費费率性化"
)


def stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether ``text[start:end]`` is no part of a longer word of Chinese, Japanese or Thai."""
    if end < len(text) and unicodedata.category(text[end])[0] == "M":
        return False
    first, last = _DENSE.match(text, start), _DENSE.match(text, end - 1)
    before = text[max(0, start - _REACH) : start] if first else ""
    after = text[end : end + _REACH] if last else ""
    return not (before or after) or _is_word(before, text[start:end], after)


@lru_cache(maxsize=8192)
def _is_word(before: str, word: str, after: str) -> bool:
    if _both(_KATAKANA_CHAR, before[-1:], word[:1]) or _both(_KATAKANA_CHAR, word[-1:], after[:1]):
        return False
    if _HAN_CHAR.match(word[-1]) and len(word) > 1 and after[:1] in _SUFFIXES:
        return False
    known = _words()
    longer = (
        before[len(before) - more :] + word + after[:further]
        for more in range(len(before) + 1)
        for further in range(len(after) + 1)
        if more or further
    )
    if any(candidate in known for candidate in longer):
        return False
    # "東京|都": a word that began before the term takes its first characters.
    return not any(
        before[len(before) - more :] + word[:taken] in known
        for more in range(1, len(before) + 1)
        for taken in range(max(1, len(word) - more), len(word))
    )


def split(text: str) -> list[str]:
    """Cut a text of a script without blanks into known words, the longest first, and characters between them."""
    known, parts, start = _words(), [], 0
    while start < len(text):
        ends = range(min(len(text), start + _LONGEST), start + 1, -1)
        end = next((end for end in ends if text[start:end] in known), start + 1)
        parts.append(text[start:end])
        start = end
    return parts


def _both(kind: "re.Pattern[str]", left: str, right: str) -> bool:
    return bool(kind.match(left) and kind.match(right))


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Return the known words of two characters and more."""
    frequent = (word for code in ("zh", "ja") for word in frequencies(code))
    spec = importlib.util.find_spec("pythainlp")
    if spec is None or spec.origin is None:  # pragma: no cover
        raise ImportError("pythainlp")
    # Only the list of words is used: the package's modules would load models.
    thai = (Path(spec.origin).parent / "corpus" / "words_th.txt").read_text("utf-8").split()
    return frozenset(word for words in (frequent, thai) for word in words if len(word) > 1 and _DENSE.match(word))
