"""The language of words in Latin letters.

One of ours, another, or none that can be told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rosetta.languages import match
from translation.detection import identifier, lexicon
from translation.detection.lexicon import codes

__all__ = ["codes", "language_of"]

# How much the words have to say together, and what share of them has to say it. See lexicon.weight.
_ENOUGH = 1.0
_SHARE = 0.5
# A line of one word needs less, if the word is one of no other language; a word beside "ok" or "hello" more.
_ENOUGH_ALONE, _DIFFERENCE_ALONE = 0.5, 0.7
_ENOUGH_BESIDE_LOANS = 0.8
_PROFILE = 0.3
_MAX_DIFFERENCE = 2.0
_GRAMMAR = 1.5
# The identifier guesses at anything. It is believed where the words are not those of our languages.
_BELIEVED = ((0.5, 0.5), (0.8, 0.6), (0.9, 0.85))
_VERY_SURE, _HALF_KNOWN = 0.9, 0.85
_SURE_WITH_ACCENTS = 0.35
_WIDESPREAD = frozenset(
    ("fr", "de", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "pl", "cs", "sk", "hu", "ro", "hr", "tr", "vi", "tl")
)

_STRETCHED = re.compile(r"(.)\1{2,}")
_LAUGH = re.compile(
    r"(?:[hjk]?[aeiou]?h+[aeiou]*){2,}h?|(?:wk)+w?k?|w+|k{2,}|x+d+|z{2,}|(?:lo)+l+|hm+|e+h+|a+h*|o+h+|u+h+"
)
# Chinese in Latin letters: a syllable.
_PINYIN = re.compile(
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:[iu]?ang|[iu]?an|iong|ong|eng|ing|en|in|un|uai|iao|ai|ei|ao|ou|ia|ie|iu|ua|ui|uo|ue|er|[aoeiuv])"
)
_AFFIXES = {
    "id": re.compile(
        "(?:me[mn]?[gy]?|ber|ter|pe[mn]?[gy]?|ke|se)[a-z]{3,}(?:kan|an|i|nya)|(?:[a-z]{3,}|[a-z]+-)nya|di-[a-z]{2,}|(?:di|ng|nge-?|ny)[a-z]{4,}(?:kan|in)"
        "|(?:di|nge|ke)-[a-z]{2,}|[a-z]{4,}(?:asi|itas)"
    ),
    "en": re.compile("[a-z]{3,}(?:ing|ed|ness|tion|ly|ful|less|ment|ies|'s|n't)"),
}
# A stem with "my", "your" or a particle.
_ABBREVIATED = re.compile("[bcdfghjklmnpqrstvwxyz]{2,5}")
_POSSESSED = re.compile("([a-z]{3,})(?:ku|mu|lah|kah)")
_VIETNAMESE = re.compile("[\u1ea0-\u1ef9\u01a1\u01b0]")


@dataclass(frozen=True, slots=True)
class _Best:
    """The likeliest of our languages.

    What the words say for it, how much of each, and how far the next one is.
    """

    code: str
    known: float
    share: float
    difference: float


def language_of(words: Sequence[str], sender_language: str) -> str | None:
    """Return the language of ``words``, or None where they are names, loans or a language spelled in foreign letters."""
    normal = [_normal(word) for word in words]
    if not words or _is_command(words):
        return None
    telling = [
        word for word in _without_names(words, normal) if not (lexicon.is_neutral(word) or _LAUGH.fullmatch(word))
    ]
    if not any(len(word) > 1 for word in telling):
        return None
    best = _best_of_ours(telling, sender_language)
    if _is_romanised(telling, normal):
        return None
    if other := _other(normal, telling, best):
        return other
    return best.code if best and _is_enough(best, telling, normal) else None


def _is_enough(best: _Best, telling: Sequence[str], words: Sequence[str]) -> bool:
    if len(words) == 1:
        return best.known >= _ENOUGH_ALONE and best.difference >= _DIFFERENCE_ALONE
    if len(telling) == 1:
        return best.known >= _ENOUGH_BESIDE_LOANS
    is_inflected = any(_by_affix(word, best.code) > 1 for word in telling)
    return best.known >= _ENOUGH and (best.share >= _SHARE or is_inflected)


def _best_of_ours(telling: Sequence[str], sender_language: str) -> _Best | None:
    ours = sorted(codes())
    if not ours:
        return None
    scores = {code: _PROFILE * (code == sender_language) + _grammar(telling, code) for code in ours}
    for word in telling:
        frequencies = {code: lexicon.frequency(word, code) + _by_affix(word, code) for code in ours}
        for code in ours:
            rival = max((frequencies[other] for other in ours if other != code), default=-_MAX_DIFFERENCE)
            scores[code] += max(-_MAX_DIFFERENCE, min(_MAX_DIFFERENCE, frequencies[code] - rival))
    best = max(ours, key=lambda code: scores[code])
    rival_score = max((scores[code] for code in ours if code != best), default=0.0)
    weights = [max(lexicon.weight(word, best), 0.5 * _by_affix(word, best)) for word in telling]
    # Abbreviations that no list has are as many as there are people.
    counted = sum(weight > 0 or not _ABBREVIATED.fullmatch(word) for word, weight in zip(telling, weights, strict=True))
    share = sum(min(weight, 1.0) for weight in weights) / max(counted, 1)
    return _Best(best, sum(weights), share, (scores[best] - rival_score) / 2)


def _grammar(telling: Sequence[str], code: str) -> float:
    """Return a bonus for the one language whose grammar holds the line together, whatever its loan words are."""
    if any(lexicon.is_function_word(word, other) for word in telling for other in codes() if other != code):
        return 0.0
    if any(_by_affix(word, code) > 1 for word in telling):
        return 3 * _GRAMMAR
    return _GRAMMAR if any(lexicon.is_grammar(word, code) for word in telling) else 0.0


@lexicon.remembered
def _by_affix(word: str, code: str) -> float:
    """Return how much the form of ``word`` says.

    2 for a loan word with an affix of ours, "server-nya".
    """
    if (
        code == "id"
        and (stem := _POSSESSED.fullmatch(word))
        and (lexicon.weight(stem[1], code) or lexicon.is_neutral(stem[1]))
    ):
        return 1.5
    affixes = _AFFIXES.get(code)
    if not affixes or len(word) < 5 or not affixes.fullmatch(word):
        return 0.0
    return 2.0 if code == "id" and (word.endswith("nya") or word.startswith("di-")) else 1.0


def _is_romanised(telling: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether ``words`` are of a language with another script, spelled in Latin letters."""
    spelled = sum(word in lexicon.romanised() and not lexicon.is_known_well(word) for word in telling)
    if spelled and sum(word in lexicon.romanised() for word in telling) >= len(telling) / 2:
        return True
    return len(words) > 1 and all(map(_PINYIN.fullmatch, words)) and not all(map(_is_word, words))


