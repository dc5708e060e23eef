"""How lines are cut into sentences and joined as they were."""

import pytest

from translation.engines import sentences


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("en", "Version 3.14 works. Fine", ["Version 3.14 works.", "Fine"]),
        ("en", "Dr. Smith and J. Doe came, e.g. today. Good.", ["Dr. Smith and J. Doe came, e.g. today.", "Good."]),
        ("en", 'He said "Go!" Then he left... Really?', ['He said "Go!"', "Then he left...", "Really?"]),
        ("en", "Open example.com/a.b now", ["Open example.com/a.b now"]),
        ("id", "Bpk. Budi di Jl. Mawar. Ya!", ["Bpk. Budi di Jl. Mawar.", "Ya!"]),
        ("ja", "こんにちは。元気ですか？はい！", ["こんにちは。", "元気ですか？", "はい！"]),
        ("ja", "「行こう！」と言った。OK", ["「行こう！」", "と言った。", "OK"]),
        ("ja", "v1.2です。v2.0も", ["v1.2です。", "v2.0も"]),
        ("zh-CN", "你好。你好吗？！很好……走吧", ["你好。", "你好吗？！", "很好……", "走吧"]),
        ("zh", "先看 A.B 文件。好", ["先看 A.B 文件。", "好"]),
        ("th", "สวัสดีครับ สบายดีไหม", ["สวัสดีครับ สบายดีไหม"]),
        ("th", "ดีมาก! ไปกันเถอะ", ["ดีมาก!", "ไปกันเถอะ"]),
        ("en", "", []),
        ("en", "  \n ", []),
        ("en", "...", ["..."]),
    ],
)
def test_a_line_is_cut_where_sentences_end(language: str, text: str, expected: list[str]) -> None:
    assert sentences.split(text, language)[1::2] == expected


@pytest.mark.parametrize("language", ["en", "th", "ja", "zh-CN", "id"])
@pytest.mark.parametrize(
    "text",
    [
        "One.  Two.\n\n  Three.\t Four\n",
        "一つ。 二つ。\r\n三つ",
        "ก" * 90 + " " + "ข" * 90 + "\n" + "ค" * 700,
        " leading and trailing \n",
        "x" * 5000,
        "字" * 5000,
        "a. " * 400,
    ],
)
def test_parts_are_the_line(language: str, text: str) -> None:
    parts = sentences.split(text, language)
    assert "".join(parts) == text
    assert len(parts) % 2 == 1
    assert all(part and part == part.strip() for part in parts[1::2])
    assert not any(part.strip() for part in parts[::2])
    assert max(map(len, parts[1::2])) <= 300


def test_a_long_thai_line_is_cut_at_blanks() -> None:
    clauses = ["แมวเจ็ดตัวเฝ้าห้องสมุดเก่า", "เรือสีฟ้าหลับอยู่บนทะเลสาบ", "นักบัญชีเต้นรำทุกวันศุกร์", "จักรยานของฉันเร็วกว่าสายฝน"]
    assert sentences.split(" ".join(clauses), "th")[1::2] == clauses


def test_a_thai_clause_of_few_characters_stays_with_the_next() -> None:
    line = "ใช่ " + " ".join(["แมวเจ็ดตัวเฝ้าห้องสมุดเก่า"] * 4)
    assert sentences.split(line, "th")[1] == "ใช่ แมวเจ็ดตัวเฝ้าห้องสมุดเก่า"


def test_a_long_sentence_is_cut_after_a_clause() -> None:
    text = "word " * 50 + "here, " + "word " * 50
    assert sentences.split(text, "en")[1].endswith("here,")


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "One. Two."), ("th", "One. Two."), ("ja", "One.Two."), ("zh-CN", "One.Two.")]
)
def test_sentences_that_had_no_blank_get_one_where_the_language_has_it(language: str, expected: str) -> None:
    assert sentences.join(["", "One.", "", "Two.", ""], language) == expected


def test_blanks_stay_as_they_were() -> None:
    assert sentences.join(["  ", "一。", "   ", "二。", "\n"], "ja") == "  一。   二。\n"
