"""No text takes a parser long.

Neither 8,000 characters made to slow it down, nor ever more than in proportion.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from rosetta.tests.slow_texts import LENGTH, PARSERS, READINGS, filled, milliseconds, texts
from workspaces.models import Channel

# The aim is 20 ms (bench/parsers.py measures it); a busy machine gets three times as much.
MOST_MS = 60.0
# Twice the text takes twice the time; four times as long is 16 times as much where it grows by the square.
GROWTH, MOST_GROWTH = 4, 9.0
# Shorter times say nothing about growth.
LEAST_MS = 2.0


@pytest.mark.parametrize("name", PARSERS)
def test_a_text_takes_little_time_and_a_longer_one_in_proportion(name: str) -> None:
    parser = PARSERS[name]
    parser("what it loads at first")
    slowest = sorted(((milliseconds(parser, text, rounds=1), what, text) for what, text in texts()), reverse=True)[:3]
    for _, what, text in slowest:
        took = milliseconds(parser, text, rounds=3)
        assert took < MOST_MS * READINGS.get(name, 1), f"{name}: {took:.1f} ms for {what}"
        if took > LEAST_MS:
            growth = min(_growth(parser, text) for _ in range(3))
            assert growth < MOST_GROWTH, f"{name}: {growth:.1f} times as long for {GROWTH} times {what}"


def _growth(parser: Callable[[str], Any], text: str) -> float:
    return milliseconds(parser, longer_than(text), rounds=1) / milliseconds(parser, text, rounds=2)


def longer_than(text: str) -> str:
    """The same text ``GROWTH`` times as long, its end at its end."""
    end = text[-8:]
    return text[:-8] * GROWTH + end


@pytest.mark.parametrize("fragment", [" ", "\u00a0", "\u200d", "\t ", "中\u200d", "\u0315\u0316", "\u200b", "."])
def test_a_name_of_a_whole_request_is_read_at_once(fragment: str) -> None:
    """Names are cleaned before they are measured."""
    for end in ("x", "中"):
        text = "中" + filled(fragment, end, 125 * LENGTH)
        assert milliseconds(PARSERS["names"], text, rounds=1) < 20 * MOST_MS


BODY = 900_000
HOSTILE = [
    "a" + " " * BODY + "b",
    "中" + "\u200d" * (BODY // 3) + "中",
    "a" + "\u0315\u0316" * (BODY // 4),
    "." * BODY + "x",
]


def routes(text: str, channel: Channel) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield what takes a text of people's, with ``text`` in its place."""
    account = {"name": text, "email": "new@example.com", "password": "correct horse 9", "device_name": "x"}
    account |= {"password_confirmation": "correct horse 9", "preferred_language": "en"}
    yield "post", "auth/app/register", account
    yield "post", "auth/app/register", {**account, "name": "New", "password": text, "password_confirmation": text}
    yield "post", "auth/app/register", {**account, "name": "New", "email": f"{text}@example.com"}
    yield "post", "auth/app/login", {"email": f"{text}@{text[: BODY // 9]}", "password": "x", "device_name": "x"}
    yield "post", "auth/app/login", {"email": "olivia@example.com", "password": text, "device_name": "x"}
    yield "post", "auth/app/otp/verify", {"email": "olivia@example.com", "code": text, "device_name": "x"}
    yield "put", "me", {"name": text}
    yield "post", "workspaces", {"name": text}
    yield "post", f"workspaces/{channel.workspace_id}/channels", {"name": text}
    yield "post", f"workspaces/{channel.workspace_id}/glossary", {"term": text}
    yield "post", f"workspaces/{channel.workspace_id}/translate", {"text": text, "target": "th"}
    yield "post", f"workspaces/{channel.workspace_id}/channels/{channel.pk}/messages", {"content": text}
    yield "post", "external/rooms", {"name": text}


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE, ids=["blanks", "joiners", "marks", "dots"])
def test_a_body_full_of_it_is_refused_at_once(as_owner: APIClient, channel: Channel, text: str) -> None:
    for method, path, body in routes(text, channel):
        began = time.thread_time()
        answer = getattr(as_owner, method)(f"/api/v1/{path}", body)
        assert time.thread_time() - began < 10, path
        assert answer.status_code in (401, 404, 405, 413, 422, 429), (path, answer.status_code)
