"""Run units through the engines of their language pair, in order, until each is translated or time is up."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace
from itertools import groupby

import structlog

from translation import engines, metrics
from translation.context.text_context import NO_CONTEXT, TextContext
from translation.engines.base import (
    ContextUse,
    Deadline,
    Engine,
    EngineError,
    PermanentError,
    QuotaError,
    RatedText,
    RefusedByEngine,
    TransientError,
    UnsupportedPair,
)
from translation.engines.breakers import Breakers
from translation.engines.careful_calls import CarefulCaller, EngineFailed, NotAsked
from translation.engines.history import History
from translation.engines.marked_calls import Errors, NotATranslation, translate_units
from translation.engines.requests import Cost, RequestId, UnitRequest, UnitResult
from translation.judging.confidence import confidence
from translation.judging.judge import cleaned, is_memorable, judge
from translation.protection.marks import STORED
from translation.protection.protect import ProtectionError, Unit

log = structlog.get_logger(__name__)

# Concurrent calls of one batch. Each waits for a network, and none holds a database connection.
THREADS = 8
# The longest wait for one engine while others could be asked.
ENGINE_SECONDS = 15.0
# For all texts together that an engine failed before, while others wait.
AGAIN_SECONDS = 2.0

_PERMANENT_REASONS = frozenset({"protection", "not_a_translation", "no_engine"})
# The fault of answers that broke, lost or doubled protected pieces.
PIECES = "pieces"

EngineByName = Callable[[str], Engine]


def run(
    requests: Sequence[UnitRequest],
    breakers: Breakers,
    deadline: Deadline,
    on_finished: Callable[[list[UnitResult]], None],
    *,
    history: History | None = None,
    engine: EngineByName = engines.engine,
) -> list[UnitResult]:
    """Return a result for every request, in any order.

    Never raises for what an engine does.

    A text that an engine cannot do fails alone: the others of its call are translated, and the engine's breaker does not
    count it. ``history`` knows the texts that failed before; it is changed, not saved.

    ``on_finished`` is called in this thread with results as soon as they are there, so that paid translations are stored
    even if the worker dies before the others are done.
    """
    chunks = list(_chunks(requests, engine))
    history = history or History()
    results: list[UnitResult] = []

    def finish(chunk_results: list[UnitResult]) -> None:
        on_finished(chunk_results)
        results.extend(chunk_results)

    if len(chunks) == 1:
        finish(_Chain(chunks[0], breakers, history, deadline, engine).run())
    elif chunks:
        with ThreadPoolExecutor(max_workers=min(THREADS, len(chunks)), thread_name_prefix="translate") as pool:
            pending = {pool.submit(_Chain(chunk, breakers, history, deadline, engine).run) for chunk in chunks}
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                finish([result for future in done for result in future.result()])
    return results


def _chunks(requests: Sequence[UnitRequest], engine: EngineByName) -> Iterator[list[UnitRequest]]:
    """Yield requests of one language pair, chain and tone, at most as many as the smallest batch of its engines.

    Where an engine of the chain takes one context for a call, of one context; and never the same text with two contexts.
    """
    uses = {name: engine(name).context_use for request in requests for name in request.engines}

    def of_one_call(request: UnitRequest) -> tuple[str, str, tuple[str, ...], str, str]:
        takes_one = any(uses[name] is ContextUse.EACH_CALL for name in request.engines)
        context = request.context
        return request.source, request.target, request.engines, context.formality, context.said if takes_one else ""

    for (_, _, names, _, _), group in groupby(sorted(requests, key=of_one_call), of_one_call):
        size = min((engine(name).batch for name in names), default=32)
        is_context_used = any(uses[name] is not ContextUse.NONE for name in names)
        for members in _without_ambiguity(group) if is_context_used else [list(group)]:
            yield from (members[start : start + size] for start in range(0, len(members), size))


def _without_ambiguity(requests: Iterable[UnitRequest]) -> list[list[UnitRequest]]:
    """Return the requests in lists in each of which a text has one context."""
    lists: list[tuple[dict[str, TextContext], list[UnitRequest]]] = []
    for request in requests:
        canonical = request.unit.canonical
        for contexts, members in lists:
            if contexts.setdefault(canonical, request.context) == request.context:
                members.append(request)
                break
        else:
            lists.append(({canonical: request.context}, [request]))
    return [members for _contexts, members in lists]


class _Chain:
    """A chunk of requests of one language pair on its way along one chain of engines."""

    def __init__(
        self,
        requests: Sequence[UnitRequest],
        breakers: Breakers,
        history: History,
        deadline: Deadline,
        engine: EngineByName,
    ) -> None:
        self._requests = requests
        self._breakers = breakers
        self._history = history
        self._deadline = deadline
        self._engine = engine
        first = requests[0]
        self._source, self._target, self._names = first.source, first.target, first.engines
        # (stored translation, engine) of the requests that are done.
        self._done: dict[RequestId, tuple[str, str]] = {}
        # Why each engine in turn did not translate a request.
        self._reasons: dict[RequestId, list[str]] = defaultdict(list)
        self._costs: dict[RequestId, list[Cost]] = defaultdict(list)
        self._refusals: dict[RequestId, list[tuple[str, str]]] = defaultdict(list)
        # How sure an engine said it is of its translation, from 0 to 1.
        self._own: dict[RequestId, float] = {}

    def run(self) -> list[UnitResult]:
        self._ask_in_turn()
        return [self._result(request) for request in self._requests]

    def _result(self, request: UnitRequest) -> UnitResult:
        costs, refusals = tuple(self._costs[request.id]), tuple(self._refusals[request.id])
        if request.id in self._done:
            stored, engine = self._done[request.id]
            source = request.unit.masked(STORED)
            sure = confidence(
                source, stored, self._source, self._target, request.unit.pieces,
                refusals=len(refusals), own=self._own.get(request.id),
            )  # fmt: skip
            is_new = is_memorable(source, stored)
            return UnitResult(
                request, stored, engine, costs=costs, is_memorable=is_new, confidence=sure, refusals=refusals
            )
        # Prefer a temporary reason over a permanent one: a text is untranslatable only if every engine was actually tried.
        reasons = self._reasons[request.id] or ["no_engine"]
        reason = next((reason for reason in reversed(reasons) if reason not in _PERMANENT_REASONS), reasons[0])
        return UnitResult(request, reason=reason, costs=costs, refusals=refusals)

    def _ask_in_turn(self) -> None:
        """Ask the engines one after another for what those before did not translate."""
        offering = [name for name in self._names if self._engine(name).offers(self._source, self._target)]
        for index, name in enumerate(offering):
            pending = [request for request in self._requests if request.id not in self._done]
            if not pending:
                return
            if not self._deadline.left:
                self._give(pending, "deadline")
                return
            # The engines after this one get their share of the time that is left.
            seconds = self._deadline.left / (len(offering) - index)
            if index + 1 < len(offering):
                seconds = min(seconds, ENGINE_SECONDS)
            self._ask(self._engine(name), pending, Deadline(seconds, hurried=self._deadline.hurried))

    def _give(self, requests: Sequence[UnitRequest], reason: str) -> None:
        for request in requests:
            self._reasons[request.id].append(reason)

    def _ask(self, engine: Engine, requests: list[UnitRequest], deadline: Deadline) -> None:
        """Have ``engine`` translate what it can.

        First texts that it never failed, then others that are due.
        """
        fresh, due = self._by_history(engine, requests)
        if not fresh and not due:
            return
        is_trial = not self._breakers.is_closed(engine.name)
        if not self._breakers.admits(engine.name):
            self._give([*fresh, *due], "engines_down")
            return
        visit = _Visit(engine, self._source, self._target, _contexts(engine, requests), self._history, deadline)
        try:
            if is_trial:
                visit.caller.check()
                self._breakers.succeeded(engine.name)
            if fresh:
                self._translate(visit, fresh, visit.caller.answers)
                self._settle(visit)
        except EngineFailed as failed:
            self._engine_failed(visit, [*fresh, *due], failed.error)
        else:
            self._ask_again(visit, due, are_others_waiting=bool(fresh))
        costs = visit.meter.shares([len(request.unit.words) for request in requests])
        for request, cost in zip(requests, costs, strict=True):
            self._costs[request.id].append(cost)

    def _by_history(
        self, engine: Engine, requests: Sequence[UnitRequest]
    ) -> tuple[list[UnitRequest], list[UnitRequest]]:
        """Return the requests that ``engine`` never failed, and those to ask for again.

        Others are not due yet.
        """
        fresh: list[UnitRequest] = []
        due: list[UnitRequest] = []
        for request in requests:
            failure = self._history.failure(engine.name, request)
            if failure is None:
                fresh.append(request)
            elif failure.retry_at <= time.time():
                due.append(request)
            else:
                self._reasons[request.id].append(failure.reason)
        return fresh, due

    def _ask_again(self, visit: "_Visit", due: Sequence[UnitRequest], *, are_others_waiting: bool) -> None:
        """Ask for texts that the engine failed before, each alone, and briefly while others wait for the result."""
        deadline = Deadline(AGAIN_SECONDS) if are_others_waiting else visit.deadline
        for request in due:
            if not min(deadline.left, visit.deadline.left):
                self._give([request], "deadline")
                continue
            self._translate(visit, [request], lambda texts: [visit.caller.alone(text, deadline.left) for text in texts])

    def _translate(
        self, visit: "_Visit", requests: Sequence[UnitRequest], call: Callable[[list[str]], list[object]]
    ) -> None:
        """Translate ``requests``, and remember those that the engine cannot do.

        Raises EngineFailed.
        """
        errors: Errors = {}
        try:
            _, errors = translate_units(
                [request.unit for request in requests], call, visit.engine.styles, done=visit.done, accept=self._accept
            )
        finally:
            self._note(visit, requests, errors)

    def _accept(self, unit: Unit, stored: str) -> str:
        """Return an answer without what was added to it.

        Raises ProtectionError unless it is a translation.
        """
        source = unit.masked(STORED)
        stored = cleaned(source, stored)
        fault = judge(source, stored, self._source, self._target, unit.pieces)
        if fault == "emphasis" and unit.pieces:
            raise ProtectionError(fault)  # In another style, the engine may get it right.
        if fault:
            raise NotATranslation(fault)
        return stored

    def _note(self, visit: "_Visit", requests: Sequence[UnitRequest], errors: Errors) -> None:
        name = visit.engine.name
        for request in requests:
            error = errors.get(request.unit.canonical)
            if request.unit.canonical in visit.done:
                self._done[request.id] = visit.done[request.unit.canonical], name
                said = [
                    visit.own[masked]
                    for style in visit.engine.styles
                    if (masked := request.unit.masked(style)) in visit.own
                ]
                if said:
                    self._own[request.id] = said[-1]
                self._history.succeeded(name, request)
            elif error is not None:
                reason = _reason(error)
                self._give([request], reason)
                if not isinstance(error, NotAsked | PermanentError | QuotaError | UnsupportedPair):
                    self._history.failed(name, request, reason, is_refusal=isinstance(error, ProtectionError))
            if isinstance(error, ProtectionError):
                fault = error.fault if isinstance(error, NotATranslation) else PIECES
                self._refusals[request.id].append((name, fault))
                metrics.refused_answer(name, self._source, self._target, fault)

    def _settle(self, visit: "_Visit") -> None:
        """Tell the engine's breaker how it did."""
        if visit.caller.error is not None:
            self._breakers.failed(visit.engine.name, visit.caller.error)
        elif visit.caller.works:
            self._breakers.succeeded(visit.engine.name)

    def _engine_failed(self, visit: "_Visit", requests: Sequence[UnitRequest], error: EngineError) -> None:
        reason = _reason(error)
        self._give([request for request in requests if request.id not in self._done], reason)
        if not (self._deadline.hurried and isinstance(error, TransientError) and not visit.deadline.left):
            self._breakers.failed(visit.engine.name, error)
        log.warning("engine_failed", engine=visit.engine.name, kind=error.code, error=str(error)[:300])


