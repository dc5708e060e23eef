"""The structure of Markdown survives translation.

Cells, items and paragraphs are translated one by one, and pairs stay pairs.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from messaging.markdown import Element, tree_of
from rosetta.tests.processes import skip_on_a_second_backend
from translation.engines.marked_calls import translate_units
from translation.protection.protect import STYLES, ProtectionError, parse


@pytest.fixture(autouse=True, scope="module")
def once() -> None:
    """Nothing here knows of a database."""
    skip_on_a_second_backend()


TEXTS = [
    "**Bold** and *slanted* and ~~gone~~ and _under_ words",
    "# Title words\n\nFirst **paragraph** here\nits second line\n\nanother paragraph",
    "- first item\n- second **bold** item\n  - nested item with [a link](https://a.example/x)\n    1. deeper item",
    "- [ ] open task\n- [x] done task",
    "1. first step\n2. run `make test` now\n3. third *slanted* step",
    "> somebody wrote this\n\nmy **answer** to it",
    "| part name | its state |\n|:---|---:|\n| core part | **ready** now |\n| other part | see [this page](https://a.example) |",
    "part name | its state\n--- | ---\ncore part | **ready** now\nother \\| part | `x` state\n\nafter the table",
    "***both of them*** and **some *inner* words**",
    "Ask **@[Bob Baker](user:1)** about **the release**, please",
    "```python\nx = 1  # words here\n```\nwords after **the code**",
    "[**bold label** here](https://a.example/m) and [another](https://a.example/n)",
    "### これは**「重要」**です\n- *会議*は明日\n- ~~月曜~~火曜",
    "กรุณา**อ่าน**ก่อน\n\n1. เตรียม*เอกสาร*\n2. ส่ง",
]


def tags(node: Element | str) -> Any:
    """Return a tree without its words."""
    return (
        [node.tag, node.info, *(tags(child) for child in node.children if isinstance(child, Element))]
        if isinstance(node, Element)
        else None
    )


def structure(text: str) -> list[Any]:
    return [tags(node) for node in tree_of(text) or []]


def in_capitals(text: str) -> str:
    return re.sub(r"[^\W\d_]+(?!\w*\])", lambda match: match[0].upper() + "X", text)


def in_chinese(text: str) -> str:
    """Without blanks, as engines write Chinese and Japanese."""
    return re.sub(r"\s+", "", re.sub(r"[^\W\d_]+", "字", text))


def translated(text: str, engine: Callable[[str], str]) -> str:
    parsed = parse(text)
    done, errors = translate_units(parsed.units, lambda asked: [engine(words) for words in asked])
    assert not errors
    return parsed.render(done)


@pytest.mark.parametrize("engine", [in_capitals, in_chinese])
@pytest.mark.parametrize("text", TEXTS, ids=[text[:30] for text in TEXTS])
def test_a_translation_has_the_structure_of_its_original(text: str, engine: Callable[[str], str]) -> None:
    assert structure(translated(text, engine)) == structure(text)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("one cell | two cells\n--|--\nthree | four\n", ["one cell", "two cells", "three", "four"]),
        (
            "| one cell | two |\n|:-:|-|\n| three \\| four | `a|b` five |",
            ["one cell", "two", "three [0] four", "[0] five"],
        ),
        ("- one\n  - two\n- [ ] three", ["one", "two", "three"]),
        ("one\n\ntwo\nthree", ["one", "two", "three"]),
        ("this | is no | table\nat all", ["this | is no | table", "at all"]),
        ("head | line\n\n--|--", ["head | line"]),
    ],
)
def test_cells_items_and_lines_are_translated_one_by_one(text: str, units: Sequence[str]) -> None:
    assert [unit.masked(STYLES[0]) for unit in parse(text).units] == units


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a **b** c", "x [0][1] y z"),
        ("a **b** c", "x [0] [1] y z"),
        ("a **b *c* d** e", "x [0]y [1]z[3] w[2] v"),
        ("**a** and *b*", "[0]x [2]and[1] y[3]"),
        ("**a** and **b**", "[0]x [2]and[1] y[3]"),
        ("see [the *page*](https://a.example)", "[0]x[1] y[3] z[2]"),
        ("plain words", "- plain words"),
        ("plain words", "# Plain words"),
        ("plain words", "1. plain words"),
        ("plain words", "> plain words"),
        ("plain words", "**plain** words"),
        ("plain words", "~~plain~~ words"),
        ("plain words", "plain | words"),
        ("a **b** c", "- x [0]y[1] z"),
    ],
)
def test_an_answer_that_breaks_pairs_or_adds_structure_is_refused(text: str, answer: str) -> None:
    with pytest.raises(ProtectionError):
        parse(text).units[0].read(answer, STYLES[0])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a **b** c", "z x [0]y[1]"),
        ("a **b** c", "[1]y[0] x"),
        ("**a** and *b*", "[2]b[3] und [0]a[1]"),
        ("a **b *c* d** e", "[0]d [1]c[2] b[3] a"),
        ("**@[Bob](user:1)** is here", "[0][1][2]x"),
        ("3 * 4 * 5 words", "Worte 3 * 4 * 5"),
        ("use a|b words", "Worte a|b"),
        ("an * alone", "ein * allein"),
        ("No. 1 is out", "1. ist raus"),
        ("**not closed", "nicht [0]zu"),
    ],
)
def test_an_answer_with_its_pairs_is_taken(text: str, answer: str) -> None:
    assert parse(text).units[0].read(answer, STYLES[0])
