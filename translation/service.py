"""Offer translation to higher apps.

They recall, translate in batches, preview and correct, and see engines' health.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.conf import settings

from rosetta.languages import CODES
from translation import engines
from translation.context.leaning import leans
from translation.context.text_context import NO_CONTEXT, TextContext, sharable
from translation.engines import breakers, budgets, engine_chain, refusals, single_flight
from translation.engines.base import ContextUse, Deadline
from translation.engines.budgets import characters_left
from translation.engines.history import History
from translation.engines.requests import RequestId, UnitRequest, UnitResult
from translation.glossary import scope_cache
from translation.memory import hits, phrasebook, store
from translation.memory.corrections import remember_correction
from translation.memory.recall import PHRASEBOOK, Translation, compose, recall, recall_many
from translation.memory.settings import Circumstances, Shelf, uses_context
from translation.models import EngineState, MemoryEntry
from translation.protection.protect import Parsed, Unit, is_translatable, parse

__all__ = [
    "Circumstances", "Job", "JobResult", "Preview", "Translation", "characters_left", "engines_health", "is_translatable",
    "pairs_of", "preview", "recall", "recall_many", "remember_correction", "translatable_pairs", "translate_batch",
    "uses_context",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """A text that a scope needs in ``target``.

    ``context``: what engines may know besides.

    ``key`` is for the caller, to recognise the job in its result.
    """

    key: Any
    scope_id: str
    text: str
    source: str
    target: str
    context: TextContext = NO_CONTEXT
    # The engine that is not asked, and whose earlier result is replaced; or another source of translations.
    not_by: str = ""


@dataclass(frozen=True, slots=True)
class JobResult:
    """The result of a job.

    ``ready``: translated to ``text`` by ``engine``. ``skipped``: not to be translated, because of ``reason``
    (``nothing_to_translate``, ``budget``, ``unknown_language``). ``failed``: not translated now; ``retry_after`` is in
    seconds, or None if a retry is useless until an engine offers the pair (``no_engine``).
    """

    job: Job
    state: Literal["ready", "failed", "skipped"]
    text: str = ""
    engine: str = ""
    # How sure a ready translation is, from 0 to 100; None where nobody judged it.
    confidence: int | None = None
    reason: str = ""
    retry_after: float | None = None


# Stands for people who are mentioned where nobody has a label.
_LEFT_OUT = "…"
# Texts that waited for a trial call or for others are asked for again at once.
_HELD_BACK = ("engines_down", "deadline")
_SOON = 1.0


class _ParsedJob:
    """A job with its units, and where their translations are remembered."""

    def __init__(self, job: Job, parsed: Parsed) -> None:
        self.job, self.parsed = job, parsed
        self.context = job.context if uses_context(job.source, job.target) else NO_CONTEXT
        if self.context is not NO_CONTEXT and len(parsed.units) > 1:
            # Each line is translated alone, and the others tell what it is about.
            self.context = replace(self.context, message=sharable(job.text, lambda _address: _LEFT_OUT))
        self.circumstances = Circumstances(self.context.formality, self.context.said)
        self.shelf = Shelf(job.source, job.target, self.circumstances)

    def key_of(self, canonical: str) -> RequestId:
        return self.job.scope_id, self.shelf.key(canonical, self.shelf.setting(canonical))

    @property
    def request_ids(self) -> list[RequestId]:
        """Return the ids of the requests for the job's units, in the order of the text."""
        return [self.key_of(unit.canonical) for unit in self.parsed.units]


def translate_batch(jobs: Sequence[Job], *, deadline: Deadline | None = None) -> list[JobResult]:
    """Translate ``jobs`` of any scopes and language pairs.

    Returns one result for each, in order. ``deadline`` is TRANSLATION_CHAIN_SECONDS from now by default. Equal texts
    of one scope and pair are sent to an engine once, also if several workers need them. An engine's errors become
    results, never exceptions. The number of queries grows with the number of engine calls, not with the number of
    jobs.
    """
    return _Batch(jobs, deadline or Deadline(settings.TRANSLATION_CHAIN_SECONDS)).run()


