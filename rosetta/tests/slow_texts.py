"""Everything that reads what people write, and texts that were made to slow it down."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from accounts.identity.email_addresses import canonical_or_lower
from accounts.identity.typed import canonical_code, canonical_password
from files import filenames
from messaging import content
from messaging.incoming import slack
from messaging.mentions import called_in
from messaging.models import MAX_CONTENT
from messaging.search.text import SearchQuery, terms_of
from rosetta import names
from rosetta.normal_forms import nfc, nfkc
from translation import detection
from translation.glossary.matching import Term, TermMatcher
from translation.memory import phrasebook
from translation.protection import marks, pieces, protect

LENGTH = 8000
TERMS = TermMatcher([Term("ticket", "x"), Term("本", "y"), Term("a b", "z"), Term("aa", "w")])


def _there_and_back(text: str) -> None:
    """Send each line to an engine that answers with what it got, and put the whole together."""
    parsed = protect.parse(text)
    stored = {}
    for unit in parsed.units:
        with suppress(ValueError):
            stored[unit.canonical] = unit.read(unit.masked(marks.BRACKETS), marks.BRACKETS)
    with suppress(ValueError, KeyError):
        parsed.render(stored)


def _in_segments(text: str) -> None:
    for unit in protect.parse(text).units:
        with suppress(ValueError):
            unit.join(unit.segments())


def _hostile_answer(text: str) -> None:
    """Take ``text`` as an engine's answer to a line."""
    for style in marks.STYLES:
        with suppress(ValueError):
            marks.read(text, ("Is it open tomorrow?",), style)


def _variant(text: str) -> None:
    with suppress(ValueError):
        protect.parse(text).store_whole(text)


def _other_variant(text: str) -> None:
    """The text backwards as a correction of it."""
    with suppress(ValueError):
        protect.parse(text).store_whole(text[::-1])


def _mentions(text: str) -> None:
    # The search for mentions begins only where something looks like one.
    called_in(f"{text}@channel")


def _found(text: str) -> None:
    query = SearchQuery.of(text[:200])
    query.is_in(text)
    query.snippet(text)


PARSERS: dict[str, Callable[[str], Any]] = {
    "pieces": lambda text: list(pieces.tokens(text)),
    "protection": protect.parse,
    "protection with a glossary": lambda text: protect.parse(text, TERMS),
    "an engine's answers": _there_and_back,
    "answers in segments": _in_segments,
    "a hostile answer": _hostile_answer,
    "variants": _variant,
    "corrections": _other_variant,
    "cleaning": content.cleaned,
    "mentions": _mentions,
    "search terms": lambda text: terms_of(text, "0" * 26, "en"),
    "search query": lambda text: SearchQuery.of(text[:200]),
    "search hit and snippet": _found,
    "phrasebook": lambda text: phrasebook.translate(text, "en", "th"),
    "phrasebook's language": lambda text: phrasebook.language_of(text, among=frozenset({"en", "id"})),
    "phrases of a message": lambda text: phrasebook.phrases_in(protect.parse(text), "en", "th"),
    "texts made for Slack": lambda text: slack.text_of({"text": text, "attachments": [{"text": text}]}, MAX_CONTENT),
    "language": lambda text: detection.source_language(text, declared=None, sender_language="en"),
    "names": names.clean_name,
    "file names": filenames.clean_name,
    "header of a file name": lambda text: filenames.content_disposition(text, inline=False),
    "addresses": lambda text: canonical_or_lower(f"{text}@{text}"),
    "passwords": canonical_password,
    "codes": canonical_code,
    "NFC": nfc,
    "NFKC": nfkc,
}

# How often these read a text: whole, to see that what a person wrote has the same pieces, or also a line at a time, in a worker,
# where only each of the readings takes little time.
READINGS = {
    "protection with a glossary": 2, "search terms": 2, "variants": 2, "corrections": 2,
    "an engine's answers": 10, "answers in segments": 10,
}  # fmt: skip

# Repeated as often as they fit, and followed by each of the ends.
FRAGMENTS = (
    "a", "a ", "A1", "7", "12-", "1,000 ", "1.", "1円", "v1.", "+1 (1) ", "(", "[", "[a](b", "[a](b) ", "![a](b", "](a", "]",
    "@[", "@[a](user:1) ", "@a", "@channel ", "<", "<a ", "<!--", "<x1/>", "{a", "{{", "$$a", "%(a", "`", "``a`", "```a",
    "~~", "*", "* a", "**a", "_", "\\*", "#", "#a-", "> ", "> a\n", "- ", "|", "|a", "&a", "&#1;", "http://", "www.a", "a.b.",
    "a.com", "a@", "a@b.c ", "mailto:", ":", ":a_", ":-)", "=(", ";)", "^_", "xz", "[1]", "【1", "\ue000", "\ue0001\ue001",
    "é", "e\u0301", "\u0315\u0316", "\u0f81", "\u0344\u0316", "ｶﾞ", "ﾞ\u0316", "\u3099", "本", "本a", "ก็", "😀", "😀\u200d",
    "😀 ", "\u200d", "中\u200d", "🇦", "1\ufe0f\u20e3", "\U000e0041", "©", "\u200b", "\u2028", "\r\n", "\n", "\t", " ", " \n",
    "\u3000", "\u00a0", "\x1c", ".", ". ", "...a", "!?", "\"", "\"a\" ", "“", "'", "a'", "ﷺ", "\ufdfa", "İ", "ß", "ﬃ",
    "x. y! ", "ticket ", "a b", "saya tidak bisa ", "Lorem ipsum dolor ", "🏴\U000e0067\U000e007f", "\\", "/", "a/",
)  # fmt: skip
ENDS = ("x", "中")
# Found by mutating the others for the longest time that they take.
FOUND: tuple[str, ...] = ()


def texts(length: int = LENGTH) -> Iterator[tuple[str, str]]:
    """Yield a description and the text of ``length`` characters for each fragment and end."""
    for fragment in (*FRAGMENTS, *FOUND):
        for end in ENDS:
            yield f"{fragment!r}…{end!r}", filled(fragment, end, length)


def filled(fragment: str, end: str, length: int) -> str:
    return fragment * ((length - len(end)) // len(fragment)) + end


def milliseconds(parser: Callable[[str], Any], text: str, *, rounds: int = 2) -> float:
    """Return the processor's time of this thread for one reading of ``text`` that nothing remembers, the best of several."""
    best = float("inf")
    gc.disable()  # because what it takes grows with everything that the process holds
    try:
        for _ in range(rounds):
            for cache in (protect._tokens, protect._tokens_of_long, protect._parsed, protect._parsed_long):
                cache.cache_clear()
            began = time.thread_time()
            parser(text)
            best = min(best, time.thread_time() - began)
    finally:
        gc.enable()
    return best * 1000
