"""In which language a text was written: never a flip on "ok", never a guess where the sender is known."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rosetta.languages import BY_CODE, LANGUAGES, match
from translation.memory import phrasebook
from translation.protection.protect import words_only

if TYPE_CHECKING:
    from lingua import LanguageDetector

# A Latin text must be this long before a detector may overrule what is known of its sender: names, greetings and loan
# words are shorter. Measured on tests/data/detection_corpus.csv.
_MIN_WORDS = 3
_MIN_LETTERS = 12
_SURE = 0.8

# Scripts without spaces say as much in a letter as others in several; Latin words inside them are loans. A text is
# in the script that has at least this share, counted so.
_SHARE = 0.25
_LETTERS_A_WORD = 3.0

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
# Words that Chinese sentences have and Japanese ones made of kanji alone do not.
_CHINESE_WORDS = re.compile(r"[我你您他她很吗呢吧啊哦这那哪谁怎么什没是也都在不]|好的|可以|知道")


def source_language(text: str, *, declared: str | None, sender_language: str) -> str:
    """The code of the language ``text`` is in.

    What the sender declared wins, if it is a language we have; then a script that is one language's own; then the
    detector, when it is sure and the text long enough; then the sender's language.
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
    # Japanese is written with Chinese characters too: kana tells the two apart.
    if counts.get("ja") and counts.get("zh-CN") and not _is_chinese_about_japanese(counts):
        counts["ja"] += counts.pop("zh-CN")
    code = max(counts, key=lambda code: counts[code])
    weight = counts[code] / _LETTERS_A_WORD
    if weight / (weight + latin) < _SHARE:
        return None
    return _han_language(words, sender_language) if code == "zh-CN" else code


def _is_chinese_about_japanese(counts: dict[str, int]) -> bool:
    """One or two kana (の, ー) in a long Chinese line are decoration."""
    return counts["zh-CN"] >= 6 * counts["ja"]


@lru_cache(maxsize=8192)
def _owner(char: str) -> str | None:
    point = ord(char)
    for language in LANGUAGES:
        if any(low <= point <= high for low, high in language.scripts):
            return language.code
    return None


def _han_language(words: str, sender_language: str) -> str:
    """Chinese or Japanese, for a text whose only script is Chinese characters."""
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
    # "Good morning" of somebody who writes Thai: too short to detect, but known.
    if phrase := phrasebook.language_of(words, among=frozenset(codes.values())):
        return phrase
    found = [word for word in _WORD.findall(words) if word[0] < "\u1f00"]
    if len(found) < _MIN_WORDS or sum(map(len, found)) < _MIN_LETTERS or len(found) < len(_WORD.findall(words)) / 2:
        return None
    if len(codes) < 2:
        return None
    best = _detector().compute_language_confidence_values(" ".join(found))[0]
    if best.value < _SURE:
        return None
    code = codes[best.language.iso_code_639_1.name.lower()]
    # Thai or Japanese in Latin letters looks like one of these languages to the detector, but has none of its words.
    if sender_language not in codes.values() and not phrasebook.words().get(code, frozenset()).intersection(
        word.casefold() for word in found
    ):
        return None
    return code


@lru_cache(maxsize=1)
def _latin_codes() -> dict[str, str]:
    """Our languages that share the Latin script, by the detector's code."""
    return {language.code.split("-")[0].lower(): language.code for language in LANGUAGES if not language.scripts}


@lru_cache(maxsize=1)
def _detector() -> "LanguageDetector":
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_iso_codes_639_1(
        *(getattr(IsoCode639_1, code.upper()) for code in _latin_codes())
    ).build()
