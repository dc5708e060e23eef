"""Splitting texts into words and pieces.

Quick for every text, and the same as the grammar alone would split them.
"""

import random
import re
import time

import pytest

from translation.protection.patterns import KINDS, grammar
from translation.protection.pieces import tokens
from translation.protection.protect import _parsed, _tokens, parse

FRAGMENTS = [
    "a",
    "X",
    "xz1q",
    "9",
    "0\ufe0f\u20e3",
    "\u0661",
    "工",
    "例え.jp",
    "ก",
    "กิ",
    "e\u0301",
    "😀",
    "©",
    "ℹ",
    "ｘ",
    "＜",
    "【1】",
    " ",
    "\n",
    ".",
    ",",
    "(",
    ")",
    "[",
    "]",
    "](",
    "{",
    "}",
    "<",
    ">",
    "<!--",
    "-->",
    "@",
    "@[",
    "#",
    "$",
    "%",
    "%s",
    "&",
    "&amp;",
    "*",
    "**",
    "_",
    "__",
    "~~",
    "`",
    "```",
    "\\",
    "/",
    ":",
    ":)",
    ";",
    "=",
    "=)",
    "^_^",
    "<3",
    "xD",
    "T_T",
    "!",
    "?",
    "'",
    '"',
    "|",
    "-",
    "+",
    "1.5",
    "10:30",
    "2020-01-02",
    "12 34 56",
    "+62",
    "(12) 34",
    "$5",
    "5 kg",
    "US$",
    "RM",
    "v1.2",
    "me@x.io",
    "www.a",
    "http://a",
    "x.com",
    "\ue000",
]
SLOWEST = [
    "<!--",
    "@[",
    "@[a](",
    "![",
    "[",
    "](",
    "(",
    "😀",
    "^_^",
    "> a\n",
    "|",
    "*a ",
    "_a ",
    "\ue000",
    "10:00",
    "2020-01-01",
    "12 34 ",
    "a@",
    "a.",
    "a-",
    "http://",
    ":a",
    "{",
    "%(",
    "`",
    "$$",
    "&#1",
    "1,000",
    "a",
    "工",
    "<",
    "</a",
    "'",
    "=",
]


# All kinds at every position: what the grammar finds in less time.
PLAIN = re.compile("|".join(f"(?P<k{number}>{pattern})" for number, (_, _, pattern) in enumerate(KINDS)))


@pytest.mark.parametrize("seed", range(4))
def test_the_grammar_finds_what_its_kinds_match(seed: int) -> None:
    chance = random.Random(seed)
    pattern, kind_of_group = grammar()
    for _ in range(500):
        text = "".join(chance.choices(FRAGMENTS, k=12))
        position = 0
        while expected := PLAIN.search(text, position):
            match = pattern.search(text, position)
            assert match and match.span() == expected.span(), text
            assert kind_of_group[match.lastgroup] == KINDS[int(expected.lastgroup[1:])][0], text
            position = expected.end()
        assert pattern.search(text, position) is None, text


@pytest.mark.parametrize("text", ["see <!-- a <b> c --> there", "<!-- <!-- x -->", "no <!-- end"])
def test_joined_tokens_are_the_text(text: str) -> None:
    assert "".join(token if isinstance(token, str) else token.text for token in tokens(text)) == text


def test_a_comment_is_one_piece() -> None:
    assert [piece.text for piece in parse("see <!-- a <b> c --> there").pieces] == ["<!-- a <b> c -->"]


@pytest.mark.parametrize("unit", SLOWEST)
def test_twice_the_text_takes_about_twice_the_time(unit: str) -> None:
    def seconds(length: int) -> float:
        text, best = (unit * length)[:length], float("inf")
        for _ in range(4):
            _tokens.cache_clear()
            _parsed.cache_clear()
            started = time.process_time()
            parse(text)
            best = min(best, time.process_time() - started)
        return best

    assert seconds(8000) < 6 * seconds(2000) + 0.005
