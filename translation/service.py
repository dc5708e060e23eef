"""What the rest of the service asks of translation: recall, translate, correct, and what is to be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings

from rosetta.languages import CODES
from translation import engines
from translation.engines import breakers, budgets, engine_chain, single_flight
from translation.engines.base import Deadline
from translation.engines.budgets import characters_left
from translation.glossary import scope_cache
from translation.memory import store
from translation.memory.store import Translation, recall, recall_many, remember_correction
from translation.models import EngineState
from translation.protection.protect import Parsed, is_translatable, parse

__all__ = [
    "Job", "Outcome", "Preview", "Translation", "characters_left", "engines_health", "is_translatable", "preview",
    "recall", "recall_many", "remember_correction", "translate_batch",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """A text that a scope wants in ``target``. ``context``: up to three things said before it, oldest first."""

    key: Any
    scope_id: str
    text: str
    source: str
    target: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job.

    ``ready``: ``text`` by ``engine``. ``skipped``: it will not be translated, and ``reason`` says why
    (``nothing_to_translate``, ``budget``, ``unknown_language``). ``failed``: not for now; ``retry_after`` is the seconds after
    which trying again makes sense, or None where something must change first (``no_engine``: until an engine has the pair;
    ``protection``: until the text changes).
    """

    job: Job
    state: Literal["ready", "failed", "skipped"]
    text: str = ""
    engine: str = ""
    reason: str = ""
    retry_after: float | None = None


@dataclass
class _Task:
    """A job that needs more than its text to be settled."""

    job: Job
    parsed: Parsed
    items: list[engine_chain.Item]


def translate_batch(jobs: Sequence[Job], *, deadline: Deadline | None = None) -> list[Outcome]:
    """Translate ``jobs``, of any scopes and pairs, until ``deadline``, TRANSLATION_CHAIN_SECONDS from now unless said; one
    outcome a job, in order.

    Equal texts of one scope and pair go to an engine once, here and in all other workers. Never raises for what an engine
    does. The number of queries grows with the engine calls, not with the jobs.
    """
    return _Batch(jobs, deadline or Deadline(settings.TRANSLATION_CHAIN_SECONDS)).run()


