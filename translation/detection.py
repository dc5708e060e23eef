"""Detect a text's language from its script, then from its words.

A text that is too short to tell is in the sender's language.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rosetta.languages import BY_CODE, LANGUAGES, match
from translation.memory import phrasebook
from translation.protection.protect import words_only

if TYPE_CHECKING:
    from lingua import LanguageDetector

# A text in Latin letters must be this long before the detector may overrule the sender's language, because names,
# greetings and loan words are shorter. Measured on tests/data/detection_corpus.csv.
_MIN_WORDS = 3
_MIN_LETTERS = 12
_SURE = 0.8

# In scripts without spaces a letter carries as much as several Latin ones, and Latin words among them are loans. A text is
# in such a script if the script has at least this share, with three letters counted as one Latin word.
_SHARE = 0.25
_LETTERS_A_WORD = 3.0

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
# Words that occur in Chinese sentences, but not in Japanese ones that consist of kanji alone.
_CHINESE_WORDS = re.compile(r"[我你您他她很吗呢吧啊哦这那哪谁怎么什没是也都在不]|好的|可以|知道")


def source_language(text: str, *, declared: str | None, sender_language: str) -> str:
    """Return the code of the language that ``text`` is in.

    The first of these decides: the ``declared`` language, if it is supported; a script that only one language uses; the
    detector, if it is sure and the text long enough; the sender's language.
    """
    if declared and (known := match(declared)):
        return known
    words = words_only(text)
    return _by_script(words, sender_language) or _by_detector(words, sender_language) or sender_language


def _by_script(words: str, sender_language: str) -> str | None:
    counts = {language.code: 0 for language in LANGUAGES if language.scripts}
    latin = 0.0
    for word in _WORD.findall(words):
        for char in word:
            owner = _owner(char)
            if owner:
                counts[owner] += 1
        latin += any(char < "\u0250" for char in word)
    if not any(counts.values()):
        return None
    # Japanese uses Chinese characters too, so kana decides between the two.
    if counts.get("ja") and counts.get("zh-CN") and not _is_chinese_about_japanese(counts):
        counts["ja"] += counts.pop("zh-CN")
    code = max(counts, key=lambda code: counts[code])
    weight = counts[code] / _LETTERS_A_WORD
    if weight / (weight + latin) < _SHARE:
        return None
    return _han_language(words, sender_language) if code == "zh-CN" else code


def _is_chinese_about_japanese(counts: dict[str, int]) -> bool:
    """Return whether a Chinese line only has some kana as decoration.

    One or two kana (の, ー) do not make it Japanese.
    """
    return counts["zh-CN"] >= 6 * counts["ja"]


@lru_cache(maxsize=8192)
def _owner(char: str) -> str | None:
    point = ord(char)
    for language in LANGUAGES:
        if any(low <= point <= high for low, high in language.scripts):
            return language.code
    return None


def _han_language(words: str, sender_language: str) -> str:
    """Decide between Chinese and Japanese for a text in Chinese characters.

    Chinese characters are the only script in the text.
    """
    if "ja" not in BY_CODE:
        return "zh-CN"
    han = set(_HAN.findall(words))
    chinese_only = {char for char in han if _in(char, "gb2312") and not _in(char, "shift_jis")}
    japanese_only = {
        char for char in han if _in(char, "shift_jis") and not _in(char, "gb2312") and not _in(char, "big5")
    }
    if chinese_only or (not japanese_only and _CHINESE_WORDS.search(words) and sender_language != "ja"):
        return "zh-CN"
    if japanese_only or sender_language == "ja":
        return "ja"
    return "zh-CN"


def _in(char: str, charset: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _by_detector(words: str, sender_language: str) -> str | None:
    codes = _latin_codes()
    # "Good morning" from a sender who writes Thai is too short to detect, but the phrasebook has it.
    if phrase := phrasebook.language_of(words, among=frozenset(codes.values())):
        return phrase
    all_words = _WORD.findall(words)
    latin_words = [word for word in all_words if word[0] < "\u1f00"]
    if len(latin_words) < max(_MIN_WORDS, len(all_words) / 2) or sum(map(len, latin_words)) < _MIN_LETTERS:
        return None
    if len(codes) < 2:
        return None
    best = _detector().compute_language_confidence_values(" ".join(latin_words))[0]
    if best.value < _SURE:
        return None
    code = codes[best.language.iso_code_639_1.name.lower()]
    # The detector takes Thai or Japanese in Latin letters for one of these languages, but the text has none of its words.
    if sender_language not in codes.values() and not phrasebook.words().get(code, frozenset()).intersection(
        word.casefold() for word in latin_words
    ):
        return None
    return code


@lru_cache(maxsize=1)
def _latin_codes() -> dict[str, str]:
    """Return the supported languages in Latin script, by the detector's code."""
    return {language.code.split("-")[0].lower(): language.code for language in LANGUAGES if not language.scripts}


@lru_cache(maxsize=1)
def _detector() -> "LanguageDetector":
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_iso_codes_639_1(
        *(getattr(IsoCode639_1, code.upper()) for code in _latin_codes())
    ).build()
