"""Run units through the engines of their language pair, in order, until each is translated or time is up."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import groupby

import structlog

from translation import engines, metrics
from translation.engines.base import Deadline, Engine, EngineError, RefusedByEngine, TransientError, UnsupportedPair
from translation.engines.breakers import Breakers
from translation.engines.marked_calls import translate_units
from translation.engines.requests import Cost, RequestId, UnitRequest, UnitResult

log = structlog.get_logger(__name__)

# Concurrent calls of one batch. Each waits for a network, and none holds a database connection.
THREADS = 8
# The longest wait for one engine while others could be asked.
ENGINE_SECONDS = 15.0

_PERMANENT_REASONS = frozenset({"protection", "no_engine"})

EngineByName = Callable[[str], Engine]


def run(
    requests: Sequence[UnitRequest],
    breakers: Breakers,
    deadline: Deadline,
    on_finished: Callable[[list[UnitResult]], None],
    *,
    engine: EngineByName = engines.engine,
) -> list[UnitResult]:
    """Return a result for every request, in any order. Never raises for what an engine does.

    ``on_finished`` is called in this thread with results as soon as they are there, so that paid translations are stored
    even if the worker dies before the others are done.
    """
    chunks = list(_chunks(requests, engine))
    results: list[UnitResult] = []

    def finish(chunk_results: list[UnitResult]) -> None:
        on_finished(chunk_results)
        results.extend(chunk_results)

    if len(chunks) == 1:
        finish(_Chain(chunks[0], breakers, deadline, engine).run())
    elif chunks:
        with ThreadPoolExecutor(max_workers=min(THREADS, len(chunks)), thread_name_prefix="translate") as pool:
            pending = {pool.submit(_Chain(chunk, breakers, deadline, engine).run) for chunk in chunks}
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                finish([result for future in done for result in future.result()])
    return results


def _chunks(requests: Sequence[UnitRequest], engine: EngineByName) -> Iterator[list[UnitRequest]]:
    """Yield requests of one language pair and chain, at most as many as the smallest batch of its engines."""

    def pair_and_chain(request: UnitRequest) -> tuple[str, str, tuple[str, ...]]:
        return request.source, request.target, request.engines

    for (_, _, names), group in groupby(sorted(requests, key=pair_and_chain), pair_and_chain):
        members = list(group)
        size = min((engine(name).batch for name in names), default=32)
        yield from (members[start : start + size] for start in range(0, len(members), size))


class _Chain:
    """A chunk of requests of one language pair on its way along one chain of engines."""

    def __init__(
        self, requests: Sequence[UnitRequest], breakers: Breakers, deadline: Deadline, engine: EngineByName
    ) -> None:
        self._requests = requests
        self._breakers = breakers
        self._deadline = deadline
        self._engine = engine
        first = requests[0]
        self._source, self._target, self._names = first.source, first.target, first.engines
        # (stored translation, engine) of the requests that are done.
        self._done: dict[RequestId, tuple[str, str]] = {}
        self._costs: dict[RequestId, list[Cost]] = defaultdict(list)

    def run(self) -> list[UnitResult]:
        reason = self._ask_in_turn()
        return [self._result(request, reason) for request in self._requests]

    def _result(self, request: UnitRequest, reason: str) -> UnitResult:
        costs = tuple(self._costs[request.id])
        if request.id not in self._done:
            return UnitResult(request, reason=reason, costs=costs)
        stored, engine = self._done[request.id]
        return UnitResult(request, stored, engine, costs=costs)

    def _ask_in_turn(self) -> str:
        """Ask the engines one after another; returns why requests that are not done then have no translation."""
        offering = [name for name in self._names if self._engine(name).offers(self._source, self._target)]
        if not offering:
            return "no_engine"
        reasons: list[str] = []
        for index, name in enumerate(offering):
            pending = [request for request in self._requests if request.id not in self._done]
            if not pending:
                return ""
            if not self._deadline.left:
                reasons.append("deadline")
                break
            if not self._breakers.admits(name):
                reasons.append("engines_down")
                continue
            # The engines after this one get their share of the time that is left.
            seconds = self._deadline.left / (len(offering) - index)
            if index + 1 < len(offering):
                seconds = min(seconds, ENGINE_SECONDS)
            reasons.append(self._ask(self._engine(name), pending, Deadline(seconds)))
        # Prefer a temporary reason over a permanent one: a text is untranslatable only if every engine was actually tried.
        return next((reason for reason in reversed(reasons) if reason not in _PERMANENT_REASONS), reasons[0])

    def _ask(self, engine: Engine, requests: list[UnitRequest], deadline: Deadline) -> str:
        """Have ``engine`` translate what it can; returns why the others have no translation."""
        contexts = _contexts(engine, requests)
        done: dict[str, str] = {}
        meter = _Meter(engine, self._source, self._target)

        def call(texts: list[str]) -> list[object]:
            context = [contexts.get(text, ()) for text in texts]
            if not deadline.left:
                raise TransientError("the time for this engine is up")
            return _call(engine, texts, context, deadline, meter)

        reason = "protection"
        try:
            _, errors = translate_units([request.unit for request in requests], call, engine.styles, done=done)
        except EngineError as error:
            reason = "no_engine" if isinstance(error, UnsupportedPair) else f"engine_{error.code}"
            if not (self._deadline.hurried and isinstance(error, TransientError) and not deadline.left):
                self._breakers.failed(engine.name, error)
            log.warning("engine_failed", engine=engine.name, kind=error.code, error=str(error)[:300])
        else:
            self._breakers.succeeded(engine.name)
            metrics.protection_failures(engine.name, self._source, self._target, len(errors))
        for request, cost in zip(
            requests, meter.shares([len(request.unit.words) for request in requests]), strict=True
        ):
            self._costs[request.id].append(cost)
            if request.unit.canonical in done:
                self._done[request.id] = done[request.unit.canonical], engine.name
        return reason


def _call(
    engine: Engine, texts: list[str], context: list[tuple[str, ...]], deadline: Deadline, meter: "_Meter"
) -> list[object]:
    """Call the engine for all texts at once, then one by one if it refuses; None stands for a refused text."""
    try:
        return list(meter.measured(texts, context, deadline.left))
    except UnsupportedPair:
        raise
    except RefusedByEngine:
        # One text may be to blame for a whole batch, and must not fail the others.
        if len(texts) == 1:
            return [None]
    answers: list[object] = []
    for text, before in zip(texts, context, strict=True):
        try:
            answers += meter.measured([text], [before], deadline.left)
        except RefusedByEngine:
            answers.append(None)
    return answers


def _contexts(engine: Engine, requests: Sequence[UnitRequest]) -> dict[str, tuple[str, ...]]:
    """Return the context of each text as the engine will see it.

    A text of several scopes is sent once, without context, because none may see another's messages.
    """
    contexts: dict[str, tuple[str, ...]] = {}
    for request in requests:
        for style in engine.styles:
            masked = request.unit.masked(style)
            contexts[masked] = request.context if contexts.get(masked, request.context) == request.context else ()
    return contexts


class _Meter:
    """Measure what one engine is used for one chunk: calls, characters and errors."""

    def __init__(self, engine: Engine, source: str, target: str) -> None:
        self._engine = engine
        self._source, self._target = source, target
        self.characters = self.calls = self.errors = 0

    def measured(self, texts: list[str], context: list[tuple[str, ...]], seconds: float) -> list[str]:
        """Call the engine within ``seconds``. Raises EngineError, whatever its client library raises."""
        started = time.monotonic()
        kind = ""
        self.calls += 1
        self.characters += sum(map(len, texts))
        try:
            return self._engine.translate(
                texts, source=self._source, target=self._target, context=context, timeout=max(seconds, 0.001)
            )
        except EngineError as error:
            kind = error.code
            raise
        except Exception as error:
            # A client library may raise anything, which must not end a whole batch.
            kind = TransientError.code
            raise TransientError(f"{type(error).__name__}: {error}") from error
        finally:
            self.errors += bool(kind)
            metrics.engine_call(
                self._engine.name, self._source, self._target, time.monotonic() - started, sum(map(len, texts)),
                self._engine.micros_a_character, kind,
            )  # fmt: skip

    def shares(self, lengths: Sequence[int]) -> list[Cost]:
        """Split the characters over texts of these ``lengths``; calls and errors are counted on the first text."""
        total = sum(length or 1 for length in lengths)
        rest = self.characters
        costs = []
        for index, length in enumerate(lengths):
            is_last = index == len(lengths) - 1
            characters = rest if is_last else self.characters * (length or 1) // total
            rest -= characters
            calls, errors = (self.calls, self.errors) if index == 0 else (0, 0)
            price = characters * self._engine.micros_a_character
            costs.append(Cost(self._engine.name, characters, calls, errors, price, self._engine.metered))
        return costs
