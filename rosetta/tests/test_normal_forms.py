"""Normal forms are Unicode's, whatever order and number of marks a text has."""

import random
import unicodedata

import pytest

from rosetta.normal_forms import nfc, nfkc

MARKS = [
    char
    for point in (*range(0xD800), *range(0xE000, 0x20000))
    if unicodedata.combining(unicodedata.normalize("NFKD", char := chr(point))[0])
]
OTHERS = list("aeo中กかｶ☺©´ﬁẛ\uac00\u1100\u1161\u11a8 \n-")


@pytest.mark.parametrize("share", [0.7, 0.97, 1.0])
def test_a_random_text_is_normalized_as_the_library_does(share: float) -> None:
    chance = random.Random(share)
    for length in (1, 10, 30, 31, 32, 100, 300):
        for _ in range(100):
            text = "".join(chance.choice(MARKS if chance.random() < share else OTHERS) for _ in range(length))
            assert nfc(text) == unicodedata.normalize("NFC", text)
            assert nfkc(text) == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize("text", ["", "plain", "e\u0301", "é", "ｶﾞ", "ﾞ" * 40, "e" + "\u0315\u0316" * 40, "\u0f81" * 40])
def test_single_texts_are_too(text: str) -> None:
    assert nfc(text) == unicodedata.normalize("NFC", text)
    assert nfkc(text) == unicodedata.normalize("NFKC", text)


def test_all_marks_are_found_in_a_run() -> None:
    for mark in MARKS:
        text = "a" + (mark + "\u0316") * 20
        assert nfkc(text) == unicodedata.normalize("NFKC", text)
