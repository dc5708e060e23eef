"""A text that an engine cannot do fails alone.

Others are translated, here and elsewhere, and only it waits longer each time.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest

from rosetta.ids import new_ulid
from translation.models import EngineState, MemoryEntry
from translation.service import Job, JobResult, translate_batch
from translation.tests import servers

pytestmark = pytest.mark.django_db

CULPRIT = "the red crate"
Handler = Callable[[servers.Request], servers.Reply]
# What an engine does with every call that has the text, by name.
FAULTS: dict[str, Callable[[servers.Request], servers.Reply]] = {
    "500": servers.always(500, {"error": "CUDA error"}),
    "502": servers.always(502, raw=b"<html>Bad gateway</html>"),
    "null": lambda request: servers.Reply(body={"translatedText": [None] * len(request.body["q"])}),
    "null for all": servers.always(200, {"translatedText": None}),
    "too few": lambda request: servers.Reply(body={"translatedText": ["一つ"] * (len(request.body["q"]) - 1)}),
    "too many": lambda request: servers.Reply(body={"translatedText": ["一つ"] * (len(request.body["q"]) + 1)}),
    "broken JSON": servers.always(200, raw=b'{"translatedText": ["'),
    "no JSON": servers.always(200, raw=b"Internal error"),
    "numbers": lambda request: servers.Reply(body={"translatedText": list(range(len(request.body["q"])))}),
    "400": servers.always(400, {"error": "cannot translate this"}),
    "hangs": servers.always(200, {}, wait=60),
}  # fmt: skip


def failing(fault: Handler, well: Handler | None = None, culprit: str = CULPRIT) -> Handler:
    """An engine that cannot do ``culprit``, nor any call that has it."""
    well = well or servers.libretranslate()

    def handle(request: servers.Request) -> servers.Reply:
        if any(culprit in text for text in request.body["q"]):
            return fault(request)
        return well(request)

    return handle


def jobs(*texts: str, scope: str) -> list[Job]:
    return [Job(text, scope, text, "en", "ja") for text in texts]


def states(results: list[JobResult]) -> dict[str, str]:
    return {result.job.text: result.state for result in results}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("place", "size"), [(0, 2), (4, 9), (31, 32)])
def test_the_others_of_its_call_are_translated_within_seconds(
    scope: str, libre: servers.Service, fault: str, place: int, size: int
) -> None:
    texts = [f"Crate number {'x' * n} is here" for n in range(size)]
    texts[place] = f"Where is {CULPRIT}?"
    libre.handle = failing(FAULTS[fault])
    began = time.monotonic()
    results = translate_batch(jobs(*texts, scope=scope))
    assert time.monotonic() - began < 10, "five, on a machine that has nothing else to do"
    assert states(results) == {text: "failed" if CULPRIT in text else "ready" for text in texts}
    assert not MemoryEntry.objects.filter(source_text__contains=CULPRIT).exists()
    state = EngineState.objects.filter(engine="libretranslate").first()
    assert state is None or (state.status, state.failures) == ("closed", 0), "the engine is not at fault"


def test_several_texts_at_fault_leave_the_rest(scope: str, libre: servers.Service) -> None:
    texts = [f"Crate number {'x' * n} is here" for n in range(16)]
    for place in (1, 7, 15):
        texts[place] = f"{CULPRIT} number {'y' * place}"
    libre.handle = failing(FAULTS["500"])
    assert states(translate_batch(jobs(*texts, scope=scope))) == {
        text: "failed" if CULPRIT in text else "ready" for text in texts
    }


def test_a_text_at_fault_is_not_sent_with_others_again(scope: str, libre: servers.Service, time_machine: Any) -> None:
    time_machine.move_to("2026-05-11T05:00:00Z", tick=False)
    libre.handle = failing(FAULTS["500"])
    culprit = f"Where is {CULPRIT}?"
    translate_batch(jobs(culprit, "The blue crate", scope=scope))
    libre.requests.clear()
    time_machine.move_to("2026-05-11T05:02:00Z", tick=False)
    results = translate_batch(jobs(culprit, "The green crate", "The white crate", scope=scope))
    assert states(results) == {culprit: "failed", "The green crate": "ready", "The white crate": "ready"}
    assert [request.body["q"] for request in libre.requests] == [["The green crate", "The white crate"], [culprit]]


def test_it_waits_longer_after_each_failure_and_is_not_asked_for_before(
    scope: str, libre: servers.Service, time_machine: Any
) -> None:
    time_machine.move_to("2026-05-11T05:00:00Z", tick=False)
    libre.handle = failing(FAULTS["500"])
    waits = []
    for _ in range(4):
        (result,) = translate_batch(jobs(CULPRIT, scope=scope))
        assert result.retry_after is not None
        waits.append(round(result.retry_after))
        asked = len(libre.requests)
        (early,) = translate_batch(jobs(CULPRIT, scope=scope))
        assert (early.state, early.reason, len(libre.requests)) == ("failed", "engine_passing", asked)
        time_machine.shift(result.retry_after + 0.1)
    assert waits == [30, 60, 120, 240]
    assert not EngineState.objects.filter(failures__gt=0).exists()
    libre.handle = servers.libretranslate()
    assert translate_batch(jobs(CULPRIT, scope=scope))[0].state == "ready"
    assert translate_batch(jobs(CULPRIT, scope=new_ulid()))[0].state == "ready", "its failures are forgotten"


def test_other_workspaces_are_served_meanwhile(scope: str, libre: servers.Service) -> None:
    libre.handle = failing(FAULTS["500"])
    for number in range(6):
        translate_batch(jobs(f"{CULPRIT} number {'y' * number}", scope=scope))
    (result,) = translate_batch(jobs("The blue crate", scope=new_ulid()))
    assert result.state == "ready"


def test_the_same_text_of_another_workspace_waits_alone_too(scope: str, libre: servers.Service) -> None:
    libre.handle = failing(FAULTS["500"])
    translate_batch(jobs(CULPRIT, scope=scope))
    libre.requests.clear()
    results = translate_batch([*jobs(CULPRIT, scope=new_ulid()), *jobs("The blue crate", scope=new_ulid())])
    assert [result.state for result in results] == ["failed", "ready"]
    assert [request.body["q"] for request in libre.requests] == [["The blue crate"]]


def test_an_engine_that_is_away_is_told_from_a_text_at_fault_by_two_calls(scope: str, libre: servers.Service) -> None:
    libre.handle = servers.always(500)
    texts = [f"Crate number {'x' * n} is here" for n in range(32)]
    results = translate_batch(jobs(*texts, scope=scope))
    assert {(result.state, result.reason) for result in results} == {("failed", "engine_passing")}
    assert len(libre.requests) == 2
    assert EngineState.objects.get().failures == 1
    libre.handle = servers.libretranslate()
    assert set(states(translate_batch(jobs(*texts, scope=scope))).values()) == {"ready"}, "no text was blamed"


def test_the_trial_call_has_no_text_that_failed_before(scope: str, libre: servers.Service, time_machine: Any) -> None:
    time_machine.move_to("2026-05-11T05:00:00Z", tick=False)
    libre.handle = servers.always(500)
    for number in range(3):
        translate_batch(jobs(f"Crate number {'x' * number} is here", scope=scope))
    assert EngineState.objects.get().status == "open"
    libre.requests.clear()
    libre.handle = failing(FAULTS["500"])
    time_machine.move_to("2026-05-11T05:05:00Z", tick=False)
    results = translate_batch(jobs(CULPRIT, "The blue crate", scope=scope))
    assert [result.state for result in results] == ["failed", "ready"]
    assert len(libre.requests[0].body["q"]) == 1
    assert CULPRIT not in libre.requests[0].body["q"][0]
    assert EngineState.objects.get().status == "closed"


def test_the_next_engine_gets_what_the_first_cannot_do(scope: str, libre: servers.Service, settings: Any) -> None:
    def fails(request: servers.Request) -> servers.Reply:
        return servers.Reply(500) if any(CULPRIT in text for text in request.body["text"]) else servers.deepl(request)

    with servers.serve(fails) as first:
        settings.TRANSLATION_ENGINES = ("deepl", "libretranslate")
        settings.DEEPL_API_KEY, settings.DEEPL_URL = "secret", first.url
        results = translate_batch(jobs("The blue crate", CULPRIT, "The green crate", scope=scope))
    assert [(result.state, result.engine) for result in results] == [
        ("ready", "deepl"),
        ("ready", "libretranslate"),
        ("ready", "deepl"),
    ]


@pytest.mark.parametrize("answer", ["", " ", "…", None, 7])
def test_a_refused_answer_is_asked_for_again_every_half_minute_then_further_apart(
    scope: str, libre: servers.Service, time_machine: Any, answer: object
) -> None:
    time_machine.move_to("2026-05-11T05:00:00Z", tick=False)
    libre.handle = failing(lambda request: servers.Reply(body={"translatedText": [answer] * len(request.body["q"])}))
    waits = []
    for _ in range(5):
        (result,) = translate_batch(jobs(CULPRIT, scope=scope))
        assert result.state == "failed"
        assert result.retry_after is not None
        waits.append(round(result.retry_after))
        time_machine.shift(result.retry_after + 0.1)
    if isinstance(answer, str):
        assert waits == [30, 30, 30, 60, 120]
    libre.handle = servers.libretranslate()
    assert translate_batch(jobs(CULPRIT, scope=scope))[0].state == "ready", "the engine is well again"


def test_an_engine_that_is_slower_than_expected_is_not_taken_for_one_that_hangs(
    scope: str, libre: servers.Service
) -> None:
    def handle(request: servers.Request) -> servers.Reply:
        time.sleep(0.15 * len(request.body["q"]))
        return servers.libretranslate()(request)

    libre.handle = handle
    texts = [f"Crate number {'x' * n} is here" for n in range(20)]
    assert set(states(translate_batch(jobs(*texts, scope=scope))).values()) == {"ready"}
    libre.requests.clear()
    texts = [f"Box number {'x' * n} is here" for n in range(20)]
    assert set(states(translate_batch(jobs(*texts, scope=scope))).values()) == {"ready"}
    assert len(libre.requests) <= 3, "its pace is known now"


def test_a_first_call_that_loads_a_model_gets_its_time(scope: str, libre: servers.Service) -> None:
    began: list[float] = []

    def handle(request: servers.Request) -> servers.Reply:
        began.append(time.monotonic())
        time.sleep(max(0.0, began[0] + 5 - time.monotonic()))
        return servers.libretranslate()(request)

    libre.handle = handle
    results = translate_batch(jobs("The blue crate", "The green crate", scope=scope))
    assert [result.state for result in results] == ["ready", "ready"]
    assert not EngineState.objects.filter(failures__gt=0).exists()


def test_an_engine_that_becomes_slow_is_waited_for(scope: str, libre: servers.Service) -> None:
    quick = servers.libretranslate()
    for number in range(3):
        assert states(translate_batch(jobs(f"Crate {'x' * number} is here", scope=scope))).popitem()[1] == "ready"

    def slow(request: servers.Request) -> servers.Reply:
        time.sleep(2.5)
        return quick(request)

    libre.handle = slow
    assert states(translate_batch(jobs("The last crate is here", scope=scope))) == {"The last crate is here": "ready"}
