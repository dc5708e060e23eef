"""The service and the web client agree on what in a text is more than text: one table holds both."""

import json
from typing import Any

import pytest
from django.conf import settings

from translation.protection.patterns import CHANNEL_MENTION, USER_MENTION
from translation.protection.protect import parse

TABLE = settings.BASE_DIR / "web" / "tests" / "text_cases.json"
CASES: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_the_same_people_are_mentioned(case: dict[str, Any]) -> None:
    assert [[match["name"], match["id"]] for match in USER_MENTION.finditer(case["text"])] == case.get("mentions", [])


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_the_same_texts_call_the_channel(case: dict[str, Any]) -> None:
    # In code nobody is called by the client's eye; the service looks at the whole text.
    if not any(kind in ("code", "fence") for kind, _ in case["tokens"]):
        assert bool(CHANNEL_MENTION.search(case["text"])) == case.get("channel", False)


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_no_engine_sees_what_the_client_shows_as_code_link_or_mention(case: dict[str, Any]) -> None:
    sent = " ".join(unit.words for unit in parse(case["text"]).units)
    for kind, token in case["tokens"]:
        # A link's label is translated; its address is not.
        kept = token.partition("](")[2].rstrip(")") if kind == "link" else token.strip("`\n")
        assert kept not in sent


@pytest.mark.parametrize("case", [case for case in CASES if case.get("emphasis")], ids=lambda case: case["text"])
def test_no_engine_sees_the_marks_of_emphasis(case: dict[str, Any]) -> None:
    sent = " ".join(unit.words for unit in parse(case["text"]).units)
    assert "*" not in sent
    assert "~" not in sent
    assert all(text in sent for _, text in case["emphasis"])
