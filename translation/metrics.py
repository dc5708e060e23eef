"""Count engine calls, costs and recalls for Prometheus.

All are labelled by engine and language pair.
"""

from prometheus_client import Counter, Histogram

_PAIR = ("engine", "source", "target")

_seconds = Histogram(
    "rosetta_translation_seconds",
    "Duration of engine calls",
    _PAIR,
    buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
)
_errors = Counter("rosetta_translation_errors", "Engine calls that failed, by kind", (*_PAIR, "kind"))
_characters = Counter("rosetta_translation_characters", "Characters sent to engines", _PAIR)
_cost = Counter("rosetta_translation_cost", "Cost by the operator's prices", _PAIR)
_refusals = Counter(
    "rosetta_translation_refused_answers", "Answers of engines that were no translations, by fault", (*_PAIR, "fault")
)
_recalls = Counter(
    "rosetta_translation_recalls",
    "Texts looked up in memory and phrasebook, by where they were found and the engine of the memory's entry",
    ("found", *_PAIR),
)


def engine_call(
    engine: str, source: str, target: str, seconds: float, characters: int, micros_a_character: int, error: str
) -> None:
    _seconds.labels(engine, source, target).observe(seconds)
    _characters.labels(engine, source, target).inc(characters)
    if micros_a_character:
        _cost.labels(engine, source, target).inc(characters * micros_a_character / 1_000_000)
    if error:
        _errors.labels(engine, source, target, error).inc()


def refused_answer(engine: str, source: str, target: str, fault: str) -> None:
    """Count an answer that is not shown. ``fault``: ``pieces``, or one of the judge's."""
    _refusals.labels(engine, source, target, fault).inc()


def recalled(found: str, engine: str, source: str, target: str) -> None:
    """Count a look-up.

    ``found``: memory, correction, phrasebook, glossary or nothing; ``engine``: of the memory's entry.
    """
    _recalls.labels(found, engine, source, target).inc()
