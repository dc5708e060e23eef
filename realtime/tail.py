"""Follow a table that only grows by the numbers of its rows, so that what is idle costs nothing.

Transactions take numbers in one order and may commit in another, so that a row can appear below one that was read already.
Numbers that were passed over are therefore looked for again until no transaction can still hold them.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from django.db.models import Model, Q

from realtime.database import Database

log = structlog.get_logger(__name__)

PAGE = 500
# No transaction of ours lasts as long. A number that has not appeared by then was rolled back.
GAP_SECONDS = 120.0
# How many gaps are remembered, and how many numbers back a tail starts, for transactions that are open then.
MAX_GAPS = 200
LOOK_BACK = 1000


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers from ``first`` to ``last`` that were passed over, ``since`` when on the monotonic clock."""

    first: int
    last: int
    since: float


@dataclass(frozen=True, slots=True)
class Position:
    """All numbers up to ``last`` were read, except those in ``gaps``."""

    last: int
    gaps: tuple[Gap, ...] = ()


def start_position(model: type[Model], now: float) -> Position:
    """Return the end of the table, with the last numbers to be read again."""
    last = model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Position(last, (Gap(max(1, last - LOOK_BACK), last, now),) if last else ())


def read_rows(
    model: type[Model], columns: tuple[str, ...], position: Position, now: float
) -> tuple[Position, list[tuple[Any, ...]]]:
    """Read at most PAGE rows that are new at ``position``, as (number, *columns); returns the position after them."""
    gaps = [gap for gap in position.gaps if now - gap.since < GAP_SECONDS][-MAX_GAPS:]
    is_new = Q(pk__gt=position.last)
    for gap in gaps:
        is_new |= Q(pk__range=(gap.first, gap.last))
    rows = list(model._default_manager.filter(is_new).order_by("pk").values_list("pk", *columns)[:PAGE])
    numbers = [row[0] for row in rows]
    last = max([position.last, *numbers])
    gaps = [rest for gap in [*gaps, Gap(position.last + 1, last, now)] for rest in _without(gap, numbers)]
    return Position(last, tuple(gaps)), rows


def _without(gap: Gap, numbers: list[int]) -> Iterator[Gap]:
    """Yield what is left of ``gap`` without ``numbers``, which are in order."""
    first = gap.first
    for number in numbers:
        if first <= number <= gap.last:
            if first < number:
                yield Gap(first, number - 1, gap.since)
            first = number + 1
    if first <= gap.last:
        yield Gap(first, gap.last, gap.since)


class Tail:
    """Calls ``on_row`` with the ``columns`` of each new row of ``model``."""

    def __init__(
        self, model: type[Model], columns: tuple[str, ...], database: Database, *, on_row: Callable[..., None]
    ) -> None:
        self._model = model
        self._columns = columns
        self._database = database
        self._on_row = on_row
        self._position: Position | None = None

    async def read(self) -> None:
        """Pass on everything that is new, and at the start what was last written before.

        After an error the next call starts anew, because another database may have taken over, with lower numbers.
        """
        known, self._position = self._position, None
        position = known if known is not None else await self._database(start_position, self._model, time.monotonic())
        has_more = True
        while has_more:
            position, rows = await self._database(read_rows, self._model, self._columns, position, time.monotonic())
            has_more = len(rows) == PAGE
            for row in rows:
                self._pass_on(row[1:])
        self._position = position

    def pause(self) -> None:
        """Start anew with the next call."""
        self._position = None

    def _pass_on(self, values: tuple[Any, ...]) -> None:
        try:
            self._on_row(*values)
        except Exception:  # so that one row does not keep the next from being read
            log.exception("row_failed", model=self._model.__name__, values=values)
