"""Recall: what memory, phrasebook and glossary know of a text, and in what order they are asked."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from translation.glossary import scope_cache
from translation.memory import store
from translation.memory.recall import Translation, recall, recall_many
from translation.protection.protect import parse
from translation.tests.factories import GlossaryTermFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    cache.clear()


def remember(scope_id: str, text: str, stored: str, engine: str = "deepl", target: str = "ja") -> None:
    """Store a translation of ``text``, with a mark for each piece in ``stored``."""
    parsed = parse(text)
    entry = store.entry(scope_id, parsed.canonical, stored, source="en", target=target, engine=engine, version=0)
    (store.store_corrections if engine == store.CORRECTION else store.store)([entry])


def known(scope_id: str, text: str, target: str = "ja") -> Translation | None:
    return recall(scope_id=scope_id, text=text, source="en", targets=[target]).get(target)


def test_a_remembered_text_is_recalled_with_its_engine(scope: str) -> None:
    remember(scope, "The cat sat", "猫が座った")
    assert known(scope, "The cat sat") == Translation("猫が座った", "deepl")
    assert known(scope, "The dog sat") is None
    assert known(scope, "The cat sat", "th") is None


def test_the_pieces_are_those_of_the_text_that_is_recalled(scope: str) -> None:
    remember(scope, "Ask @[Ann](user:1) now", "今\ue0000\ue001に聞いて")
    recalled = known(scope, "Ask @[Bob](user:2) now")
    assert recalled is not None
    assert "@[Bob](user:2)" in recalled.text


def test_lines_are_recalled_one_by_one(scope: str) -> None:
    remember(scope, "The cat sat", "猫が座った")
    remember(scope, "The dog ran", "犬が走った")
    assert known(scope, "- The cat sat\n- The dog ran") == Translation("- 猫が座った\n- 犬が走った", "deepl")
    assert known(scope, "The cat sat\nThe bird flew") is None


def test_a_line_that_the_memory_lacks_may_be_a_phrase(scope: str) -> None:
    remember(scope, "The cat sat", "猫が座った")
    recalled = known(scope, "The cat sat\nThank you")
    assert recalled is not None
    assert recalled.text.startswith("猫が座った\n")
    assert recalled.text != "猫が座った\nThank you"


def test_a_correction_of_the_whole_text_takes_precedence_over_its_lines(scope: str) -> None:
    remember(scope, "The cat sat", "猫が座った")
    remember(scope, "The dog ran", "犬が走った")
    remember(scope, "The cat sat\nThe dog ran", "猫は座り、\n犬は走った", store.CORRECTION)
    assert known(scope, "The cat sat\nThe dog ran") == Translation("猫は座り、\n犬は走った", store.CORRECTION)


@pytest.mark.parametrize(
    "stored", ["今聞いて", "今\ue0001\ue001に聞いて", "今\ue0000\ue001に聞いて http://evil.example/x"]
)
def test_an_entry_with_other_pieces_than_the_text_is_not_used(scope: str, stored: str) -> None:
    remember(scope, "Ask @[Ann](user:1) now", stored)
    assert known(scope, "Ask @[Ann](user:1) now") is None


def test_a_text_of_more_lines_than_the_limit_is_not_looked_up(scope: str) -> None:
    lines = [
        f"Line number {chr(97 + number // 26)}{chr(97 + number % 26)} here" for number in range(store.MAX_UNITS + 1)
    ]
    for line in lines:
        remember(scope, line, "行")
    assert known(scope, "\n".join(lines[:-1])) is not None
    assert known(scope, "\n".join(lines)) is None


def test_many_keys_are_found_like_few(scope: str) -> None:
    lines = [f"Line {chr(97 + number % 26)}{chr(97 + number // 26)} here" for number in range(40)]
    for number, line in enumerate(lines):
        remember(scope, line, f"行{'あ' * number}")
    recalled = known(scope, "\n".join(lines))
    assert recalled is not None
    assert recalled.text.split("\n") == [f"行{'あ' * number}" for number in range(40)]


def test_recalling_takes_one_query_for_a_scope_that_is_not_cached(scope: str) -> None:
    GlossaryTermFactory.create(scope_id=scope, term="cat", rendering="ネコ", target="ja")
    remember(scope, "The dog ran", "犬が走った")
    scope_cache.forget(scope)
    with CaptureQueriesContext(connection) as queries:
        assert known(scope, "The dog ran") == Translation("犬が走った", "deepl")
    assert len(queries) == 1


def test_a_text_with_a_term_is_left_to_the_workers_until_the_glossary_is_cached(scope: str) -> None:
    GlossaryTermFactory.create(scope_id=scope, term="cat", rendering="ネコ", target="ja")
    scope_cache.forget(scope)
    assert known(scope, "cat") is None
    assert known(scope, "cat") == Translation("ネコ", "glossary")


def test_nothing_is_recalled_into_the_language_of_the_text(scope: str) -> None:
    assert recall(scope_id=scope, text="Thank you", source="en", targets=["en"]) == {}
    assert set(recall(scope_id=scope, text="Thank you", source="en", targets=["en", "th"])) == {"th"}


def test_many_texts_are_recalled_in_order_with_the_same_number_of_queries(scope: str) -> None:
    remember(scope, "The cat sat", "猫が座った")
    texts = [("The cat sat", "en"), ("Nobody knows this", "en"), ("Thank you", "en"), ("ขอบคุณ", "th"), ("👍", "en")]
    counts = []
    for times in (1, 20):
        scope_cache.forget(scope)
        with CaptureQueriesContext(connection) as queries:
            translations = recall_many(scope_id=scope, texts=texts * times, target="ja")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(translations) == 100
    cat, unknown, phrase, thai, emoji = translations[:5]
    assert cat == Translation("猫が座った", "deepl")
    assert (unknown, emoji) == (None, None)
    assert phrase is not None and thai is not None
    assert {phrase.engine, thai.engine} == {"phrasebook"}


def test_texts_without_words_need_no_look_up(scope: str) -> None:
    scope_cache.load([scope])
    with CaptureQueriesContext(connection) as queries:
        assert recall_many(scope_id=scope, texts=[], target="ja") == []
    assert len(queries) == 0
