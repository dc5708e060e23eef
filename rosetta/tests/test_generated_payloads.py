"""No payload breaks what reads incoming webhooks.

Whatever is wrong in it, and wherever.
"""

import copy
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as generation
from hypothesis import strategies as st

from messaging.api import schemas
from messaging.incoming import registry
from messaging.models import MAX_CONTENT
from rosetta.errors import Invalid
from rosetta.tests.hostile_texts import TEXTS

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
REAL = {
    "slack": schemas.SLACK,
    "github": schemas.GITHUB_ISSUE,
    "gitlab": schemas.GITLAB_PIPELINE,
    "alertmanager": schemas.ALERTS,
    "grafana": schemas.GRAFANA,
    "sentry": schemas.SENTRY,
    "uptime_kuma": schemas.UPTIME_KUMA,
}
EVENTS = (
    "push",
    "issues",
    "pull_request",
    "ping",
    "workflow_run",
    "release",
    "Note Hook",
    "event_alert",
    "",
    "\n",
    "é" * 300,
)
Path = tuple[str | int, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the way to each value inside ``value``."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths(inner, (*path, key))


def replaced(payload: Any, path: Path, value: Any) -> Any:
    """Return a copy of ``payload`` with ``value`` at ``path``."""
    changed = copy.deepcopy(payload)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


KEYS = sorted({key for payload in REAL.values() for path in paths(payload) for key in path if isinstance(key, str)})
LEAF = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(TEXTS), st.text(max_size=20))
JUNK = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=12,
)


def read(payload: dict[str, Any], name: str | None, event: str) -> None:
    """Read ``payload`` as each sender's; what becomes of it is a post, or nothing."""
    headers = {"X-GitHub-Event": event, "X-Gitlab-Event": event, "Sentry-Hook-Resource": event} if event else {}
    for header in ({}, *({key: value} for key, value in headers.items())):
        with suppress(Invalid):
            post = registry.read(payload, header, name)
            if post is not None and name in REAL and name != "slack":
                assert 0 < len(post["content"]) <= MAX_CONTENT


def fuzzed(*strategies: Any) -> Any:
    how = generation(
        max_examples=EXAMPLES,
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: how(given(*strategies)(test))


@pytest.mark.parametrize("name", REAL)
def test_no_value_in_the_place_of_another_breaks_a_reader(name: str) -> None:
    payload: Any = REAL[name]
    ways = list(paths(payload))

    @fuzzed(st.sampled_from(ways), JUNK, st.sampled_from(EVENTS), st.booleans())
    def call(path: Path, junk: Any, event: str, is_named: bool) -> None:
        read(replaced(payload, path, junk), name if is_named else None, event)

    call()


@pytest.mark.parametrize("name", [*REAL, None])
def test_no_generated_payload_breaks_a_reader(name: str | None) -> None:
    @fuzzed(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), JUNK, max_size=6), st.sampled_from(EVENTS))
    def call(payload: dict[str, Any], event: str) -> None:
        read(payload, name, event)

    call()


def test_no_text_of_the_corpus_breaks_a_reader() -> None:
    for name, payload in REAL.items():
        texts = [path for path in paths(payload) if isinstance(leaf(payload, path), str)]
        for number, text in enumerate(TEXTS):
            read(replaced(payload, texts[number % len(texts)], text), name, "")


def leaf(payload: Any, path: Path) -> Any:
    for key in path:
        payload = payload[key]
    return payload
