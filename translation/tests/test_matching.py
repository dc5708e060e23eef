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
        (["ticket"], "Ticket, tickets and ticket_id", ["Ticket"]),
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