class _Visit:
    """What a chunk does with one engine.

    Its calls, their costs, and the units that it translated.
    """

    def __init__(
        self,
        engine: Engine,
        source: str,
        target: str,
        contexts: Mapping[str, TextContext],
        history: History,
        deadline: Deadline,
    ) -> None:
        self.engine, self.deadline = engine, deadline
        self.meter = _Meter(engine, source, target)
        self.done: dict[str, str] = {}

        # How sure the engine says it is, by text.
        self.own: dict[str, float] = {}

        def call(texts: Sequence[str], seconds: float) -> list[str]:
            answers = self.meter.measured(list(texts), [contexts.get(text, NO_CONTEXT) for text in texts], seconds)
            self.own |= {
                text: answer.sureness
                for text, answer in zip(texts, answers, strict=False)
                if isinstance(answer, RatedText)
            }
            return answers

        self.caller = CarefulCaller(engine, source, call, history, deadline)


def _reason(error: EngineError | ProtectionError) -> str:
    """Return why a text has no translation, as messages tell it."""
    if isinstance(error, NotATranslation):
        return "not_a_translation"
    if isinstance(error, ProtectionError):
        return "protection"
    if isinstance(error, NotAsked):
        return NotAsked.code
    if isinstance(error, RefusedByEngine):
        return "no_engine" if isinstance(error, UnsupportedPair) else "protection"
    return f"engine_{error.code}"


