"""The outbox: an event is appended in the transaction of the change that it tells of, and delivered from its row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models
from django.utils import timezone

from rosetta.db.compiled import CompiledInsert, Statement, run_together
from rosetta.errors import NotFound
from rosetta.ids import database_id
from rosetta.pubsub import StreamAdvanced, publish_on_commit
from workspaces.models import Conversation, Event, Workspace
from workspaces.streams.kinds import EVENT_KINDS

_EVENTS = CompiledInsert(Event)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before it has its number. ``user_id`` set: for that user alone. Raises ValueError for an unknown kind."""

    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    user_id: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in EVENT_KINDS:
            raise ValueError(f"Unknown kind of event: {self.kind}; see workspaces.streams.kinds")


def append(stream: Conversation | Workspace, *new_events: NewEvent) -> None:
    """Number and store events of ``stream``; the caller is in the transaction of the change itself.

    Takes the stream's row lock, which orders its writers and leaves no gaps.
    """
    last = _advance(type(stream), stream.pk, len(new_events))
    run_together([storing(stream.pk, last - len(new_events) + 1, new_events)])


def storing(stream_id: str, first: int, new_events: Sequence[NewEvent]) -> Statement:
    """What stores events whose numbers the caller already took; the gateways are woken after the commit."""
    now = timezone.now()
    rows = [
        Event(stream_id=stream_id, seq=seq, kind=new.kind, data=new.data, user_id=new.user_id, created_at=now)
        for seq, new in enumerate(new_events, first)
    ]
    publish_on_commit(StreamAdvanced(str(stream_id)))
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