class _Batch:
    def __init__(self, jobs: Sequence[Job], deadline: Deadline) -> None:
        self._jobs = jobs
        self._deadline = deadline
        self._scopes = scope_cache.load({job.scope_id for job in jobs})
        self._outcomes: dict[int, Outcome] = {}
        self._items: dict[tuple[str, str], engine_chain.Item] = {}
        self._hits: dict[str, dict[str, store.Hit]] = {}

    def run(self) -> list[Outcome]:
        tasks = {index: task for index, job in enumerate(self._jobs) if (task := self._task(index, job))}
        self._look_up(tasks)
        for index, task in list(tasks.items()):
            if self._settle_from_memory(index, task):
                del tasks[index]
        if tasks:
            self._translate(tasks)
        return [self._outcomes[index] for index in range(len(self._jobs))]

    def _task(self, index: int, job: Job) -> _Task | None:
        if job.source not in CODES or job.target not in CODES:
            self._outcomes[index] = Outcome(job, "skipped", reason="unknown_language")
            return None
        if job.source == job.target:
            self._outcomes[index] = Outcome(job, "skipped", reason="nothing_to_translate")
            return None
        return _Task(job, parse(job.text, self._scopes[job.scope_id].terms(job.source, job.target)), [])

    def _look_up(self, tasks: dict[int, _Task]) -> None:
        keys = {key for task in tasks.values() for key in store.keys_of(task.parsed, task.job.source, task.job.target)}
        if keys:
            self._hits = store.find({task.job.scope_id for task in tasks.values()}, keys)

    def _settle_from_memory(self, index: int, task: _Task) -> bool:
        job, parsed = task.job, task.parsed
        known = store.compose(parsed, job.source, job.target, self._hits.get(job.scope_id, {}))
        if known:
            translation, used = known
            store.count_hits(job.scope_id, used)
            self._outcomes[index] = Outcome(job, "ready", translation.text, translation.engine)
        elif not parsed.units:
            self._outcomes[index] = Outcome(job, "skipped", reason="nothing_to_translate")
        return index in self._outcomes

    def _translate(self, tasks: dict[int, _Task]) -> None:
        for task in tasks.values():
            self._add_items(task)
        items = list(self._items.values())
        budgets.choose_engines(items, self._scopes)
        single_flight.give_up_hopeless(items)
        wanted = [item for item in items if not item.reason]
        health = breakers.snapshot({name for item in wanted for name in item.engines})
        with single_flight.take(wanted) as flight:

            def finished(done: list[engine_chain.Item]) -> None:
                self._keep(done)
                single_flight.mark_hopeless(done)
                flight.land(done)

            engine_chain.run(flight.ours, health, self._deadline, finished)
            orphans = flight.wait_for_others(self._deadline)
            engine_chain.run(orphans, health, self._deadline, finished)
        health.save()
        for index, task in tasks.items():
            self._outcomes[index] = self._settled(task, health)

    def _add_items(self, task: _Task) -> None:
        """Link the task to the units it lacks; units that several jobs of a scope share are there once."""
        job = task.job
        known = self._hits.get(job.scope_id, {})
        for unit in task.parsed.units:
            key = store.key_of(unit.canonical, job.source, job.target)
            if (job.scope_id, key) not in self._items:
                item = engine_chain.Item(job.scope_id, key, unit, job.source, job.target, job.context[-3:])
                if hit := known.get(key):
                    item.stored, item.engine = hit.text, hit.engine
                elif phrase := store.phrase_for(unit, job.source, job.target):
                    item.stored, item.engine = phrase, store.PHRASEBOOK
                self._items[job.scope_id, key] = item
            task.items.append(self._items[job.scope_id, key])

    def _keep(self, items: list[engine_chain.Item]) -> None:
        done = [item for item in items if item.stored is not None and item.spent]
        if done:
            store.store(
                store.entry(
                    item.scope_id, item.unit.canonical, item.stored or "", source=item.source, target=item.target,
                    engine=item.engine, version=self._scopes[item.scope_id].version,
                )
                for item in done
            )  # fmt: skip
        budgets.record(items)

    def _settled(self, task: _Task, health: breakers.Breakers) -> Outcome:
        job = task.job
        missing = [item for item in task.items if item.stored is None]
        if not missing:
            try:
                text = task.parsed.render({item.unit.canonical: item.stored or "" for item in task.items})
            except ValueError:
                return Outcome(job, "failed", reason="protection")
            return Outcome(job, "ready", text, task.items[0].engine)
        reason = missing[0].reason
        if reason == "budget":
            return Outcome(job, "skipped", reason=reason)
        if reason in ("no_engine", "protection"):
            return Outcome(job, "failed", reason=reason)
        return Outcome(job, "failed", reason=reason, retry_after=self._retry_after(missing, health))

    def _retry_after(self, missing: Sequence[engine_chain.Item], health: breakers.Breakers) -> float:
        names = {name for item in missing for name in item.engines}
        if missing[0].reason == "engines_down" and any(map(health.is_closed, names)):
            return 1.0  # the trial that these had to wait for went well
        rest = health.retry_after(names)
        return float(settings.TRANSLATION_RETRY_SECONDS) if rest is None else max(rest, 1.0)


@dataclass(frozen=True, slots=True)
class Preview:
    """How a text will read, and what that says in the author's own language; ``back`` is None where it cannot be told."""

    text: str
    engine: str
    back: str | None


def preview(*, scope_id: str, text: str, source: str, target: str, seconds: float) -> Preview | Outcome:
    """The text in ``target`` with its back-translation, or the outcome that says why there is none, within ``seconds``."""
    deadline = Deadline(seconds, hurried=True)
    there = translate_batch([Job(None, scope_id, text, source, target)], deadline=deadline)[0]
    if there.state != "ready":
        return there
    back = translate_batch([Job(None, scope_id, there.text, target, source)], deadline=deadline)[0]
    return Preview(there.text, there.engine, back.text if back.state == "ready" else None)


def engines_health() -> list[dict[str, Any]]:
    """Each configured engine: name, status, pairs offered, last error and when it will be asked again; one query."""
    states = {state.engine: state for state in EngineState.objects.filter(engine__in=engines.configured())}
    told = []
    for name in engines.configured():
        engine, state = engines.engine(name), states.get(name) or EngineState(engine=name)
        told.append(
            {
                "engine": name,
                "status": state.status,
                "local": engine.local,
                "pairs": sum(engine.offers(one, other) for one in CODES for other in CODES),
                "failures": state.failures,
                "last_error": state.last_error,
                "last_error_at": state.last_error_at,
                "retry_at": state.retry_at,
            }
        )
    return told
