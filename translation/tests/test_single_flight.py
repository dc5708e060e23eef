"""Single flight: a text is claimed by one worker, and the others wait for its result in the memory."""

import threading
import time

import pytest
from django.core.cache import cache

from rosetta.ids import new_ulid
from translation.engines import single_flight
from translation.engines.base import Deadline
from translation.engines.requests import UnitRequest, UnitResult
from translation.memory import store
from translation.protection.protect import parse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_claims() -> None:
    cache.clear()


def request_for(text: str, scope_id: str, *engines: str) -> UnitRequest:
    unit = parse(text).units[0]
    key = store.key_of(unit.canonical, "en", "ja")
    return UnitRequest(scope_id, key, unit, "en", "ja", engines=engines or ("local",))


def remember(request: UnitRequest, translation: str) -> None:
    store.store(
        [
            store.entry(
                request.scope_id,
                request.unit.canonical,
                translation,
                source="en",
                target="ja",
                engine="deepl",
                version=0,
            )
        ]
    )


def test_requests_that_another_worker_has_claimed_are_not_ours() -> None:
    scope_id = new_ulid()
    shared, other = request_for("The cat sat", scope_id), request_for("The dog ran", scope_id)
    with single_flight.claim([shared]) as first, single_flight.claim([shared, other]) as second:
        assert first.ours == [shared]
        assert second.ours == [other]


def test_the_same_text_of_two_scopes_is_claimed_for_each() -> None:
    requests = [request_for("The cat sat", new_ulid()) for _ in range(2)]
    with single_flight.claim(requests[:1]) as first, single_flight.claim(requests[1:]) as second:
        assert (first.ours, second.ours) == (requests[:1], requests[1:])


def test_claims_end_with_the_context_also_after_an_error() -> None:
    request = request_for("The cat sat", new_ulid())
    with pytest.raises(RuntimeError), single_flight.claim([request]):
        raise RuntimeError("the worker failed")
    with single_flight.claim([request]) as flight:
        assert flight.ours == [request]


def test_a_released_claim_is_free_for_others_and_stays_theirs() -> None:
    request = request_for("The cat sat", new_ulid())
    with single_flight.claim([request]) as first:
        first.release([request])
        with single_flight.claim([request]) as second:
            assert second.ours == [request]
            first.release([request])
            with single_flight.claim([request]) as third:
                assert third.ours == []


def test_a_result_that_is_in_the_memory_already_is_returned_at_once() -> None:
    request = request_for("The cat sat", new_ulid())
    with single_flight.claim([request]), single_flight.claim([request]) as flight:
        remember(request, "猫が座った")
        results, abandoned = flight.wait_for_others(Deadline(5))
    assert results == [UnitResult(request, "猫が座った", "deepl")]
    assert abandoned == []


def test_a_request_whose_claim_ended_without_a_result_is_abandoned() -> None:
    request = request_for("The cat sat", new_ulid())
    with single_flight.claim([request]) as first, single_flight.claim([request]) as flight:
        # As at the end of the other worker, which failed to translate it.
        ending = threading.Timer(0.05, first.release, [[request]])
        ending.start()
        results, abandoned = flight.wait_for_others(Deadline(30))
        ending.join()
    assert (results, abandoned) == ([], [request])


def test_waiting_ends_at_the_deadline() -> None:
    request = request_for("The cat sat", new_ulid())
    with single_flight.claim([request]), single_flight.claim([request]) as flight:
        began = time.monotonic()
        results, abandoned = flight.wait_for_others(Deadline(0.1))
    assert results == [UnitResult(request, reason="deadline")]
    assert abandoned == []
    assert time.monotonic() - began < 5


def test_nobody_is_waited_for_twice() -> None:
    request = request_for("The cat sat", new_ulid())
    with single_flight.claim([request]), single_flight.claim([request]) as flight:
        flight.wait_for_others(Deadline(0))
        assert flight.wait_for_others(Deadline(5)) == ([], [])
