"""Source languages: the corpus of chat lines, and what must never flip."""

import csv
from pathlib import Path

import pytest

from translation.detection import source_language

CORPUS = Path(__file__).parent / "data" / "detection_corpus.csv"
LINES = list(csv.DictReader(CORPUS.open(encoding="utf-8", newline="")))


def test_at_least_95_percent_of_the_corpus_is_right() -> None:
    wrong = [
        (line["text"], line["language"], found)
        for line in LINES
        if (found := source_language(line["text"], declared=None, sender_language=line["sender_language"]))
        != line["language"]
    ]
    assert len(LINES) >= 300
    assert len(wrong) <= 0.05 * len(LINES), wrong


@pytest.mark.parametrize("sender", ["en", "zh-CN", "ja", "th", "id"])
def test_short_neutral_lines_are_in_the_senders_language(sender: str) -> None:
    neutral = [line["text"] for line in LINES if line["neutral"] == "1"]
    flipped = [text for text in neutral if source_language(text, declared=None, sender_language=sender) != sender]
    assert len(neutral) > 100
    assert flipped == []


@pytest.mark.parametrize(
    ("text", "sender", "expected"),
    [
        ("thank you so much", "th", "en"),
        ("hello handsome", "th", "th"),
        ("arigatou gozaimasu tanaka san", "ja", "ja"),
        ("sawasdee krub wan nee sabai dee mai", "th", "th"),
        ("wo bu zhi dao ni zai shuo shen me", "zh-CN", "zh-CN"),
        # The detector is not sure of these.
        ("wo bu zhi dao ni zai shuo shen me", "en", "en"),
        ("khob khun krub mak mak", "en", "en"),
        ("会议", "en", "zh-CN"),
        ("東京駅", "en", "ja"),
        ("明日10時", "ja", "ja"),
        ("I love ส้มตำ so much it is the best", "en", "en"),
        ("ขอ deploy production now ได้ไหม", "en", "th"),
        ("このPRをreviewしてmergeしてください", "en", "ja"),
        ("@[สมชาย](user:4) could you look at this please", "ja", "en"),
        ("", "id", "id"),
    ],
)
def test_a_mixed_or_short_text_is_in_the_language_of_its_sentences(text: str, sender: str, expected: str) -> None:
    assert source_language(text, declared=None, sender_language=sender) == expected


def test_the_declared_language_takes_precedence() -> None:
    assert source_language("สวัสดี", declared="ZH_cn", sender_language="en") == "zh-CN"


def test_an_unsupported_declared_language_is_ignored() -> None:
    assert source_language("สวัสดี", declared="tlh", sender_language="en") == "th"
