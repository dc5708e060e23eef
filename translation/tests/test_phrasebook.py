"""The shipped phrases."""

import pytest

from rosetta.languages import CODES
from translation.memory import phrasebook


def test_every_phrase_is_in_every_language() -> None:
    rows = phrasebook.rows()
    assert len(rows) >= 150
    assert all(set(row) == set(CODES) for row in rows)


@pytest.mark.parametrize("text", ["Thank you", "  thank YOU ", "Thank you!", "Thank you."])
def test_case_blanks_and_final_punctuation_do_not_matter(text: str) -> None:
    found = phrasebook.translate(text, "en", "ja")
    assert found is not None
    assert found.rstrip("！。") == (phrasebook.translate("Thank you", "en", "ja") or "").rstrip("！。")


def test_punctuation_is_that_of_the_target() -> None:
    assert (phrasebook.translate("Hello!", "en", "zh-CN") or "").endswith("！")
    assert (phrasebook.translate("Hello!", "en", "id") or "").endswith("!")


def test_a_question_is_not_the_statement() -> None:
    assert phrasebook.translate("Hello?", "en", "ja") is None


def test_an_unknown_phrase_or_language_has_no_translation() -> None:
    assert phrasebook.translate("the quick brown fox", "en", "ja") is None
    assert phrasebook.translate("Hello", "en", "tlh") is None
    assert phrasebook.translate("Hello", "tlh", "en") is None