class _Batch:
    def __init__(self, jobs: Sequence[Job], deadline: Deadline) -> None:
        self._jobs = jobs
        self._deadline = deadline
        self._scopes = scope_cache.load({job.scope_id for job in jobs})
        self._hits: dict[str, dict[str, store.Hit]] = {}
        self._history = History()

    def run(self) -> list[JobResult]:
        results: dict[int, JobResult] = {}
        parsed: dict[int, _ParsedJob] = {}
        for index, job in enumerate(self._jobs):
            if reason := _untranslatable_pair(job):
                results[index] = JobResult(job, "skipped", reason=reason)
            else:
                terms = self._scopes[job.scope_id].terms(job.source, job.target)
                parsed[index] = _ParsedJob(job, parse(job.text, terms))
        self._look_up(parsed.values())
        for index, parsed_job in parsed.items():
            if known := self._result_from_memory(parsed_job):
                results[index] = known
        pending = {index: parsed_job for index, parsed_job in parsed.items() if index not in results}
        if pending:
            results |= dict(zip(pending, self._translate(list(pending.values())), strict=True))
        return [results[index] for index in range(len(self._jobs))]

    def _look_up(self, parsed_jobs: Iterable[_ParsedJob]) -> None:
        keys, scope_ids = set(), set()
        for parsed_job in parsed_jobs:
            job = parsed_job.job
            keys.update(parsed_job.shelf.keys_of(parsed_job.parsed))
            scope_ids.add(job.scope_id)
        if keys:
            self._hits = store.find(scope_ids, keys)

    def _result_from_memory(self, parsed_job: _ParsedJob) -> JobResult | None:
        job, parsed = parsed_job.job, parsed_job.parsed
        hits_of_scope = self._hits_for(job)
        composed = compose(parsed, job.source, job.target, hits_of_scope, parsed_job.circumstances)
        if composed:
            translation, used = composed
            hits.count_hits(job.scope_id, used)
            return JobResult(job, "ready", translation.text, translation.engine, translation.confidence)
        return None if parsed.units else JobResult(job, "skipped", reason="nothing_to_translate")

    def _hits_for(self, job: Job) -> dict[str, store.Hit]:
        """Return what the memory has for a job; only people's translations where an engine's was found wanting."""
        known = self._hits.get(job.scope_id, {})
        return {key: hit for key, hit in known.items() if hit.origin == store.CORRECTION} if job.not_by else known

    def _translate(self, parsed_jobs: list[_ParsedJob]) -> list[JobResult]:
        requests = self._requests(parsed_jobs)
        phrases = _phrases(parsed_jobs)
        results = {
            request.id: result for request in requests.values() if (result := self._known_result(request, phrases))
        }
        decision = budgets.choose_engines(
            [request for request in requests.values() if request.id not in results], self._scopes
        )
        allowed = [_without_rejected(request) for request in decision.allowed]
        results |= {request.id: UnitResult(request, reason="budget") for request in decision.over_budget}
        health = breakers.snapshot({name for request in allowed for name in request.engines})
        self._history.load(allowed)
        results |= {result.request.id: result for result in self._ask_engines(allowed, health)}
        health.save()
        self._history.save()
        return [self._job_result(parsed_job, results, health) for parsed_job in parsed_jobs]

    def _requests(self, parsed_jobs: list[_ParsedJob]) -> dict[RequestId, UnitRequest]:
        """Return a request for each unit by its id.

        A unit that several jobs of a scope share has one request.
        """
        requests: dict[RequestId, UnitRequest] = {}
        for parsed_job in parsed_jobs:
            job, shelf = parsed_job.job, parsed_job.shelf
            for unit in parsed_job.parsed.units:
                setting = shelf.setting(unit.canonical) or ""
                context = parsed_job.context if _needs_context(job, unit) else TextContext(formality=setting)
                key = shelf.key(unit.canonical, setting)
                request = UnitRequest(
                    job.scope_id, key, unit, job.source, job.target, context, setting=setting, not_by=job.not_by
                )
                requests.setdefault(request.id, request)
        return requests

    def _known_result(self, request: UnitRequest, phrases: Mapping[RequestId, str]) -> UnitResult | None:
        hits_of_scope = self._hits.get(request.scope_id, {})
        general = store.key_of(request.unit.canonical, request.source, request.target)
        hit = hits_of_scope.get(general)
        if hit is None or hit.origin != store.CORRECTION:
            hit = None if request.not_by else hits_of_scope.get(request.key)
        if hit is not None:
            return UnitResult(request, hit.text, hit.engine, confidence=hit.confidence)
        if (phrase := phrases.get(request.id)) and not request.not_by:
            return UnitResult(request, phrase, PHRASEBOOK)
        return None

    def _ask_engines(self, requests: Sequence[UnitRequest], health: breakers.Breakers) -> list[UnitResult]:
        with single_flight.claim(requests) as flight:

            def on_finished(results: list[UnitResult]) -> None:
                self._store(results)
                # Before the claims end, so that no other worker asks for what failed.
                self._history.save()
                flight.release(result.request for result in results)

            def run(requests: Sequence[UnitRequest]) -> list[UnitResult]:
                return engine_chain.run(requests, health, self._deadline, on_finished, history=self._history)

            results = run(flight.ours)
            by_others, abandoned = flight.wait_for_others(self._deadline)
            self._history.load(abandoned)
            return results + by_others + run(abandoned)

    def _store(self, results: list[UnitResult]) -> None:
        """Store the engines' translations in the memory, and record their cost and what was refused."""
        translated = [result for result in results if result.stored is not None and result.is_memorable]
        for rows, keep in (
            ([result for result in translated if not result.request.not_by], store.store),
            ([result for result in translated if result.request.not_by], store.replace),
        ):
            if rows:
                keep(self._entry(result) for result in rows)
        budgets.record(results)
        refusals.record(results)

    def _entry(self, result: UnitResult) -> MemoryEntry:
        request = result.request
        return store.entry(
            request.scope_id, request.unit.canonical, result.stored or "", source=request.source, target=request.target,
            engine=result.engine, version=self._scopes[request.scope_id].version, setting=request.setting,
            confidence=result.confidence,
        )  # fmt: skip

    def _job_result(
        self, parsed_job: _ParsedJob, results: dict[RequestId, UnitResult], health: breakers.Breakers
    ) -> JobResult:
        job = parsed_job.job
        unit_results = [results[request_id] for request_id in parsed_job.request_ids]
        missing = [result for result in unit_results if result.stored is None]
        if not missing:
            stored = {result.request.unit.canonical: result.stored or "" for result in unit_results}
            try:
                sure = [result.confidence for result in unit_results if result.confidence is not None]
                text = parsed_job.parsed.render(stored)
                return JobResult(job, "ready", text, unit_results[0].engine, min(sure, default=None))
            except ValueError:
                return JobResult(job, "failed", reason="protection")
        reason = missing[0].reason
        if reason == "budget":
            return JobResult(job, "skipped", reason=reason)
        if reason == "no_engine":
            return JobResult(job, "failed", reason=reason)
        return JobResult(job, "failed", reason=reason, retry_after=self._retry_after(missing, health))

    def _retry_after(self, missing: Sequence[UnitResult], health: breakers.Breakers) -> float:
        """Return the seconds until an engine may be asked again for one of the texts."""
        return max(1.0, min(self._wait(result, name, health) for result in missing for name in self._offering(result)))

    @staticmethod
    def _offering(result: UnitResult) -> list[str]:
        request = result.request
        names = request.engines
        return [name for name in names if engines.engine(name).offers(request.source, request.target)] or list(names)

    def _wait(self, result: UnitResult, name: str, health: breakers.Breakers) -> float:
        """Return the seconds until one engine may be asked again for one text."""
        own = self._history.retry_at(name, result.request) - time.time()
        if health.is_closed(name):
            if own > 0:
                return own
            return _SOON if result.reason in _HELD_BACK else float(settings.TRANSLATION_RETRY_SECONDS)
        backoff = health.retry_after([name])
        # An engine without a time waits for the service's own check.
        return max(own, float(settings.TRANSLATION_RETRY_SECONDS) if backoff is None else backoff)


