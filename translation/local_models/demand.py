"""Which directions are needed.

Those between the languages that people here read, most wanted first.

Apps above register who reads which language in ``READERS``; this one knows no people.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from django.conf import settings

from rosetta.languages import CODES
from translation.engines.local import PIVOT
from translation.engines.model_files import Pair

# Each returns how many people read each language, guests' and members' alike.
READERS: list[Callable[[], Mapping[str, int]]] = []


def languages_in_use() -> list[str]:
    """Return the languages that people here read, those of most people first."""
    people: Counter[str] = Counter()
    for readers in READERS:
        people.update(readers())
    found = [code for code, number in people.items() if code in CODES and number > 0]
    return sorted(found, key=lambda code: (-people[code], code))


def pairs_in_use(languages: list[str] | None = None) -> list[Pair]:
    """Return every pair of two languages in use, in which somebody's message may have to be translated."""
    languages = languages_in_use() if languages is None else languages
    return [(source, target) for source in languages for target in languages if source != target]


def wanted_directions() -> list[Pair]:
    """Return the directions to fetch, the most wanted first.

    None where LOCAL_MODELS is off or all share a language.

    Each language's two directions stand together, because a conversation needs both.
    """
    chosen = settings.LOCAL_MODELS
    if not isinstance(chosen, str):
        return list(chosen)
    if chosen == "off":
        return []
    languages = languages_in_use()
    if len(languages) < 2:
        return []
    return [pair for code in languages if code != PIVOT for pair in ((PIVOT, code), (code, PIVOT))]
