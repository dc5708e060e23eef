"""Chains, budgets and breakers as plain objects.

No network, no database, milliseconds.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from rosetta.devtools.pretending import pretended
from translation.context.text_context import NO_CONTEXT, Said, TextContext
from translation.engines import engine_chain
from translation.engines.base import (
    ContextUse,
    Deadline,
    EngineError,
    PermanentError,
    QuotaError,
    RefusedByEngine,
    TransientError,
    UnsupportedPair,
)
from translation.engines.breakers import Breakers
from translation.engines.budgets import decide
from translation.engines.requests import UnitRequest, UnitResult
from translation.glossary.scope_cache import Scope
from translation.models import EngineState
from translation.protection.marks import STYLES
from translation.protection.protect import parse


class FakeEngine:
    """Translates as the service of tests does, or raises what it was made with."""

    styles = STYLES
    batch = 3
    patience = 1.0
    context_use = ContextUse.NONE

    def __init__(
        self,
        name: str,
        error: Exception | None = None,
        *,
        local: bool = False,
        metered: bool = True,
        offered: bool = True,
    ) -> None:
        self.name, self.local, self.metered = name, local, metered
        self.micros_a_character = 2
        self.error, self.offered = error, offered
        self.calls: list[list[str]] = []

    def offers(self, source: str, target: str) -> bool:
        return self.offered

    def translate(self, texts: Sequence[str], **options: Any) -> list[str]:
        self.calls.append(list(texts))
        if self.error:
            raise self.error
        return [pretended(text, "ja") for text in texts]

    def check(self, timeout: float) -> None:
        pass


def request(text: str = "hello there", scope: str = "scope", **changes: Any) -> UnitRequest:
    unit = parse(text).units[0]
    return UnitRequest(scope, text, unit, "en", "ja", **{"engines": ("first", "second"), **changes})


def breakers(*states: EngineState, trials: frozenset[str] = frozenset()) -> Breakers:
    return Breakers({state.engine: state for state in states}, trials, timezone.now())


def run(
    requests: list[UnitRequest], *engines: FakeEngine, health: Breakers | None = None, seconds: float = 5
) -> list[UnitResult]:
    by_name = {engine.name: engine for engine in engines}
    finished: list[UnitResult] = []
    results = engine_chain.run(
        requests, health or breakers(), Deadline(seconds), finished.extend, engine=by_name.__getitem__
    )
    assert finished == results
    return results


def test_the_first_engine_that_can_translates() -> None:
    first, second = FakeEngine("first"), FakeEngine("second")
    (result,) = run([request()], first, second)
    assert (result.stored, result.engine, result.reason) == (pretended("hello there", "ja"), "first", "")
    assert second.calls == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TransientError("x"), "engine_passing"),
        (PermanentError("x"), "engine_permanent"),
        (QuotaError("x"), "engine_quota"),
        (UnsupportedPair("x"), "no_engine"),
        (RefusedByEngine("x"), "protection"),
        (RuntimeError("of a client library"), "engine_passing"),
    ],
)
def test_the_next_engine_is_tried_and_the_last_reason_kept(error: Exception, reason: str) -> None:
    (result,) = run([request()], FakeEngine("first", error), FakeEngine("second"))
    assert result.engine == "second"
    (result,) = run([request(engines=("first",))], FakeEngine("first", error))
    assert (result.stored, result.reason) == (None, reason)


def test_a_temporary_reason_is_preferred_to_a_permanent_one() -> None:
    (result,) = run([request()], FakeEngine("first", TransientError("x")), FakeEngine("second", UnsupportedPair("x")))
    assert result.reason == "engine_passing"


def test_a_pair_that_no_engine_offers_fails_with_no_engine() -> None:
    (result,) = run([request()], FakeEngine("first", offered=False), FakeEngine("second", offered=False))
    assert result.reason == "no_engine"


def test_an_expired_deadline_is_the_reason() -> None:
    first = FakeEngine("first")
    (result,) = run([request()], first, FakeEngine("second"), seconds=0)
    assert (result.reason, first.calls) == ("deadline", [])


def test_an_open_breaker_is_passed_over() -> None:
    state = EngineState(engine="first", status="open", failures=3, retry_at=timezone.now() + timedelta(seconds=9))
    first = FakeEngine("first")
    (result,) = run([request()], first, FakeEngine("second"), health=breakers(state))
    assert (result.engine, first.calls) == ("second", [])


def test_chunks_are_as_large_as_the_smallest_batch_and_costs_are_shared() -> None:
    first = FakeEngine("first")
    results = run([request(f"hello {letter}") for letter in "abcdefgh"], first, FakeEngine("second"))
    assert sorted(map(len, first.calls)) == [2, 3, 3]
    costs = [cost for result in results for cost in result.costs]
    assert sum(cost.characters for cost in costs) == 8 * len("hello a")
    assert sum(cost.calls for cost in costs) == 3
    assert sum(cost.cost_micros for cost in costs) == 2 * 8 * len("hello a")


def test_a_text_of_two_scopes_is_sent_once_without_context() -> None:
    seen: list[Any] = []

    class Listening(FakeEngine):
        def translate(self, texts: Sequence[str], **options: Any) -> list[str]:
            seen.append(options["context"])
            return super().translate(texts, **options)

    engine = Listening("first")
    run(
        [
            request(scope=scope, engines=("first",), context=TextContext(before=(Said("A", scope),)))
            for scope in ("one", "two")
        ],
        engine,
    )
    assert engine.calls == [["hello there"]]
    assert seen == [[NO_CONTEXT]]


# ── Budgets ──


def decision(requests: list[UnitRequest], scope: Scope, left: int | None, *engines: FakeEngine) -> Any:
    by_name = {engine.name: engine for engine in engines}
    return decide(
        requests,
        {"scope": scope},
        {} if left is None else {"scope": left},
        engine=by_name.__getitem__,
        chain=lambda source, target: tuple(by_name),
    )


def test_without_a_budget_the_whole_chain_is_allowed() -> None:
    chosen, spent = decision(
        [request()], Scope(), None, FakeEngine("paid"), FakeEngine("own", local=True, metered=False)
    )
    assert (chosen.allowed[0].engines, spent) == (("paid", "own"), set())


def test_local_only_leaves_local_engines() -> None:
    chosen, _ = decision([request()], Scope(local_only=True), None, FakeEngine("paid"), FakeEngine("own", local=True))
    assert chosen.allowed[0].engines == ("own",)


def test_a_text_must_fit_into_the_budget_with_those_before_it() -> None:
    requests = [request("a" * length) for length in (6, 5, 4)]
    chosen, spent = decision(requests, Scope(), 10, FakeEngine("paid"))
    assert [len(each.unit.words) for each in chosen.allowed] == [6, 4]
    assert [len(each.unit.words) for each in chosen.over_budget] == [5]
    assert spent == {"scope"}


@pytest.mark.parametrize("offered", [True, False])
def test_a_spent_budget_leaves_engines_that_are_not_metered_and_offer_the_pair(offered: bool) -> None:
    own = FakeEngine("own", metered=False, offered=offered)
    chosen, spent = decision([request()], Scope(), 0, FakeEngine("paid"), own)
    assert [each.engines for each in chosen.allowed] == ([("own",)] if offered else [])
    assert spent == {"scope"}


# ── Breakers ──


def test_three_failures_in_a_row_open_a_breaker() -> None:
    health = breakers()
    for _ in range(2):
        health.failed("first", TransientError("x"))
    assert health.admits("first")
    health.failed("first", TransientError("x"))
    assert not health.admits("first")
    assert health.retry_after(["first", "unknown"]) == pytest.approx(10, abs=1)


def test_a_success_between_failures_starts_the_count_again() -> None:
    health = breakers(EngineState(engine="first", failures=2))
    health.succeeded("first")
    health.failed("first", TransientError("x"))
    assert health.admits("first")


@pytest.mark.parametrize(
    ("error", "is_admitted", "retry_after"),
    [
        (PermanentError("wrong key"), False, None),
        (QuotaError("slow down", 40), False, 40),
        (RefusedByEngine("not this text"), True, None),
    ],
)
def test_each_kind_of_error_has_its_own_rule(error: EngineError, is_admitted: bool, retry_after: float | None) -> None:
    health = breakers()
    health.failed("first", error)
    assert health.admits("first") is is_admitted
    assert health.retry_after(["first"]) == (None if retry_after is None else pytest.approx(retry_after, abs=1))


def test_a_trial_is_one_call_and_a_success_closes_the_breaker() -> None:
    health = breakers(EngineState(engine="first", status="half_open", failures=3), trials=frozenset({"first"}))
    assert [health.admits("first"), health.admits("first")] == [True, False]
    health.succeeded("first")
    assert health.admits("first")
