"""What reads texts of others (links, marks, mentions, queries, files, names) never breaks, whatever the text.

Each is given the texts of ``hostile_texts``, and generated ones of the pieces that its grammar is made of. ``FUZZ_EXAMPLES``
says how many of the latter: a few in CI, the same each time; when looking for trouble more, and new each time:
``FUZZ_EXAMPLES=20000 make test ARGS=rosetta/tests/test_generated_texts.py``. A text that broke something goes into
``hostile_texts``.
"""

import io
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as generation
from hypothesis import strategies as st

from accounts.identity.authentication import parse_token
from accounts.identity.email_addresses import canonical_email, canonical_or_lower
from accounts.identity.typed import canonical_code, canonical_password
from files import filenames
from messaging import content
from messaging.emoji import canonical_emoji, folded
from messaging.mentions import as_plain_text, called_in, with_marks_of
from messaging.mentions import replaced as mentions_replaced
from messaging.search.text import SearchQuery, fold, terms_of
from realtime.protocol import BadFrame, parse_client_frame
from rosetta import languages
from rosetta.errors import Invalid
from rosetta.formulas import escape_formula, unescape_formula
from rosetta.http import addresses
from rosetta.ids import new_ulid, parse_ulid
from rosetta.names import clean_name
from rosetta.tests.hostile_texts import IMPOSSIBLE, TEXTS
from translation.detection import source_language
from translation.glossary.csv_exchange import read_terms
from translation.memory import tmx
from translation.protection import pieces
from translation.protection.marks import STORED, ProtectionError
from translation.protection.protect import is_translatable, parse, protected_pieces, words_only

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
# How much of a text the readers get here, for time's sake; longer ones are sent to the API in test_hostile.
LONGEST = 600
# Letters of several scripts, digits, blanks, joiners, what is not seen, and the private characters that marks are made of.
CHARACTERS = (
    "aZ0 \n\t.,:;!?'\"()[]{}<>|\\/@#*_~`$%&=+-^"
    "éßİǅΣЖ漢かｶﾞกำ한हअ١１²\u0301\u0e49\u200b\u200d\ufe0f\u202e\u2028\u00a0\u3000\ue000\ue001👍🏽🇿"
)
FRAGMENTS = (
    "@[Ann](user:7)", "@[", "](user:", "\\@",
    "<@1>", "<@1|", "@channel", "```", "``", "`", "> ", "\n> ", "\\", "[a](", "](", ")", "https://", "https://a.example/",
    "http://[", "www.", "a@b.example", "{{x}}", "{0}", "%s", "1,000.50", "$5", "~~", "**", "||", ":smile:", "&amp;", "<b>",
    "</b>", "#a", "\ue0000\ue001", "\ue000", '"', "\r\n", "الله", "Acme",
)  # fmt: skip
ANY_TEXT = st.one_of(
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(CHARACTERS)), max_size=40).map("".join),
    st.text(st.sampled_from(CHARACTERS), max_size=60),
    st.text(max_size=60),
)