def _phrases(parsed_jobs: Sequence[_ParsedJob]) -> dict[RequestId, str]:
    """Return the lines of the jobs that the phrasebook has, except those that are no phrase in another of the jobs."""
    phrases: dict[RequestId, str] = {}
    elsewhere: set[RequestId] = set()
    for parsed_job in parsed_jobs:
        known = phrasebook.phrases_in(parsed_job.parsed, parsed_job.job.source, parsed_job.job.target)
        phrases |= {parsed_job.key_of(canonical): stored for canonical, stored in known.items()}
        elsewhere.update(parsed_job.key_of(u.canonical) for u in parsed_job.parsed.units if u.canonical not in known)
    return {request_id: stored for request_id, stored in phrases.items() if request_id not in elsewhere}


def _without_rejected(request: UnitRequest) -> UnitRequest:
    """Return a request without the engine whose translation was found wanting."""
    if not request.not_by:
        return request
    return replace(request, engines=tuple(name for name in request.engines if name != request.not_by))


def _needs_context(job: Job, unit: Unit) -> bool:
    """Return whether a unit is sent with its context.

    Where an engine takes one context for a whole call, only with texts that lean on it: others share calls.
    """
    uses = {engines.engine(name).context_use for name in engines.chain(job.source, job.target)}
    return ContextUse.EACH_CALL not in uses or leans(unit.canonical, job.source)


