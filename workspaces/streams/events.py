"""The outbox: an event is appended in the transaction of the change that it tells of, and delivered from its row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from rosetta.db.compiled import CompiledInsert, Statement, run_together
from rosetta.errors import NotFound
from rosetta.ids import database_id
from rosetta.wake import wake
from workspaces.models import Conversation, Event, Workspace

_EVENTS = CompiledInsert(Event)


@dataclass(frozen=True)
class Draft:
    """An event before it has its number."""

    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    user_id: int | None = None


def append(stream: Conversation | Workspace, *drafts: Draft) -> None:
    """Number and store events of ``stream``; the caller is in the transaction of the change itself.

    Takes the stream's row lock, which orders its writers and leaves no gaps.
    """
    last = _advance(type(stream), stream.pk, len(drafts))
    run_together([storing(stream.pk, last - len(drafts) + 1, drafts)])


def storing(stream_id: str, first: int, drafts: Sequence[Draft]) -> Statement:
    """What stores events whose numbers the caller already took; the gateways are woken after the commit."""
    now = timezone.now()
    rows = [
        Event(stream_id=stream_id, seq=first + place, kind=d.kind, data=d.data, user_id=d.user_id, created_at=now)
        for place, d in enumerate(drafts)
    ]
    transaction.on_commit(lambda: wake(stream_id))
    return _EVENTS.of(rows)


def _advance(model: type[models.Model], stream_id: str, count: int) -> int:
    # RETURNING, which the ORM's update() lacks: the number and the lock in one statement.
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" SET last_event = last_event + %s WHERE id = %s RETURNING last_event',  # noqa: S608
            [count, database_id(stream_id)],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound  # erased since the caller read it
    return int(row[0])
