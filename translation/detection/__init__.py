"""In which language a text was written.

What it says decides, what is known of its writer only where it says nothing.
"""

from rosetta.languages import UNKNOWN, match
from translation.detection import latin, scripts
from translation.memory import phrasebook
from translation.protection.protect import words_only

# Longer texts say no more about their language than their beginning.
_MAX_LETTERS = 600


def source_language(text: str, *, declared: str | None, sender_language: str) -> str:
    """Return the code of the language that ``text`` is in.

    One of ours, or the ISO 639 code of another.

    ``rosetta.languages.UNKNOWN`` is one that cannot be told, and none of ours.

    What the sender declared wins, if it is a language that we have. Then the words decide, whoever wrote them; quotations in
    another script are not the writer's words. ``sender_language`` is the answer for what is the same in every
    language (names, numbers, "ok") and for languages spelled in foreign letters, and breaks ties between Chinese
    and Japanese.
    """
    if declared == UNKNOWN:
        return UNKNOWN
    if declared and (known := match(declared)):
        return known
    words = words_only(text)[:_MAX_LETTERS]
    return _language_of(words, sender_language) or sender_language


def _language_of(words: str, sender_language: str) -> str | None:
    own_words = scripts.without_quotations(words)
    for part in (own_words, words) if own_words != words else (words,):
        runs = scripts.runs_of(part)
        if found := scripts.language_of(part, runs, sender_language):
            return found
        latin_words = [run.text for run in runs if run.script == scripts.LATIN]
        if found := phrasebook.language_of(part, among=latin.codes()) or latin.language_of(
            latin_words, sender_language
        ):
            return found
    return None
