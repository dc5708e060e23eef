"""Tell an answer in a wrong language.

The source once more, another script, another language, parts left as they were.
"""

import re
from collections.abc import Sequence

from rosetta.languages import BY_CODE
from rosetta.normal_forms import nfkc
from translation.detection import han, latin, lexicon, scripts
from translation.detection.scripts import LATIN, Run

# Letters that say as much as a word in Latin letters.
_LETTERS_A_WORD = {"ja": 3.0, "th": 3.0, "zh-CN": 2.0}
# Letters of a script that belongs neither to the source nor to the target.
_FEW_LETTERS = 2
# A Latin sentence that was left in another script: words in lower case, and grammar among them.
_LEFT_WORDS, _LEFT_GRAMMAR = 4, 2
# An answer is of another language only if so many of its words say so.
_TELLING_WORDS = 4
# Other letters in a language of Latin ones, beside names and quotations.
_MUCH = 2.0

_NO_WORD = re.compile(r"[\W\d_]+")
_WORD = r"[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f'\u2019-]*"
_LATIN_WORDS = re.compile(rf"{_WORD}(?:[ ,;]+{_WORD})*")
_DECORATION = frozenset("の々ー")
_BRACKETED = re.compile(r"\([^()\n]{1,200}\)|\uff08[^\uff08\uff09\n]{1,200}\uff09|\[[^\[\]\n]{1,200}\]")


def fault(source: str, answer: str, source_language: str, target_language: str) -> str | None:
    """Return ``echo``, ``script``, ``language`` or ``untranslated`` for an answer in a wrong language."""
    if is_same(source, answer):
        return None if _may_stay(source, source_language, target_language) else "echo"
    runs = scripts.runs_of(answer)
    if not runs:
        return None
    if _has_third_script(source, runs, target_language):
        return "script"
    own = _own_scripts(target_language)
    if LATIN in own:
        return _latin_fault(source, answer, runs, target_language)
    return _script_fault(source, answer, runs, own, target_language)


def is_same(source: str, answer: str) -> bool:
    """Return whether two texts have the same letters.

    Capitals, width, signs and digits aside.
    """
    return _letters(source) == _letters(answer)


def _letters(text: str) -> str:
    return _NO_WORD.sub("", nfkc(text)).casefold()


def _may_stay(source: str, source_language: str, target_language: str) -> bool:
    """Return whether ``source`` may be the same in the target language.

    Names, signs, words of both languages.
    """
    runs = scripts.runs_of(source)
    if not runs:
        return True
    if all(run.script == LATIN for run in runs):
        return is_neutral([run.text for run in runs], source_language, target_language)
    own = _own_scripts(target_language)
    if any(run.script != LATIN and run.script not in own for run in runs):
        return False
    kana, characters = (_joined(runs, script) for script in ("ja", "zh-CN"))
    if target_language == "ja" and characters and not kana:
        return han.language_of([], [characters], "ja") == "ja"
    return source_language != target_language


def is_neutral(words: Sequence[str], source_language: str, target_language: str) -> bool:
    """Return whether words in Latin letters are names, signs or loans, which are the same in every language."""
    if all(word.isupper() and len(word) <= 6 for word in words) and not any(
        lexicon.is_function_word(word.casefold()) for word in words
    ):
        return True
    if len(words) <= 2 and all(lexicon.is_neutral(word.casefold()) for word in words):
        return True
    return latin.language_of(list(words), target_language) is None


def _own_scripts(language: str) -> tuple[str, ...]:
    """Return the scripts, as ``runs_of`` names them, in which a language is written."""
    if language == "ja":
        return ("ja", "zh-CN")
    return (language,) if BY_CODE[language].scripts else (LATIN,)


def _joined(runs: Sequence[Run], script: str) -> str:
    return "".join(run.text for run in runs if run.script == script)


def _has_third_script(source: str, runs: Sequence[Run], target_language: str) -> bool:
    """Return whether the answer has letters of a script that neither the source nor the target language has."""
    allowed = {LATIN, *_own_scripts(target_language)}
    odd = [run.text for run in runs if run.script not in allowed and run.text not in source]
    letters = [letter for text in odd for letter in text if letter not in _DECORATION and letter not in source]
    return len(letters) >= _FEW_LETTERS


def _weight(run: Run) -> float:
    return 1.0 if run.script == LATIN else len(run.text) / _LETTERS_A_WORD.get(run.script, 4.0)


def _script_fault(
    source: str, answer: str, runs: Sequence[Run], own: Sequence[str], target_language: str
) -> str | None:
    """Judge an answer in a language with a script of its own."""
    mine = sum(_weight(run) for run in runs if run.script in own)
    if not mine:
        words = [run.text for run in runs]
        is_named = all(run.script == LATIN for run in runs) and is_neutral(words, target_language, target_language)
        # Names may be left in Latin letters; they are in the source, or spelled from another script.
        return None if is_named and len(words) <= max(3, len(source.split())) else "script"
    outside = scripts.without_quotations(_BRACKETED.sub(" ", answer))
    if _has_sentence(outside):
        return "untranslated"
    others = [run for run in _runs_outside(answer, outside, runs) if run.script not in (LATIN, *own)]
    if sum(map(_weight, others)) > mine:
        return "script"
    if target_language in ("ja", "zh-CN"):
        return _east_asian_fault(source, runs, target_language)
    return None


def _runs_outside(answer: str, outside: str, runs: Sequence[Run]) -> Sequence[Run]:
    """Return the runs of what is ``outside`` of brackets and quotation marks."""
    return runs if outside == answer else scripts.runs_of(outside)


def _has_sentence(text: str) -> bool:
    """Return whether a text in another script has a part of a sentence in Latin letters, which is no name or title."""
    for found in _LATIN_WORDS.finditer(text):
        words = re.split("[ ,;]+", found[0])
        lower = [word for word in words if word.islower()]
        if len(lower) >= _LEFT_WORDS and sum(map(lexicon.is_function_word, lower)) >= _LEFT_GRAMMAR:
            return True
    return False


def _east_asian_fault(source: str, runs: Sequence[Run], target_language: str) -> str | None:
    """Tell Chinese in the place of Japanese, and the reverse."""
    kana, characters = (_joined(runs, script) for script in ("ja", "zh-CN"))
    if target_language == "ja":
        if kana or len(characters) < _TELLING_WORDS or not characters:
            return None
        return None if han.language_of([], [characters], "ja") == "ja" else "language"
    new_kana = [letter for letter in kana if letter not in _DECORATION]
    return "language" if len(new_kana) > max(1, len(characters)) else None


def _latin_fault(source: str, answer: str, runs: Sequence[Run], target_language: str) -> str | None:
    """Judge an answer in a language of Latin letters."""
    outside = _runs_outside(answer, scripts.without_quotations(_BRACKETED.sub(" ", answer)), runs)
    mine = sum(_weight(run) for run in runs if run.script == LATIN)
    others = sum(_weight(run) for run in outside if run.script != LATIN)
    if not mine:
        return "script"
    if others > max(mine, _MUCH):
        return "script"
    words = [run.text for run in outside if run.script == LATIN]
    if len(words) < _TELLING_WORDS or any(lexicon.is_grammar(word.casefold(), target_language) for word in words):
        return None
    found = latin.language_of(words, target_language)
    return "language" if found is not None and found != target_language else None
