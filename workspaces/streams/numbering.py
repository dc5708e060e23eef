"""Number the messages and events of streams without gaps.

Each function updates the stream's own row: its lock, held to the commit, orders the stream's writers.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from rosetta.errors import NotFound
from rosetta.ids import database_id
from workspaces.models import Conversation, Workspace

# Virtual time, as in fair queueing: each message advances its conversation's position in the translators' queue by its cost,
# so that a busy conversation queues behind quiet ones. The position runs at most MAX_BACKLOG_MS ahead of the clock: a flood
# is forgiven after that time.
COST_PER_MESSAGE_MS = 250
MAX_BACKLOG_MS = 60_000


@dataclass(frozen=True, slots=True)
class MessageNumbers:
    """``seq`` of the message, ``event`` of its event, and its ``queue_position`` in Unix milliseconds."""

    seq: int
    event: int
    queue_position: int


def next_message(conversation_id: str, now: datetime) -> MessageNumbers:
    """Take the next message and event numbers of a conversation.

    Locks the conversation. Raises NotFound where it was erased since the caller read it.
    """
    clock = int(now.timestamp() * 1000)
    latest = clock + MAX_BACKLOG_MS
    row = _updated(
        "UPDATE workspaces_conversation SET last_seq = last_seq + 1, last_event = last_event + 1, last_message_at = %s,"
        " turn = %s + CASE WHEN turn < %s THEN %s WHEN turn > %s THEN %s ELSE turn END"
        " WHERE id = %s RETURNING last_seq, last_event, turn",
        [now, COST_PER_MESSAGE_MS, clock, clock, latest, latest, database_id(conversation_id)],
    )
    return MessageNumbers(row[0], row[1], row[2] - COST_PER_MESSAGE_MS)


def next_events(stream: type[Conversation | Workspace], stream_id: str, count: int) -> int:
    """Take the next ``count`` event numbers of a stream; return the first.

    Locks the stream. Raises NotFound where it was erased since the caller read it.
    """
    # RETURNING, which the ORM's update() lacks: the numbers and the lock in one statement.
    row = _updated(
        f'UPDATE "{stream._meta.db_table}" SET last_event = last_event + %s WHERE id = %s RETURNING last_event',  # noqa: S608
        [count, database_id(stream_id)],
    )
    return row[0] - count + 1


def _updated(sql: str, params: list[Any]) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return tuple(row)
