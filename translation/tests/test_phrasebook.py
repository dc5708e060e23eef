"""The shipped phrases: what a text is made of, and how it reads in another language."""

import itertools
import re
import time
import unicodedata

import pytest

from rosetta.languages import BY_CODE, CODES
from translation.memory import phrase_table, phrasebook
from translation.protection.protect import parse

ROWS = phrasebook.rows()
PAIRS = [(source, target) for source in CODES for target in CODES if source != target]
FULL_WIDTH = ("zh-CN", "ja")


def plain(text: str) -> str:
    return text.rstrip(".!?。！？")


# --- the book ---------------------------------------------------------------------------------------------------------


def test_every_phrase_is_in_every_language() -> None:
    assert len(ROWS) >= 600
    assert all(set(row) == set(CODES) for row in ROWS)
    assert all(cell == cell.strip() and "  " not in cell for row in ROWS for cell in row.values())


@pytest.mark.parametrize("code", CODES)
def test_no_wording_stands_for_two_phrases(code: str) -> None:
    wordings = [(row[code], row["en"]) for row in ROWS]
    phrase_of = {row[code]: row["en"] for row in ROWS}
    wordings += [
        (variant, phrase_of[phrase]) for language, phrase, variant in phrasebook.variants() if language == code
    ]
    by_key: dict[str, set[str]] = {}
    for wording, phrase in wordings:
        by_key.setdefault(phrase_table.key_of(wording, code), set()).add(phrase)
    assert {key: phrases for key, phrases in by_key.items() if len(phrases) > 1} == {}
    assert len(by_key) == len(wordings), "a variant that only repeats a phrase"


def test_every_variant_belongs_to_a_phrase() -> None:
    cells = {code: {row[code] for row in ROWS} for code in CODES}
    assert [row for row in phrasebook.variants() if row[1] not in cells[row[0]]] == []


@pytest.mark.parametrize("code", CODES)
def test_every_phrase_is_in_its_languages_script(code: str) -> None:
    own = {"en": "LATIN", "id": "LATIN", "th": "THAI", "ja": "HIRAGANA|KATAKANA|CJK", "zh-CN": "CJK"}[code]
    others = {"en": "THAI|CJK|HIRAGANA|KATAKANA", "id": "THAI|CJK|HIRAGANA|KATAKANA", "th": "CJK|HIRAGANA|KATAKANA"}
    foreign = others.get(code, "THAI" if code == "ja" else "THAI|HIRAGANA|KATAKANA")
    for row in ROWS:
        names = [unicodedata.name(char, "") for char in row[code]]
        assert any(re.match(own, name) for name in names), row[code]
        assert not any(re.match(foreign, name) for name in names if "PROLONGED" not in name), row[code]


@pytest.mark.parametrize("code", CODES)
def test_every_phrase_ends_as_its_language_does(code: str) -> None:
    for row in ROWS:
        cell, english = row[code], row["en"]
        end = cell[-1] if unicodedata.category(cell[-1]).startswith("P") and cell[-1] in ".!?。！？" else ""
        wanted = english[-1] if english[-1] in ".!?" else ""
        if code in FULL_WIDTH:
            wanted = {".": "。", "!": "！", "?": "？"}.get(wanted, "")
            assert not re.search(r"[,.!?]", cell), cell
        elif code == "th":
            wanted = "!" if wanted == "!" else ""
            assert not re.search(r"[,.?]", cell), cell
        assert end == wanted, cell


def test_thai_is_neither_a_mans_nor_a_womans() -> None:
    assert [row["th"] for row in ROWS if re.search("ครับ|ค่ะ|คะ$|ผม|ดิฉัน", row["th"])] == []


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_every_phrase_is_found_from_every_language(pair: tuple[str, str]) -> None:
    source, target = pair
    for row in ROWS:
        there = phrasebook.translate(row[source], source, target)
        assert there is not None, row[source]
        assert plain(there) == plain(row[target])
        back = phrasebook.translate(there, target, source)
        assert back is not None and plain(back) == plain(row[source]), there