def _contexts(engine: Engine, requests: Sequence[UnitRequest]) -> dict[str, TextContext]:
    """Return the context of each text as the engine will see it, with what its marks stand for.

    A text of several scopes is sent once, without context, because none may see another's messages.
    """
    contexts: dict[str, TextContext] = {}
    if engine.context_use is ContextUse.NONE:
        return contexts
    for request in requests:
        unit, context = request.unit, request.context
        named = [(number, piece.shown) for number, piece in enumerate(unit.pieces) if piece.kind == "term"]
        for style in engine.styles:
            terms = tuple((style.mark(number), shown) for number, shown in named)
            seen = replace(context, terms=terms) if terms else context
            masked = unit.masked(style)
            contexts[masked] = seen if contexts.get(masked, seen) == seen else NO_CONTEXT
        for segment in unit.segments():
            contexts.setdefault(segment, context)
    return contexts


class _Meter:
    """Measure what one engine is used for one chunk: calls, characters and errors."""

    def __init__(self, engine: Engine, source: str, target: str) -> None:
        self._engine = engine
        self._source, self._target = source, target
        self.characters = self.calls = self.errors = 0

    def measured(self, texts: list[str], context: list[TextContext], seconds: float) -> list[str]:
        """Call the engine within ``seconds``.

        Raises EngineError, whatever its client library raises.
        """
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
        """Split the characters over texts of these ``lengths``.

        Calls and errors are counted on the first text.
        """
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
