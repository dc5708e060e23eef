"""How sure a translation is, by what can be seen of it."""

import pytest

from translation.judging.confidence import LOW, confidence


@pytest.mark.parametrize(
    ("source", "answer", "pair"),
    [
        ("Where is the harbour office?", "港湾事務所はどこですか？", ("en", "ja")),
        ("The delivery leaves the warehouse this afternoon.", "การจัดส่งจะออกจากคลังสินค้าบ่ายนี้", ("en", "th")),
        ("荷物は二つとも届きました", "Both parcels have arrived", ("ja", "en")),
        ("Rapatnya dipindah ke hari Kamis", "会议改到星期四了", ("id", "zh-CN")),
        ("Did Anna call?", "แอนนาโทรมาหรือยัง", ("en", "th")),
        ("OK", "OK", ("en", "th")),
        ("Ask the API team in Tokyo", "東京のAPIチームに聞いてください", ("en", "ja")),
    ],
)
def test_good_answers_are_sure(source: str, answer: str, pair: tuple[str, str]) -> None:
    assert confidence(source, answer, *pair) >= 80


@pytest.mark.parametrize(
    ("source", "answer", "pair"),
    [
        ("The old crane in the harbour must not be used before the inspector has been there", "クレーン", ("en", "ja")),
        ("Please bring the invoice and the receipts tomorrow", "明日invoiceとreceiptsをplease持って", ("en", "ja")),
        ("荷物は二つとも届きましたか", "The 荷物 has 届きました", ("ja", "en")),
    ],
)
def test_doubtful_answers_are_not(source: str, answer: str, pair: tuple[str, str]) -> None:
    assert confidence(source, answer, *pair) <= 60


def test_refusals_before_it_and_an_unsure_engine_make_an_answer_doubtful() -> None:
    source, answer = "The harbour opens at nine", "港は九時に開きます"
    assert confidence(source, answer, "en", "ja", refusals=2) < confidence(source, answer, "en", "ja") - 20
    assert confidence(source, answer, "en", "ja", own=0.1) < LOW <= confidence(source, answer, "en", "ja", own=0.9)