def _is_word(word: str) -> bool:
    """Return whether ``word`` is of one of our languages.

    What has two letters is a syllable of many.
    """
    return lexicon.is_telling(word) or (len(word) > 2 and lexicon.is_known_well(word))


def _other(words: Sequence[str], telling: Sequence[str], best: _Best | None) -> str | None:
    """Return the language of ``words`` if it is none of ours in Latin letters that the lists know."""
    share = best.share if best else 0.0
    greetings = [lexicon.foreign_words()[word] for word in telling if word in lexicon.foreign_words()]
    if greetings and (share < _SHARE or len(greetings) == len(telling)):
        return greetings[0]
    text = " ".join(words)
    if _VIETNAMESE.search(text):
        return "vi"
    code, sure = identifier.guesses(text)[0]
    code = match(code) or code
    if code in codes() and lexicon.has_frequencies(code):
        return None
    if not text.isascii() and sure >= _SURE_WITH_ACCENTS and share < _HALF_KNOWN:
        return code
    if len(telling) > 1 and any(sure >= least and share < known for least, known in _BELIEVED):
        return code if code in _WIDESPREAD or sure >= _VERY_SURE else None
    return None


def _is_command(words: Sequence[str]) -> bool:
    """Return whether ``words`` are a command for a shell.

    Lower case, short and without grammar.
    """
    return (
        lexicon.is_command(words[0])
        and len(words) <= 4
        and not any(lexicon.is_function_word(word) or word[:1].isupper() for word in words)
    )


def _without_names(words: Sequence[str], normal: Sequence[str]) -> list[str]:
    """Leave out what is written like a name: capitalised, and no frequent word.

    All of a line if all of it is.
    """
    if len(words) > 1 and all(map(_is_capitalised, words)) and not all(word.isupper() for word in words):
        return [word for word in normal if lexicon.is_telling(word)]
    return [
        plain
        for number, (word, plain) in enumerate(zip(words, normal, strict=True))
        if plain and not (number and word[:1].isupper() and not lexicon.is_frequent(plain))
    ]


def _is_capitalised(word: str) -> bool:
    """Return whether ``word`` has a capital: in front, or like "iPad"."""
    return not word.islower() and word != word.lower()


def _normal(word: str) -> str:
    """Return ``word`` in lower case, with letters that stand more than twice for emphasis once."""
    return _STRETCHED.sub(r"\1", word.casefold().replace("\u2019", "'").strip("'-"))
