"""The language of a text by its scripts, where one has a script of its own, and whose words are only quoted."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rosetta.languages import BY_CODE, LANGUAGES, UNKNOWN, match
from translation.detection import han, identifier, lexicon

LATIN = "latin"
# Scripts of languages that we lack, with the languages that share one, the most spoken first.
_OTHER_SCRIPTS: tuple[tuple[str, str, str], ...] = (
    ("hangul", "ko", "\u1100-\u11ff\uac00-\ud7a3"),
    ("cyrillic", "ru uk bg sr mk be kk mn ky tg tt", "\u0400-\u052f"),
    ("arabic", "ar fa ur ps ku ckb sd ug", "\u0620-\u065f\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f"),
    ("devanagari", "hi mr ne", "\u0900-\u0963\u0971-\u097f"),
    ("greek", "el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("hebrew", "he", "\u0591-\u05f4"),
    ("khmer", "km", "\u1780-\u17d3"),
    ("lao", "lo", "\u0e81-\u0ecd\u0edc-\u0edf"),
    ("burmese", "my", "\u1000-\u103f\u1050-\u109f"),
    ("bengali", "bn", "\u0980-\u09e3"),
    ("gurmukhi", "pa", "\u0a01-\u0a5e"),
    ("gujarati", "gu", "\u0a81-\u0ae3"),
    ("oriya", "or", "\u0b01-\u0b63"),
    ("tamil", "ta", "\u0b82-\u0bd7"),
    ("telugu", "te", "\u0c00-\u0c63"),
    ("kannada", "kn", "\u0c80-\u0ce3"),
    ("malayalam", "ml", "\u0d00-\u0d63"),
    ("sinhala", "si", "\u0d81-\u0df3"),
    ("tibetan", "bo", "\u0f40-\u0fbc"),
    ("georgian", "ka", "\u10a0-\u10ff"),
    ("armenian", "hy", "\u0531-\u0587"),
    ("ethiopic", "am", "\u1200-\u135f"),
)
_FILE_TYPES = (
    "py|js|ts|md|txt|csv|json|ya?ml|html?|css|log|sh|exe|zip|pdf|docx?|xlsx?|pptx?|png|jpe?g|gif|mp[34]|toml|sql|ini"
)
# Paths, file names and names in code; faces made of signs; and of our languages' ranges, what others use too: the baht
# sign, Thai digits, the middle dot; and the Korean letters of laughs and tears.
_NO_LETTERS = re.compile(
    rf"(?<!\S)[~.]*/\S+|\b[\w.-]+\.(?:{_FILE_TYPES})\b|\b\w+_\w+\b|\b[a-z]+\.[a-z]+(?=\()|^\s*[a-z]+\.[a-z]+\s*$"
    r"|\((?:[^()\w]|[\u30c4\u3063\u3064\u03c9\u0434\u76bf\u0300-\u036f]|_)*\)[\u30ce\uff89\u3063]?|[\u3130-\u318f\u0e3f\u0e4f-\u0e5b\u30fb\uff65]"
)

# How many letters say as much as a word of a spaced language.
_LETTERS_A_WORD = {"ja": 3.0, "zh-CN": 2.0, "th": 3.0}
_FUNCTION, _KNOWN, _UNKNOWN = 1.0, 0.6, 0.25
# A word in katakana alone is a name or a label.
_LABEL, _KATAKANA = 0.7, re.compile("[\u30a1-\u30ff\uff66-\uff9f]+")
# Words of Latin letters are loans in other scripts more often than the reverse.
_NATIVE = 1.3
_BOTH_ENDS, _FIRST = 1.5, 1.2
# How sure the identifier must be that it is not the most spoken of a script's languages.
_SURE, _LONG = 0.6, 12
# Whoever talks about words quotes some of another language.
_TALK, _LATIN_TALK = 3.0, 2.0
_TALKS = {
    "ja": re.compile("意味|って|という|読み方|読み|と書|と言|と出|と表示|と入力|と返|翻訳|日本語で|英語で"),
    "zh-CN": re.compile(
        "[他她我你们]说|回[了复]|意思|怎么[读说念]|是什么|什么叫|写着|显示|点击|提示|标题|翻译|按钮|叫做"
    ),
    "th": re.compile("แปลว่า|คำว่า|หมายความ|หมายถึง|อ่านว่า|(?:เขียน|พิมพ์|ขึ้น|บอก|ตอบ|พูด|ส่ง)ว่า|ภาษา|ปุ่ม"),
}
# What follows a noun in a sentence, also one of another language.
_JOINTS = {"ja": re.compile("[はがをにでのとも]|って|から|まで|という"), "zh-CN": re.compile("[是的和在有]|怎么|什么")}
_HIRAGANA = re.compile("[\u3041-\u309f]")
# Chinese characters or katakana alone, up to so many, are as likely to be a quoted word.
_SHORT = 3
# How Thai sentences end, also after words of another language.
_SENTENCE_END = 2.0
_THAI_END = re.compile("(?:ครับ|คับ|ค่ะ|คะ|ค่า|นะ|น้า|จ้า|จ้ะ|ไหม|มั้ย|แล้ว|หน่อย|เลย|ด้วย|ได้|อยู่|ล่ะ|ดิ|สิ|อะ)\\W*$")
_QUOTATIONS = re.compile(
    '"[^"\n]{1,200}"|\u201c[^\u201c\u201d\n]{1,200}\u201d|\u300c[^\u300c\u300d\n]{1,200}\u300d|\u300e[^\u300e\u300f\n]{1,200}\u300f'
    "|\u00ab[^\u00ab\u00bb\n]{1,200}\u00bb|\u300a[^\u300a\u300b\n]{1,200}\u300b|(?<!\\w)'[^'\n]{1,200}'(?!\\w)"
)


class Run(NamedTuple):
    """Neighbouring letters of one script: a word in Latin letters, several in others.

    ``script`` may be a language's code.
    """

    script: str
    text: str


def without_quotations(text: str) -> str:
    """Return ``text`` with a blank in the place of what stands in quotation marks."""
    return _QUOTATIONS.sub(" ", text)


def runs_of(text: str) -> list[Run]:
    """Return the letters of ``text``, cut where the script changes.

    Words in Latin letters one by one.
    """
    found = _pattern().finditer(_NO_LETTERS.sub(" ", text))
    return [Run(_scripts()[match_.lastindex or 0], match_[0]) for match_ in found]


def language_of(text: str, runs: Sequence[Run], sender_language: str) -> str | None:
    """Return the language whose script ``text`` is in.

    None where that is the Latin script, or none.

    A text in several scripts is in the language of its sentence: the one that has the grammar, stands at both ends and
    talks about the words of the other.
    """
    weights = _weights(text, runs)
    if not weights:
        return None
    script = max(weights, key=lambda script: weights[script])
    if script == LATIN:
        return None
    own = [run.text for run in runs if run.script == script]
    if script in ("zh-CN", "ja"):
        kana, characters = ([run.text for run in runs if run.script == code] for code in ("ja", "zh-CN"))
        return han.language_of(kana, characters, sender_language)
    if script in BY_CODE:
        return script
    if script == UNKNOWN:
        return UNKNOWN if len("".join(own)) > 2 else None
    return _other_language(script, " ".join(own))


def _weights(text: str, runs: Sequence[Run]) -> dict[str, float]:
    """Return how much of ``text`` each script has.

    Nothing where it has no script but the Latin one.
    """
    east_asian = "ja" if any(run.script == "ja" for run in runs) else "zh-CN"
    scripts = [east_asian if run.script in ("ja", "zh-CN") else run.script for run in runs]
    if set(scripts) <= {LATIN}:
        return {}
    weights: dict[str, float] = {}
    for script, run in zip(scripts, runs, strict=True):
        weights[script] = weights.get(script, 0.0) + _weight(script, run)
    if len(weights) > 1:
        for script in weights:
            weights[script] *= _frame(script, scripts, text, runs)
    return weights


def _weight(script: str, run: Run) -> float:
    if run.script != LATIN:
        words = len(run.text) / _LETTERS_A_WORD.get(script, 4.0)
        return words * _NATIVE * (_LABEL if _KATAKANA.fullmatch(run.text) else 1.0)
    word = run.text.casefold()
    if lexicon.is_neutral(word):
        return _UNKNOWN
    if lexicon.is_function_word(word):
        return _FUNCTION
    return _KNOWN if any(lexicon.weight(word, code) for code in lexicon.codes()) else _UNKNOWN


def _frame(script: str, scripts: Sequence[str], text: str, runs: Sequence[Run]) -> float:
    """Return by how much ``script`` is likelier the sentence's than its letters say."""
    if script == LATIN:
        words = [run.text.casefold() for run in runs if run.script == LATIN]
        has_grammar = any(lexicon.is_grammar(word, code) for word in words for code in lexicon.codes())
        talks = any(map(lexicon.is_about_words, words))
    else:
        codes = ("zh-CN", "ja") if script == "ja" else (script,)
        has_grammar = bool(
            script == "th" or _HIRAGANA.search(text) or sum(map(len, _of(script, scripts, runs))) > _SHORT
        )
        talks = any(_TALKS[code].search(text) for code in codes if code in _TALKS)
        talks = talks or (script in _JOINTS and _goes_on(script, scripts, runs))
    factor = 1.0
    if has_grammar or talks:
        factor = _BOTH_ENDS if scripts[0] == scripts[-1] == script else _FIRST if scripts[0] == script else 1.0
    if scripts[-1] == script == "th" and _THAI_END.search(text):
        factor = _SENTENCE_END
    return factor * ((_LATIN_TALK if script == LATIN else _TALK) if talks else 1.0)


