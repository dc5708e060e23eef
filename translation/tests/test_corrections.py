"""Corrections of lines: taken from a corrected text only where its layout is that of the original."""

import pytest

from translation.memory.corrections import corrected_lines
from translation.memory.store import MAX_UNITS
from translation.protection.protect import parse


def lines_of(original: str, corrected: str) -> dict[str, str]:
    return corrected_lines(parse(original), corrected)


def test_each_line_of_a_corrected_text_is_a_translation_of_its_own() -> None:
    assert lines_of("Good day\nBe well", "よい日\n元気で") == {"Good day": "よい日", "Be well": "元気で"}
    assert lines_of("- Good day\n> Be well", "- よい日\n> Be well") == {"Good day": "よい日"}


def test_pieces_of_a_line_become_marks() -> None:
    assert list(lines_of("Ask @[Ann](user:1) now", "今@[Ann](user:1)に聞いて").values()) == ["今\ue0000\ue001に聞いて"]


@pytest.mark.parametrize(
    ("original", "corrected"),
    [
        ("Good day\nBe well", "よい日、元気で"),
        ("Good day", "よい日\n元気で"),
        ("- Good day", "* よい日"),
        ("Good day\n> Be well", "よい日\n> 元気で"),
        ("Good day\n\nBe well", "よい日\n元気で"),
        ("Ask @[Ann](user:1)\nBe well", "聞いて\n元気で"),
        ("Good day\n👍", "よい日\n👎"),
    ],
)
def test_no_line_is_taken_from_a_text_with_another_layout(original: str, corrected: str) -> None:
    assert lines_of(original, corrected) == {}


def test_a_text_of_more_lines_than_the_memory_looks_up_gives_no_lines() -> None:
    assert lines_of("\n".join(["Good day"] * (MAX_UNITS + 1)), "\n".join(["よい日"] * (MAX_UNITS + 1))) == {}