def fuzzed(test: Any) -> Any:
    """Give ``test`` generated texts, the same each time unless FUZZ_EXAMPLES is set."""
    how = generation(
        max_examples=EXAMPLES,
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return how(given(text=ANY_TEXT)(test))


def is_same_twice(clean: Callable[[str], str], text: str) -> bool:
    return clean(clean(text)) == clean(text)


def read_protection(text: str) -> None:
    """Pieces and words spell the text; its own marks read back are its translation."""
    spelled = "".join(token if isinstance(token, str) else token.text for token in pieces.tokens(text))
    assert spelled == text
    parsed = parse(text)
    assert "".join(token if isinstance(token, str) else token.text for token in parsed.tokens) == text
    assert isinstance(parsed.canonical, str)
    is_translatable(text)
    protected_pieces(text)
    words_only(text)
    for unit in parsed.units[:3]:
        for answer in (unit.masked(STORED), text, None, 1, {}):
            with suppress(ProtectionError):
                unit.read(answer, STORED)
    with suppress(ProtectionError):
        parsed.render_whole(parsed.store_whole(text))


def read_search(text: str) -> None:
    assert is_same_twice(fold, text)
    terms_of(text, new_ulid(), "ja")
    query = SearchQuery.of(text[:200])  # the longest that is taken
    query.is_in(text)
    assert len(query.snippet(text * 3)) <= 170


def read_names(text: str) -> None:
    assert is_same_twice(clean_name, text)
    assert "\n" not in clean_name(text)
    assert is_same_twice(filenames.clean_name, text)
    assert "/" not in filenames.clean_name(text)
    header = filenames.content_disposition(filenames.clean_name(text), inline=False)
    assert header.isascii() and header.isprintable()


def read_content(text: str) -> None:
    assert is_same_twice(content.cleaned, text)
    source_language(text, declared=None, sender_language="th")
    assert canonical_emoji(text) in (None, folded(text))


def read_mentions(text: str) -> None:
    """A text without people in it stays as it is.

    Giving each mention its own name back changes nothing twice.
    """
    called = called_in(text)
    assert len(set(called.user_ids)) == len(called.user_ids)
    assert mentions_replaced(text, lambda mark: text[mark.start : mark.end]) == text
    assert with_marks_of(with_marks_of(text, text), text) == with_marks_of(text, text)
    as_plain_text(text)


def read_addresses(text: str) -> None:
    try:
        assert canonical_email(text) == canonical_or_lower(text)
    except ValueError:
        canonical_or_lower(text)
    addresses.is_refused_by_form(text)
    parse_token(text)
    parse_ulid(text)
    canonical_code(text)
    assert is_same_twice(canonical_password, text)


def read_languages(text: str) -> None:
    assert languages.match(text) in (None, *languages.CODES)
    assert languages.wished(text) in ("", *languages.CODES)


def read_csv(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text
    for file in (text, f"term\n{text}", f"term,rendering\n{text},{text}", f'term,case_sensitive\n"{text}",yes'):
        with suppress(Invalid):
            read_terms(file)


def read_frames(text: str) -> None:
    for message in ({"text": text}, {"bytes": text.encode("utf-8", "surrogatepass")}, {"text": None}, {}):
        with suppress(BadFrame):
            parse_client_frame({"type": "websocket.receive", **message})


READERS = [
    read_protection,
    read_search,
    read_names,
    read_content,
    read_mentions,
    read_addresses,
    read_languages,
    read_csv,
    read_frames,
]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_no_text_of_the_corpus_breaks_a_reader(read: Callable[[str], None]) -> None:
    for text in (*TEXTS, *IMPOSSIBLE, "".join(TEXTS[:60])):
        read(text[:LONGEST])


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_no_generated_text_breaks_a_reader(read: Callable[[str], None]) -> None:
    @fuzzed
    def call(text: str) -> None:
        read(text)

    call()


TMX = (
    '<tmx version="1.4"><header srclang="en"/><body><tu><tuv xml:lang="en"><seg>{0}</seg></tuv>'
    '<tuv xml:lang="ja"><seg>{0}</seg></tuv></tu></body></tmx>'
)


def read_tmx(document: bytes) -> None:
    with suppress(Invalid):
        tmx.read(scope_id=new_ulid(), document=io.BytesIO(document))


@pytest.mark.django_db
def test_no_document_breaks_the_import_of_a_memory() -> None:
    for text in (
        *TEXTS,
        "",
        "<tmx/>",
        "<tmx><tu><tuv/></tu></tmx>",
        '<ph x="0"/>',
        '<ph x="9999"/>',
        '<ph x="²"/>',
        '<ph type="\n"/>',
    ):
        read_tmx(TMX.replace("{0}", text[:LONGEST]).encode())

    @fuzzed
    def call(text: str) -> None:
        read_tmx(TMX.replace("{0}", text).encode())
        read_tmx(TMX.replace("{0}", f'<ph x="{text}" type="{text}"/>').encode())
        read_tmx(text.encode("utf-16"))

    call()