def _of(script: str, scripts: Sequence[str], runs: Sequence[Run]) -> list[str]:
    return [run.text for each, run in zip(scripts, runs, strict=True) if each == script]


def _goes_on(script: str, scripts: Sequence[str], runs: Sequence[Run]) -> bool:
    """Return whether ``script`` goes on after words of another with what joins a noun to a sentence."""
    return any(
        before != LATIN and before != script and each == script and _JOINTS[script].match(run.text)
        for before, each, run in zip(scripts, scripts[1:], runs[1:], strict=False)
    )


def _other_language(script: str, text: str) -> str | None:
    codes = next(codes for name, codes, _ranges in _OTHER_SCRIPTS if name == script).split()
    if len(text) < 2 and script != "hangul":
        return None
    guesses = identifier.guesses(text, 5) if len(codes) > 1 else []
    found = next((code for code, sure in guesses if code in codes and sure >= _SURE and len(text) >= _LONG), codes[0])
    return match(found) or found


@lru_cache(maxsize=1)
def _scripts() -> tuple[str, ...]:
    ours = [language.code for language in LANGUAGES if language.scripts]
    return ("", LATIN, *ours, *(name for name, _code, _ranges in _OTHER_SCRIPTS), UNKNOWN)


@lru_cache(maxsize=1)
def _pattern() -> "re.Pattern[str]":
    latin = "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a"
    groups = [rf"([{latin}](?:['\u2019\u0300-\u036f-]*[{latin}])*)"]
    for language in LANGUAGES:
        if language.scripts:
            more = "\u3005\u3006\u30f6" if language.code == "zh-CN" else ""
            ranges = "".join(f"{chr(low)}-{chr(high)}" for low, high in language.scripts)
            groups.append(f"([{ranges}{more}]+)")
    groups += [f"([{ranges}]+)" for _name, _code, ranges in _OTHER_SCRIPTS]
    return re.compile("|".join([*groups, r"([^\W\d_]+)"]))
