"""Words through the engines of their language pair, in order, until each has a translation or time is up."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import structlog

from translation import engines, metrics
from translation.engines.base import Deadline, Engine, EngineError, Passing, Refused, UnsupportedPair
from translation.engines.breakers import Breakers
from translation.engines.marked_calls import translate_units
from translation.protection.protect import Unit

log = structlog.get_logger(__name__)

# Calls of one batch that run side by side. Each waits for a network, and none holds a database connection.
THREADS = 8
# The longest that one engine is waited for while others could be asked.
ENGINE_SECONDS = 15.0

_LASTING = frozenset({"protection", "no_engine"})


@dataclass(eq=False)
class Item:
    """One unit to be translated, for one scope and pair; what became of it."""

    scope_id: str
    key: str
    unit: Unit
    source: str
    target: str
    context: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    stored: str | None = None
    engine: str = ""
    reason: str = ""
    spent: list["Spent"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Spent:
    """What an item's share of engine calls came to."""

    engine: str
    characters: int
    calls: int
    errors: int
    cost_micros: int
    metered: bool


def run(items: Sequence[Item], breakers: Breakers, deadline: Deadline, finished: Callable[[list[Item]], None]) -> None:
    """Fill in ``stored`` and ``engine``, or ``reason``, of every item. Never raises for what an engine does.

    ``finished`` is called in this thread with items as soon as they are done, so that what was paid for is kept though
    the worker may die before the rest is.
    """
    groups: dict[tuple[str, str, tuple[str, ...]], list[Item]] = {}
    for item in items:
        groups.setdefault((item.source, item.target, item.engines), []).append(item)
    chunks = []
    for (_, _, names), group in groups.items():
        size = min((engines.engine(name).batch for name in names), default=32)
        chunks += [group[start : start + size] for start in range(0, len(group), size)]
    if len(chunks) == 1:
        finished(_run_chunk(chunks[0], breakers, deadline))
    elif chunks:
        with ThreadPoolExecutor(max_workers=min(THREADS, len(chunks)), thread_name_prefix="translate") as pool:
            waiting = {pool.submit(_run_chunk, chunk, breakers, deadline) for chunk in chunks}
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                finished([item for future in done for item in future.result()])


def _run_chunk(items: list[Item], breakers: Breakers, deadline: Deadline) -> list[Item]:
    _Chain(items, breakers, deadline).run()
    return items


class _Chain:
    """A chunk of items of one pair on its way along one chain."""

    def __init__(self, items: Sequence[Item], breakers: Breakers, deadline: Deadline) -> None:
        self._items = items
        self._breakers = breakers
        self._deadline = deadline
        first = items[0]
        self._source, self._target, self._names = first.source, first.target, first.engines

    def run(self) -> None:
        offering = [name for name in self._names if engines.engine(name).offers(self._source, self._target)]
        if not offering:
            self._give_up("no_engine")
            return
        reasons: list[str] = []
        for index, name in enumerate(offering):
            left = [item for item in self._items if item.stored is None]
            if not left:
                return
            if not self._deadline.left:
                reasons.append("deadline")
                break
            if not self._breakers.admits(name):
                reasons.append("engines_down")
                continue
            # The engines behind this one get their share of what time is left.
            seconds = self._deadline.left / (len(offering) - index)
            if index + 1 < len(offering):
                seconds = min(seconds, ENGINE_SECONDS)
            reasons.append(self._ask(engines.engine(name), left, Deadline(seconds)))
        # What may pass goes before what will not: the words are hopeless only if every engine had its say.
        self._give_up(next((reason for reason in reversed(reasons) if reason not in _LASTING), reasons[0]))

    def _give_up(self, reason: str) -> None:
        for item in self._items:
            if item.stored is None:
                item.reason = item.reason or reason

    def _ask(self, engine: Engine, items: list[Item], deadline: Deadline) -> str:
        """Have ``engine`` translate what it can; why the rest has no translation."""
        contexts = _contexts(engine, items)
        done: dict[str, str] = {}
        meter = _Meter(engine, self._source, self._target)

        def call(texts: list[str]) -> list[object]:
            context = [contexts.get(text, ()) for text in texts]
            if not deadline.left:
                raise Passing("the time for this engine is up")
            return self._call(engine, texts, context, deadline, meter)

        reason = "protection"
        try:
            _, errors = translate_units([item.unit for item in items], call, engine.styles, done=done)
        except EngineError as error:
            reason = "no_engine" if isinstance(error, UnsupportedPair) else f"engine_{error.code}"
            if not (self._deadline.hurried and isinstance(error, Passing) and not deadline.left):
                self._breakers.failed(engine.name, error)
            log.warning("engine_failed", engine=engine.name, kind=error.code, error=str(error)[:300])
        else:
            self._breakers.succeeded(engine.name)
            metrics.protection_failures(engine.name, self._source, self._target, len(errors))
        meter.share(items)
        for item in items:
            if item.unit.canonical in done:
                item.stored, item.engine = done[item.unit.canonical], engine.name
        return reason

    def _call(
        self, engine: Engine, texts: list[str], context: list[tuple[str, ...]], deadline: Deadline, meter: "_Meter"
    ) -> list[object]:
        try:
            return list(meter.measured(texts, context, deadline.left))
        except UnsupportedPair:
            raise
        except Refused:
            # One text may be to blame for a whole batch: the others must not go down with it.
            if len(texts) == 1:
                return [None]
        answers: list[object] = []
        for text, said in zip(texts, context, strict=True):
            try:
                answers += meter.measured([text], [said], deadline.left)
            except Refused:
                answers.append(None)
        return answers


def _contexts(engine: Engine, items: Sequence[Item]) -> dict[str, tuple[str, ...]]:
    """What was said before each text, as the engine will see the text. Two scopes' same words go out once, without."""
    contexts: dict[str, tuple[str, ...]] = {}
    for item in items:
        for style in engine.styles:
            masked = item.unit.masked(style)
            contexts[masked] = item.context if contexts.get(masked, item.context) == item.context else ()
    return contexts


class _Meter:
    """What one engine took for one chunk."""

    def __init__(self, engine: Engine, source: str, target: str) -> None:
        self._engine = engine
        self._source, self._target = source, target
        self.characters = self.calls = self.errors = 0

    def measured(self, texts: list[str], context: list[tuple[str, ...]], seconds: float) -> list[str]:
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
        except Exception as error:  # an engine's client library may raise anything; a batch must not end by it
            kind = Passing.code
            raise Passing(f"{type(error).__name__}: {error}") from error
        finally:
            self.errors += bool(kind)
            metrics.engine_call(
                self._engine.name, self._source, self._target, time.monotonic() - started, sum(map(len, texts)),
                self._engine.micros_a_character, kind,
            )  # fmt: skip

    def share(self, items: list[Item]) -> None:
        """Lay the cost on the items by their length; calls and errors on the first, which they would not be without."""
        total = sum(len(item.unit.words) or 1 for item in items)
        rest = self.characters
        for index, item in enumerate(items):
            part = rest if index == len(items) - 1 else self.characters * (len(item.unit.words) or 1) // total
            rest -= part
            item.spent.append(
                Spent(
                    self._engine.name,
                    part,
                    self.calls if index == 0 else 0,
                    self.errors if index == 0 else 0,
                    part * self._engine.micros_a_character,
                    self._engine.metered,
                )
            )