def test_a_variant_means_its_phrase() -> None:
    for language, phrase, variant in phrasebook.variants():
        target = "id" if language != "id" else "ja"
        found = phrasebook.translate(variant, language, target)
        known = phrasebook.translate(phrase, language, target)
        assert found and known and plain(found).casefold() == plain(known).casefold(), variant


# --- how it is written ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text,target,shown",
    [
        ("thank you very much!!", "th", "ขอบคุณมาก!!"),
        ("thank you very much!!", "ja", "どうもありがとうございます！！"),
        ("thank you very much", "id", "terima kasih banyak"),
        ("THANK YOU!", "id", "TERIMA KASIH!"),
        ("  thank   YOU ", "id", "terima kasih"),
        ("Thank you.", "zh-CN", "谢谢。"),
        ("Thank you.", "th", "ขอบคุณ"),
        ("Thank you...", "ja", "ありがとうございます…"),
        ("Ｔｈａｎｋ　ｙｏｕ", "ja", "ありがとうございます"),
        ("thx", "ja", "ありがとうございます"),
        ("dont worry", "id", "jangan khawatir"),
        ("OK", "id", "Oke"),
        ("I WILL BE LATE", "id", "SAYA AKAN TERLAMBAT"),
        ("how are you", "ja", "お元気ですか？"),
        ("How are you??", "zh-CN", "你好吗？？"),
        ("How are you?", "th", "สบายดีไหม"),
        ("Happy birthday", "zh-CN", "生日快乐"),
        ("please wait a moment", "ja", "少々お待ちください"),
    ],
)
def test_case_and_final_punctuation_do_not_matter_and_are_kept(text: str, target: str, shown: str) -> None:
    assert phrasebook.translate(text, "en", target) == shown


@pytest.mark.parametrize(
    "text,source,shown",
    [
        ("ขอบคุณที่รอ", "th", "Thank you for waiting."),
        ("ขอบคุณค่ะ", "th", "Thank you"),
        ("สวัสดีครับ", "th", "Hello"),
        ("สบายดีไหมครับ", "th", "How are you?"),
        ("お元気ですか。", "ja", "How are you?"),
        ("ありがとう", "ja", "Thank you"),
        ("谢谢啦！", "zh-CN", "Thank you!"),
        ("terima kasih ya", "id", "thank you"),
        ("saya di rumah", "id", "I'm at home"),
    ],
)
def test_what_other_languages_leave_out_or_add(text: str, source: str, shown: str) -> None:
    assert phrasebook.translate(text, source, "en") == shown


@pytest.mark.parametrize(
    "text", ["Really!", "Really", "Really.", "Hello?", "OK?", "See you tomorrow?", "Why!", "Done?"]
)
def test_a_question_is_not_the_statement(text: str) -> None:
    assert phrasebook.translate(text, "en", "ja") is None
    assert phrasebook.translate(text, "en", "zh-CN") is None


def test_an_unknown_phrase_or_language_has_no_translation() -> None:
    assert phrasebook.translate("the quick brown fox", "en", "ja") is None
    assert phrasebook.translate("Hello", "en", "tlh") is None
    assert phrasebook.translate("Hello", "tlh", "en") is None
    assert phrasebook.translate("🎉", "en", "ja") is None


