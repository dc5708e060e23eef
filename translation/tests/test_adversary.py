"""Whatever an engine answers over its socket.

What is stored and shown has the source's pieces, or nothing is.
"""

import re

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rosetta.devtools.pretending import pretended
from rosetta.ids import new_ulid
from translation.models import EngineState, MemoryEntry
from translation.protection.marks import STORED
from translation.protection.protect import parse
from translation.service import Job, translate_batch
from translation.tests import servers
from translation.tests.misdeeds import LOOSE, MISDEEDS, texts

pytestmark = pytest.mark.django_db

# What the author wrote for the service itself: no mark of ours in the memory may be more or fewer than the source's.
KIND = re.compile("\ue000[a-z]+\ue001")
# How a whole answer may be wrong, beside each of its texts.
WHOLE = {
    "as it is": lambda answers: answers,
    "one too few": lambda answers: answers[:-1],
    "one too many": lambda answers: [*answers, "more"],
    "reversed": lambda answers: answers[::-1],
    "nothing": lambda answers: [],
    "no list": lambda answers: "an essay about it",
}


def engine(names: list[str], whole: list[str], pick: int):
    """A LibreTranslate that misbehaves in another way with each call."""
    turns = iter(range(10**6))

    def handle(request: servers.Request) -> servers.Reply:
        turn = next(turns)
        misdeed = MISDEEDS[names[turn % len(names)]]
        answers = [misdeed(pretended(text, "ja"), pick + place) for place, text in enumerate(request.body["q"])]
        return servers.Reply(body={"translatedText": WHOLE[whole[turn % len(whole)]](answers)})

    return handle


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(texts, min_size=1, max_size=3),
    names=st.lists(st.sampled_from(sorted(set(MISDEEDS) - {"surrogate"})), min_size=1, max_size=4),
    whole=st.lists(st.sampled_from(["as it is", "as it is", "as it is", *WHOLE]), min_size=1, max_size=3),
    pick=st.integers(0, 20),
)
def test_what_is_stored_has_the_pieces_of_its_source(
    libre: servers.Service, said: list[str], names: list[str], whole: list[str], pick: int
) -> None:
    scope = new_ulid()
    EngineState.objects.all().delete()
    cache.clear()
    libre.handle = engine(names, whole, pick)
    outcomes = translate_batch([Job(None, scope, text, "en", "ja") for text in said])
    for text, outcome in zip(said, outcomes, strict=True):
        assert outcome.state in ("ready", "failed", "skipped")
        if outcome.state == "ready":
            assert strict_pieces(outcome.text) == strict_pieces(text)
    for entry in MemoryEntry.objects.filter(scope_id=scope):
        numbers = sorted(int(number) for number in STORED.pattern.findall(entry.text))
        assert numbers == list(range(len(KIND.findall(entry.source_text))))
    # The engine works again: nothing that it did before prevents a translation.
    cache.clear()
    EngineState.objects.all().delete()
    libre.handle = servers.libretranslate()
    again = translate_batch([Job(None, scope, text, "en", "ja") for text in said])
    assert {outcome.state for outcome in again} <= {"ready", "skipped"}, (said, again)


def strict_pieces(text: str) -> list[str]:
    return sorted(piece.text for piece in parse(text).pieces if piece.kind not in LOOSE)
