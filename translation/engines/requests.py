"""Define requests to engines, their costs and their results.

All are frozen; each step returns new ones.
"""

from dataclasses import dataclass
from typing import TypeAlias

from translation.context.text_context import NO_CONTEXT, TextContext
from translation.protection.protect import Unit

RequestId: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class UnitRequest:
    """One unit to translate, for one scope and language pair.

    ``key`` is the unit's key in the memory, ``setting`` what its translation holds for alone (``translation.memory.settings``).
    ``engines`` are the names of the engines that may translate it, in order.
    """

    scope_id: str
    key: str
    unit: Unit
    source: str
    target: str
    context: TextContext = NO_CONTEXT
    engines: tuple[str, ...] = ()
    setting: str = ""
    # As in a job: this engine is not asked, and its result replaced.
    not_by: str = ""

    @property
    def id(self) -> RequestId:
        return self.scope_id, self.key


@dataclass(frozen=True, slots=True)
class Cost:
    """A request's share of the cost of one engine's calls."""

    engine: str
    characters: int
    calls: int
    errors: int
    cost_micros: int
    is_metered: bool


@dataclass(frozen=True, slots=True)
class UnitResult:
    """The result of a request.

    The ``stored`` translation, with marks, by ``engine``, or the ``reason`` it failed. ``is_memorable``: whether it may be
    remembered. ``confidence``: how sure it is, from 0
    to 100, None where nobody judged it. ``refusals`` are answers that were no translations, as pairs of engine and fault.
    """

    request: UnitRequest
    stored: str | None = None
    engine: str = ""
    reason: str = ""
    costs: tuple[Cost, ...] = ()
    is_memorable: bool = True
    confidence: int | None = None
    refusals: tuple[tuple[str, str], ...] = ()