def _untranslatable_pair(job: Job) -> str:
    """Return why no text is translated between these languages.

    Empty if texts are translated.
    """
    if job.source not in CODES or job.target not in CODES:
        return "unknown_language"
    return "nothing_to_translate" if job.source == job.target else ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A text's translation, and ``back``: the translation translated back.

    ``back`` is None if that failed.
    """

    text: str
    engine: str
    back: str | None


def preview(*, scope_id: str, text: str, source: str, target: str, seconds: float) -> Preview | JobResult:
    """Translate a text and back within ``seconds``.

    Returns the failed job's result if the text was not translated.
    """
    deadline = Deadline(seconds, hurried=True)
    there = translate_batch([Job(None, scope_id, text, source, target)], deadline=deadline)[0]
    if there.state != "ready":
        return there
    back = translate_batch([Job(None, scope_id, there.text, target, source)], deadline=deadline)[0]
    return Preview(there.text, there.engine, back.text if back.state == "ready" else None)


def has_other_engine(source: str, target: str, than: str) -> bool:
    """Return whether an engine of the pair's chain other than ``than`` offers the pair."""
    names = engines.chain(source, target)
    return any(name != than and engines.engine(name).offers(source, target) for name in names)


def translatable_pairs() -> set[tuple[str, str]]:
    """Return the pairs for which some engine of their chain is well and offers them.

    One query.
    """
    unwell = set(EngineState.objects.exclude(status=EngineState.Status.CLOSED).values_list("engine", flat=True))
    return {
        (source, target)
        for source in CODES
        for target in CODES
        if any(
            name not in unwell and engines.engine(name).offers(source, target) for name in engines.chain(source, target)
        )
    }


def pairs_of(name: str) -> list[tuple[str, str]]:
    """Return the pairs that an engine offers."""
    engine = engines.engine(name)
    return [(source, target) for source in CODES for target in CODES if engine.offers(source, target)]


def engines_health() -> list[dict[str, Any]]:
    """Return each configured engine's state, as a dictionary. One query.

    It has name, status, number of pairs, last error and time of the next try.
    """
    states = {state.engine: state for state in EngineState.objects.filter(engine__in=engines.configured())}
    rows = []
    for name in engines.configured():
        engine, state = engines.engine(name), states.get(name) or EngineState(engine=name)
        rows.append(
            {
                "engine": name,
                "status": state.status,
                "local": engine.local,
                "pairs": len(pairs_of(name)),
                "failures": state.failures,
                "last_error": state.last_error,
                "last_error_at": state.last_error_at,
                "retry_at": state.retry_at,
            }
        )
    return rows
