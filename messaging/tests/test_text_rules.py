"""The service and the web client agree on what in a text is more than text.

One table holds both.
"""

import json
from typing import Any

import pytest
from django.conf import settings

from messaging.mentions import marks_in
from translation.protection.protect import parse

TABLE = settings.BASE_DIR / "web" / "tests" / "text_cases.json"
CASES: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_the_same_people_and_the_same_channel_are_called(case: dict[str, Any]) -> None:
    calling = [mark for mark in marks_in(case["text"]) if mark.calls]
    called = [[mark.name, str(mark.user_id)] for mark in calling if mark.user_id is not None]
    assert called == case.get("mentions", [])
    assert any(mark.user_id is None for mark in calling) == case.get("channel", False)


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_the_same_people_are_named_in_quotations(case: dict[str, Any]) -> None:
    named = [mark for mark in marks_in(case["text"]) if not mark.calls and mark.user_id is not None]
    told = [text for kind, text in case["tokens"] if kind == "named"]
    assert [case["text"][mark.start : mark.end] for mark in named] == told


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_no_engine_sees_what_the_client_shows_as_code_link_or_mention(case: dict[str, Any]) -> None:
    sent = " ".join(unit.words for unit in parse(case["text"]).units)
    for kind, token in case["tokens"]:
        # A link's label is translated; its address is not.
        kept = token.partition("](")[2].rstrip(")") if kind == "link" else token.strip("`\n")
        assert kept not in sent


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_links_end_for_the_engine_where_they_end_for_the_client(case: dict[str, Any]) -> None:
    links = [text for kind, text in case["tokens"] if kind == "url"]
    assert [piece.text for piece in parse(case["text"]).pieces if piece.kind == "url" and piece.text in links] == links
