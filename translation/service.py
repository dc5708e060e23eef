"""What messaging asks of translation: what is known at once, and batches for the workers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from translation import phrasebook


@dataclass(frozen=True, slots=True)
class Translation:
    text: str
    engine: str


@dataclass(frozen=True, slots=True)
class Job:
    key: Any
    scope_id: str
    text: str
    source: str
    target: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    job: Job
    state: str
    text: str = ""
    engine: str = ""
    reason: str = ""
    retry_after: float | None = None


def recall(*, scope_id: str, text: str, source: str, targets: Collection[str]) -> dict[str, Translation]:
    """The translations of ``text`` that are known without an engine."""
    known = {target: phrasebook.translate(text, source, target) for target in targets}
    return {target: Translation(words, "phrasebook") for target, words in known.items() if words}


def is_translatable(text: str) -> bool:
    return any(character.isalpha() for character in text)


def translate_batch(jobs: Sequence[Job]) -> list[Outcome]:
    return [Outcome(job, "failed", reason="no_engine") for job in jobs]
