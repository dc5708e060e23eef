"""Terms in texts: the longest one at each place, as words of their own, and in time that grows with the text alone."""

import random
import re
import time

import pytest

from translation.glossary.matching import Term, TermMatcher


def found(terms: list[str], text: str) -> list[str]:
    return [text[match.start : match.end] for match in TermMatcher(Term(term, term) for term in terms).find(text)]


@pytest.mark.parametrize(
    ("terms", "text", "expected"),
    [
        (["ticket"], "Ticket, tickets and ticket_id, ticketing", ["Ticket", "tickets"]),
        (["blue", "blue whale", "whale"], "a blue whale, blue sky", ["blue whale", "blue"]),
        (["工单", "工单号"], "新工单号和工单", ["工单号", "工单"]),
        (["C++"], "C++11 is C++, not XC++", ["C++", "C++"]),
        (["東京A"], "東京Aへ、東京ABへ", ["東京A"]),
        (["straße"], "STRASSE straße Straße", ["straße", "Straße"]),
        (["çay"], "çay, Çay, açay", ["çay", "Çay"]),
        (["b"], "İb b", ["b"]),
        (["a", "a"], "", []),
        ([], "anything", []),
    ],
)
def test_terms_are_found_as_words_longest_first(terms: list[str], text: str, expected: list[str]) -> None:
    assert found(terms, text) == expected


def test_a_case_sensitive_term_is_found_as_written() -> None:
    matcher = TermMatcher([Term("IT", "資訊", case_sensitive=True)])
    assert [match.start for match in matcher.find("it is IT")] == [6]


def test_positions_are_those_of_the_text_itself() -> None:
    text = "«É» ticket—B2B, 工单x ticket"
    matcher = TermMatcher([Term("ticket", "x"), Term("工单", "y"), Term("b2b", "z")])
    assert [text[match.start : match.end].casefold() for match in matcher.find(text)] == [
        match.term.text for match in matcher.find(text)
    ]


def test_matches_equal_those_of_a_regular_expression_of_all_terms() -> None:
    """What a regular expression of all terms finds, which is too slow to be used, for many small random cases."""
    letter = "[A-Za-z0-9_\u00c0-\u024f]"
    chance = random.Random(7)
    for _ in range(300):
        terms = ["".join(chance.choices("ab+工", k=chance.randint(1, 4))) for _ in range(4)]
        text = "".join(chance.choices("ab+工 ", k=30))
        parts = []
        for term in sorted(set(terms), key=len, reverse=True):
            before = f"(?<!{letter})" if re.match(letter, term) else ""
            after = f"(?!{letter})" if re.match(letter, term[-1]) else ""
            parts.append(before + re.escape(term) + after)
        assert found(terms, text) == re.findall("|".join(parts), text), (terms, text)


def test_thousands_of_terms_take_milliseconds() -> None:
    chance = random.Random(1)
    terms = ["".join(chance.choices("abcdefgh", k=20)) for _ in range(4750)]
    matcher = TermMatcher(Term(term, term) for term in terms)
    text = " ".join(terms)[:8000]
    matcher_seconds = min(_seconds(lambda: list(matcher.find(text))) for _ in range(5))
    assert matcher_seconds < 0.02


def test_terms_inside_one_another_take_milliseconds() -> None:
    matcher = TermMatcher(Term("あ" * length + "い", "x") for length in range(1, 200))
    assert min(_seconds(lambda: list(matcher.find("あ" * 8000))) for _ in range(5)) < 0.02


def _seconds(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("東京", "東京都の会議"),
        ("京都", "東京都"),
        ("会議", "第一会議室で"),
        ("アプリ", "アプリケーション"),
        ("サーバ", "サーバーを再起動"),
        ("北京", "北京市政府"),
        ("学生", "留学生会館"),
        ("ทีม", "ทีมงาน"),
        ("น้ำ", "น้ำแข็ง"),
        ("ก", "กิน"),
        ("โรง", "โรงเรียน"),
        ("手机", "手机号码"),
    ],
)
def test_a_term_is_not_found_inside_a_longer_word_unless_it_says_so(term: str, text: str) -> None:
    assert found([term], text) == []
    if term != "ก":
        inside = TermMatcher([Term(term, term, inside_words=True)])
        assert [text[match.start : match.end] for match in inside.find(text)] == [term]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("東京", "明日東京に行く"),
        ("東京", "東京の会議"),
        ("会議", "会議を始める"),
        ("アプリ", "アプリを開く"),
        ("北京", "我在北京开会"),
        ("工单", "新工单和"),
        ("ทีม", "ทีมของเรา"),
        ("น้ำ", "ดื่มน้ำหน่อย"),
        ("東京", "Tokyo東京Tokyo"),
        ("手机", "我的手机坏了"),
        ("本", "本。"),
    ],
)
def test_a_term_is_found_as_a_word_of_its_own(term: str, text: str) -> None:
    assert found([term], text) == [term]


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("ticket", "close the tickets", "tickets"),
        ("company", "two companies", "companies"),
        ("box", "red boxes", "boxes"),
        ("branch", "Branches", "Branches"),
        ("class", "classes", "classes"),
        ("day", "days", "days"),
        ("Blue Whale", "blue whales", "blue whales"),
        ("Blue Whale", "a Blue  Whale", "Blue  Whale"),
        ("Blue Whale", "a Ｂｌｕｅ　Ｗｈａｌｅ", "Ｂｌｕｅ　Ｗｈａｌｅ"),
        ("Blue Whale", "a Blue\u00a0Whale", "Blue\u00a0Whale"),
        ("Blue Whale", "a Blue\u202f\t Whale x", "Blue\u202f\t Whale"),
        ("API", "ＡＰＩ", "ＡＰＩ"),
    ],
)
def test_a_term_is_found_in_the_plural_with_any_blanks_and_in_full_width(term: str, text: str, expected: str) -> None:
    assert found([term], text) == [expected]


def test_a_plural_that_is_a_term_itself_has_its_own_rendering() -> None:
    matcher = TermMatcher([Term("ticket", "one"), Term("tickets", "many")])
    assert [match.term.rendering for match in matcher.find("a ticket, two tickets")] == ["one", "many"]


def test_a_case_sensitive_term_is_found_in_the_plural_with_its_capitals_alone() -> None:
    matcher = TermMatcher([Term("Pod", "x", case_sensitive=True)])
    assert [match.start for match in matcher.find("pods Pods Pod pod")] == [5, 10]