# --- sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text,source,target,shown",
    [
        ("Hello! How are you?", "en", "th", "สวัสดี! สบายดีไหม"),
        ("Hello! How are you?", "en", "ja", "こんにちは！お元気ですか？"),
        ("Please wait a moment. I will check.", "en", "zh-CN", "请稍等。我会确认一下。"),
        ("OK, thanks!", "en", "id", "Oke, terima kasih!"),
        ("好的，谢谢！", "zh-CN", "en", "OK, thank you!"),
        ("สวัสดี สบายดีไหม", "th", "en", "Hello. How are you?"),
        ("รับทราบค่ะ ขอบคุณมากค่ะ", "th", "ja", "承知しました。どうもありがとうございます"),
        ("了解です。すぐに確認いたします。", "ja", "id", "Oke, mengerti. Saya akan segera memeriksanya."),
        ("Thank you! 🎉 See you tomorrow", "en", "ja", "ありがとうございます！ 🎉 また明日"),
        ("Thank you 🙏!", "en", "th", "ขอบคุณ 🙏!"),
        ("Sorry, I'm late :)", "en", "zh-CN", "抱歉，我迟到了 :)"),
        (
            "Please check the logs: https://e.com/7 Thanks!",
            "en",
            "id",
            "Tolong cek log-nya: https://e.com/7 Terima kasih!",
        ),
        ("Here is the link: https://e.com/a", "en", "ja", "こちらがリンクです：https://e.com/a"),
        ("Here is the link: https://e.com/a", "en", "th", "นี่คือลิงก์: https://e.com/a"),
        ("Yes, we should postpone the launch", "en", "ja", None),
        ("Thank you for nothing", "en", "ja", None),
        ("Hello! We should postpone the launch.", "en", "ja", None),
        ("Thank you for 5 kg", "en", "ja", None),
    ],
)
def test_a_text_is_looked_up_sentence_by_sentence(text: str, source: str, target: str, shown: str | None) -> None:
    assert phrasebook.translate(text, source, target) == shown


@pytest.mark.parametrize("source,target", itertools.permutations(CODES, 2))
def test_sentences_are_joined_in_every_language(source: str, target: str) -> None:
    first, second = (next(row for row in ROWS if row["en"] == en) for en in ("Good morning", "I have a question."))
    joined = {"th": "{} {}", "ja": "{}。{}", "zh-CN": "{}。{}"}
    text = joined.get(source, "{}. {}").format(first[source], second[source])
    assert phrasebook.translate(text, source, target) == joined.get(target, "{}. {}").format(
        first[target], second[target]
    )


# --- names and mentions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text,source,shown",
    [
        ("@Budi Thank you very much", "en", {"th": "@Budi ขอบคุณมาก", "ja": "@Budi どうもありがとうございます"}),
        ("@[Emma](user:5), good morning!", "en", {"ja": "@[Emma](user:5)、おはようございます！"}),
        ("@Emma Selamat pagi", "id", {"en": "@Emma Good morning", "th": "@Emma สวัสดีตอนเช้า"}),
        ("@Budiさん、こんにちは。", "ja", {"zh-CN": "@Budi 你好。"}),
        (
            "See you tomorrow @Budi @Mali!",
            "en",
            {"ja": "@Budi @Mali また明日！", "id": "Sampai jumpa besok @Budi @Mali!"},
        ),
        ("Hi @Budi, can you help me?", "en", {"zh-CN": "你好 @Budi，您能帮帮我吗？", "th": "สวัสดี @Budi ช่วยหน่อยได้ไหม"}),
        ("你好@Budi，谢谢！", "zh-CN", {"en": "Hello @Budi, thank you!"}),
        ("@channel The server is down.", "en", {"th": "@channel เซิร์ฟเวอร์ล่ม"}),
        (
            "Thank you very much, Budi",
            "en",
            {"id": "Terima kasih banyak, Budi", "ja": "Budiさん、どうもありがとうございます"},
        ),
        (
            "Hi Budi,",
            "en",
            {"th": "สวัสดี คุณ Budi", "id": "Halo Budi,", "zh-CN": "你好，Budi，", "ja": "Budiさん、こんにちは。"},
        ),
        ("おはようございます、田中さん", "ja", {"en": "Good morning, 田中", "zh-CN": "早上好，田中"}),
        ("田中さん、お疲れ様です！", "ja", {"id": "Terima kasih atas kerja kerasnya, 田中!"}),
        ("Selamat pagi Pak Budi!", "id", {"en": "Good morning Mr. Budi!", "zh-CN": "早上好，Budi先生！"}),
        ("Good morning, Mr. Tanaka. How are you?", "en", {"ja": "Tanakaさん、おはようございます。お元気ですか？"}),
        ("王老师，早上好！", "zh-CN", {"ja": "王先生、おはようございます！"}),
        (
            "Good morning everyone",
            "en",
            {"ja": "皆さん、おはようございます", "zh-CN": "大家早上好", "th": "สวัสดีตอนเช้าทุกคน"},
        ),
        ("สวัสดีครับทุกคน", "th", {"zh-CN": "大家好", "en": "Hello everyone"}),
        ("大家明天见", "zh-CN", {"en": "See you tomorrow, everyone", "ja": "皆さん、また明日"}),
    ],
)
def test_whom_a_sentence_speaks_to_is_lifted_out(text: str, source: str, shown: dict[str, str]) -> None:
    assert {target: phrasebook.translate(text, source, target) for target in shown} == shown


