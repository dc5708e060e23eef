"""Source languages: the corpus of chat lines, and what must never flip."""

import csv
from pathlib import Path

import pytest

from rosetta.languages import CODES
from translation.detection import source_language

DATA = Path(__file__).parent / "data"
LINES = list(csv.DictReader((DATA / "detection_corpus.csv").open(encoding="utf-8", newline="")))
# Language "neutral": lines that say nothing of their language. `bench/detection.py` tells which of them are wrong.
CHAT_LINES = list(csv.DictReader((DATA / "chat_lines.csv").open(encoding="utf-8", newline="")))


def test_at_least_95_percent_of_the_corpus_is_right() -> None:
    wrong = [
        (line["text"], line["language"], found)
        for line in LINES
        if (found := source_language(line["text"], declared=None, sender_language=line["sender_language"]))
        != line["language"]
    ]
    assert len(LINES) >= 300
    assert len(wrong) <= 0.05 * len(LINES), wrong


@pytest.mark.parametrize("sender", CODES)
@pytest.mark.parametrize("language", CODES)
def test_what_was_written_decides_whoever_wrote_it(language: str, sender: str) -> None:
    texts = [line["text"] for line in CHAT_LINES if line["language"] == language]
    found = {text: source_language(text, declared=None, sender_language=sender) for text in texts}
    wrong = {text: code for text, code in found.items() if code != language}
    assert len(texts) >= 120
    assert len(wrong) <= 0.02 * len(texts), wrong


@pytest.mark.parametrize("sender", CODES)
def test_lines_that_say_nothing_are_in_the_language_of_the_profile(sender: str) -> None:
    texts = [line["text"] for line in CHAT_LINES if line["language"] == "neutral"]
    flipped = [text for text in texts if source_language(text, declared=None, sender_language=sender) != sender]
    assert len(texts) > 200
    assert flipped == []


def test_other_languages_are_recognised() -> None:
    lines = [line for line in CHAT_LINES if line["language"] not in (*CODES, "neutral")]
    found = {
        (line["text"], line["language"]): source_language(line["text"], declared=None, sender_language=sender)
        for line in lines
        for sender in CODES
    }
    wrong = {text: code for (text, language), code in found.items() if code != language}
    taken_for_ours = {text: code for text, code in wrong.items() if code in CODES}
    assert len({line["language"] for line in lines}) >= 25
    assert len(taken_for_ours) <= 0.03 * len(lines), taken_for_ours
    assert len(wrong) <= 0.06 * len(lines), wrong


@pytest.mark.parametrize("sender", CODES)
def test_neutral_lines_never_flip(sender: str) -> None:
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
        # Quotations are not the writer's words.
        ("the button says ログイン", "ja", "en"),
        ('she said "お疲れ様でした" to me after work', "ja", "en"),
        ("What does สวัสดีครับ mean in English?", "th", "en"),
        ("Apa artinya ขอบคุณครับ dalam bahasa kita?", "th", "id"),
        ("「没问题」って言われた", "zh-CN", "ja"),
        ("ありがとう是什么意思", "ja", "zh-CN"),
        ("คำว่า terima kasih แปลว่าขอบคุณ", "id", "th"),
        ("ขอบคุณครับ", "ja", "th"),
        ('"ขอบคุณครับ"', "ja", "th"),
        # Nor are paths, file names and commands.
        ("/usr/share/doc", "th", "th"),
        ("kubectl get pods", "ja", "ja"),
        ("report_final.docx", "zh-CN", "zh-CN"),
        ("Nobody answered yesterday", "th", "en"),
        ("Two coffees and one tea", "ja", "en"),
        ("Monthly report attached below", "zh-CN", "en"),
        ("btw aku otw ya", "en", "id"),
        ("oke siap bos", "en", "id"),
        ("servernya connection timeout", "en", "id"),
        # Written alike: the profile breaks the tie.
        ("了解", "ja", "ja"),
        ("了解", "zh-CN", "zh-CN"),
        # None of ours: its own code, or none that can be told.
        ("네 알겠습니다", "en", "ko"),
        ("오늘 meeting 몇 시예요?", "ja", "ko"),
        ("deploy закончили?", "th", "ru"),
        ("Merci", "en", "fr"),
        ("Chúng tôi sẽ gửi hàng vào ngày mai", "id", "vi"),
        ("ދިވެހި", "en", "und"),
        ("What does 감사합니다 mean?", "zh-CN", "en"),
        ("ㅋㅋㅋ", "th", "th"),
        # Malay is read as Indonesian.
        ("Saya nak tanya sikit boleh tak", "en", "id"),
        ("明日会議", "zh-CN", "ja"),
        ("确认", "ja", "zh-CN"),
        ("請確認這個文件", "ja", "zh-CN"),
    ],
)
def test_a_mixed_or_short_text_is_in_the_language_of_its_sentences(text: str, sender: str, expected: str) -> None:
    assert source_language(text, declared=None, sender_language=sender) == expected


def test_the_declared_language_takes_precedence() -> None:
    assert source_language("สวัสดี", declared="ZH_cn", sender_language="en") == "zh-CN"


def test_an_unsupported_declared_language_is_ignored() -> None:
    assert source_language("สวัสดี", declared="tlh", sender_language="en") == "th"
