"""What engines are asked for and what comes of it. Both are frozen: each step returns new ones instead of writing notes."""

from dataclasses import dataclass
from typing import TypeAlias

from translation.protection.protect import Unit

RequestId: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class UnitRequest:
    """One unit to be translated, for one scope and language pair.

    ``key`` is the unit's key in the memory. ``engines`` names those that may translate it, in the order to try them.
    """

    scope_id: str
    key: str
    unit: Unit
    source: str
    target: str
    context: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()

    @property
    def id(self) -> RequestId:
        return self.scope_id, self.key


@dataclass(frozen=True, slots=True)
class Cost:
    """A request's share of the calls of one engine."""

    engine: str
    characters: int
    calls: int
    errors: int
    cost_micros: int
    is_metered: bool


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What became of a request: ``stored`` (with marks for pieces) by ``engine``, or the ``reason`` why there is none."""

    request: UnitRequest
    stored: str | None = None
    engine: str = ""
    reason: str = ""
    costs: tuple[Cost, ...] = ()