@pytest.mark.parametrize(
    "text",
    [
        "Thank you, Actually",
        "Thank You Always",
        "See you tomorrow, Friday",
        "Yes, Docker",
        "Docker, thank you very much indeed",
        "THANK YOU BUDGET",
        "hello budget",
        "I told Budi thank you",
        "Thank you @Budi for nothing",
    ],
)
def test_what_may_be_no_name_is_left_to_an_engine(text: str) -> None:
    assert phrasebook.translate(text, "en", "ja") is None


@pytest.mark.parametrize("text", ["好的，找王先生", "你好，方便吗", "好的，马上"])
def test_chinese_words_are_no_names(text: str) -> None:
    assert phrasebook.translate(text, "zh-CN", "en") is None


# --- lines ------------------------------------------------------------------------------------------------------------


def test_lines_and_lists_keep_their_form() -> None:
    text = "Hi Budi,\n\n- Thank you for your order.\n- It will arrive tomorrow.\n\nThank you"
    assert phrasebook.translate(text, "en", "id") == (
        "Halo Budi,\n\n- Terima kasih atas pesanan Anda.\n- Akan sampai besok.\n\nTerima kasih"
    )


@pytest.mark.parametrize(
    "text,source",
    [
        ("I don't know\nwhere she put the key", "en"),
        ("ไม่ทราบ\nว่าเธอวางกุญแจไว้ที่ไหน", "th"),
        ("わかりません\nでしたので聞きました", "ja"),
        ("Thank you,\nbut we will wait", "en"),
        ("She only said\nthank you very much", "en"),
        ("| No. | Name |\n| --- | --- |\n| OK | Thank you |", "en"),
        ("# Done", "en"),
        ("Welcome\n=======", "en"),
        ("Done:\n- the crane\n- the boat", "en"),
    ],
)
def test_a_part_of_something_longer_is_no_phrase(text: str, source: str) -> None:
    target = "en" if source != "en" else "ja"
    assert phrasebook.phrases_in(parse(text), source, target) == {}


def test_a_line_beside_another_sentence_is_a_phrase() -> None:
    for text in (
        "Thank you.\nthe crane is here",
        "Thank you very much\nThe crane is here",
        "Hello 👋\nthe crane is here",
    ):
        assert len(phrasebook.phrases_in(parse(text), "en", "ja")) == 1, text


def test_a_cell_and_a_line_of_the_same_words_are_both_left() -> None:
    assert phrasebook.phrases_in(parse("No\n\n| No | Name |"), "en", "ja") == {}


# --- cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Hi! " * 2500,
        "Hello, " * 1500,
        "a, " * 3000,
        " " * 10_000 + "x",
        "สวัสดี " * 1500,
        "@a " * 3000,
        "Hi 🎉 " * 2000,
        "好的，" * 3000,
    ],
)
@pytest.mark.parametrize("source", ["en", "th", "zh-CN"])
def test_long_and_hostile_texts_are_read_at_once(text: str, source: str) -> None:
    parsed = parse(text)
    began = time.process_time()
    phrasebook.phrases_in(parsed, source, "ja")
    assert time.process_time() - began < 1.0


def test_every_language_has_words_of_its_own() -> None:
    assert all(len(own) > 100 for code, own in phrasebook.words().items() if not BY_CODE[code].scripts)
