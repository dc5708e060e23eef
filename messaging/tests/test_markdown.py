"""The service and the web client read the same Markdown: one table holds both."""

import json
import time
from typing import Any

import pytest
from django.conf import settings

from messaging.markdown import Element, plain_text, tree_of
from rosetta.tests.processes import skip_on_a_second_backend

TABLE = settings.BASE_DIR / "web" / "tests" / "markdown_cases.json"
CASES: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True, scope="module")
def once() -> None:
    """Nothing here knows of a database."""
    skip_on_a_second_backend()


def shape(node: Element | str) -> Any:
    """Return a node as the table writes it."""
    if isinstance(node, str):
        return node
    return [f"{node.tag}:{node.info}" if node.info else node.tag, *map(shape, node.children)]


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:40] for case in CASES])
def test_the_tables_texts_become_its_trees(case: dict[str, Any]) -> None:
    tree = tree_of(case["text"])
    assert (None if tree is None else [shape(node) for node in tree]) == case["tree"]


@pytest.mark.parametrize("case", [case for case in CASES if "plain" in case], ids=lambda case: case["text"][:40])
def test_the_tables_texts_lose_their_marks(case: dict[str, Any]) -> None:
    assert plain_text(case["text"]) == case["plain"]


@pytest.mark.parametrize("case", [case for case in CASES if case["tree"] is None], ids=lambda case: case["text"][:40])
def test_what_is_shown_as_it_is_written_keeps_its_marks(case: dict[str, Any]) -> None:
    assert plain_text(case["text"]) == case["text"]


BOMBS = {
    "quotations": ">" * 10_000,
    "spaced quotations": "> " * 5000,
    "bullets": "- " * 5000,
    "brackets": "[" * 8000,
    "links": "[a](" * 2000,
    "pictures": "![" * 4000,
    "openings": "*a " * 2700,
    "two kinds of openings": "**a_" * 2000,
    "backticks": "`" * 8000,
    "growing backticks": "a".join("`" * count for count in range(120)),
    "rows": "|a|\n|-|\n" + "|b|\n" * 10_000,
    "columns": "|a" * 1300 + "\n" + "|-" * 1300 + "\n" + "|a\n" * 900,
    "items": "- a\n" * 10_000,
    "nested items": "\n".join("  " * (level % 60) + "- a" for level in range(110)),
    "escapes": "\\*" * 4000,
    "mentions": "@[A](user:1)" * 700,
}


def work(text: str) -> float:
    """Processor seconds to read ``text``.

    The least of two tries, so that no other work counts.
    """
    tries = []
    for _ in range(2):
        started = time.thread_time()
        tree_of(text)
        tries.append(time.thread_time() - started)
    return min(tries)


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_text_takes_more_than_some_ordinary_ones(bomb: str) -> None:
    ordinary = "- **One** of the [things](https://a.example/x) that `people` write, *often*.\n" * 100
    assert work(bomb) < 20 * max(work(ordinary), 0.02)
