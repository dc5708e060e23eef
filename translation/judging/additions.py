"""Tell an answer that says more than its source, or something else.

What language models and services add or say instead.
"""

import csv
import re
from functools import lru_cache
from pathlib import Path

from rosetta.languages import DEFAULT, LANGUAGES
from translation.detection.scripts import LATIN, runs_of
from translation.judging import languages

# What is said in the place of a translation, and what a source says that rightly becomes that: regular expressions by kind.
PATTERNS = Path(__file__).resolve().parents[1] / "data" / "additions.csv"
# The kinds of the table, with the fault that each is.
_FAULTS = {"refusal": "refusal", "service": "refusal", "preamble": "preamble", "note": "note", "versions": "versions"}

_ASKS = re.compile(r"[?？]")
_PAIRS = (
    *('""', "''", "\u201c\u201d", "\u2018\u2019", "\u201e\u201c"),
    *("\u300c\u300d", "\u300e\u300f", "\u300a\u300b", "\u00ab\u00bb", "\uff02\uff02"),
)
_QUOTES = {pair[0]: pair[1] for pair in _PAIRS}
_ALL_QUOTES = frozenset(_QUOTES) | frozenset(_QUOTES.values())
_LABEL = re.compile(
    "^(?:translation|translated text|翻訳|訳|翻訳文|和訳|翻译|译文|คำแปล|แปล|terjemahan(?:nya)?|"
    + "|".join(re.escape(name) for language in LANGUAGES for name in (language.name, language.native_name))
    + r")\s{0,2}[:：]\s{0,3}(?=\S)",
    re.IGNORECASE,
)
_GLOSS = re.compile(r"[(（]([^()（）]{5,200})[)）]\W{0,3}$")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff']{2,}")
# How long a source must be to be recognised inside its translation: names are kept beside their translation.
_LEAST_SAME, _LEAST_SAME_LATIN, _LEAST_MORE = 8, 12, 4


def fault(source: str, answer: str, target_language: str) -> str | None:
    """Return ``refusal``, ``preamble``, ``note``, ``versions`` or ``answered`` for an answer that is or has no translation."""
    for kind, name in _FAULTS.items():
        if _pattern(kind, "answer").search(answer) and not _pattern(kind, "source").search(source):
            return name
    if _has_both(source, answer) or _has_gloss(source, answer, target_language):
        return "versions"
    if _is_wrapped(source, answer):
        return "preamble"
    return "answered" if _is_answered(source, answer) else None


def without_wrapping(source: str, answer: str) -> str:
    """Return ``answer`` without a label in front and quotation marks around all that the author did not write."""
    label = _LABEL.match(answer)
    if label and not _LABEL.match(source) and not re.search("[:：]", source):
        answer = answer[label.end() :]
    if _is_wrapped(source, answer):
        answer = answer[1:-1].strip()
    return answer


def _is_wrapped(source: str, answer: str) -> bool:
    """Return whether ``answer`` stands in quotation marks that ``source`` does not have."""
    if (
        len(answer) < 3
        or _QUOTES.get(answer[0]) != answer[-1]
        or answer[0] in answer[1:-1]
        or answer[-1] in answer[1:-1]
    ):
        return False
    inside = source.strip()
    return not (inside and (inside[0] in _ALL_QUOTES or inside[-1] in _ALL_QUOTES))


def _has_both(source: str, answer: str) -> bool:
    """Return whether ``answer`` has the whole source beside its translation."""
    text = source.strip().rstrip(".!?。！？ ")
    if len(text) < _LEAST_SAME or text not in answer or len(answer) - len(text) < _LEAST_MORE:
        return False
    runs = runs_of(text)
    is_latin = all(run.script == LATIN for run in runs)
    if is_latin and len(text) < _LEAST_SAME_LATIN:
        return False
    return not is_latin or (len(runs) > 2 and not languages.is_neutral([run.text for run in runs], "", DEFAULT))


def _has_gloss(source: str, answer: str, target_language: str) -> bool:
    """Return whether ``answer`` ends with how it is read, or with a translation, in brackets."""
    found = _GLOSS.search(answer)
    if not found or re.search("[(（]", source):
        return False
    words = _LATIN_WORD.findall(found[1])
    new = [word for word in words if word.casefold() not in source.casefold()]
    return len(new) > 1 and bool(re.search(r"[^\W\d_a-zA-Z\u00c0-\u024f\u1e00-\u1eff]", answer[: found.start()]))


def _is_answered(source: str, answer: str) -> bool:
    """Return whether a question came back as a statement."""
    asks = _pattern("question", "answer")
    if not _ASKS.search(source[-3:]) or not asks.search(source):
        return False
    return not (_ASKS.search(answer) or asks.search(answer) or _pattern("question", "otherwise").search(answer))


@lru_cache(maxsize=16)
def _pattern(kind: str, said_in: str) -> re.Pattern[str]:
    with PATTERNS.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if (row["kind"], row["said_in"]) == (kind, said_in)]
    return re.compile("|".join(row["pattern"] for row in rows), re.IGNORECASE)
