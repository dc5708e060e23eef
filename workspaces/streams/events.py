"""The outbox: an event is appended in the transaction of the change that it tells of, and delivered from its row."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from rosetta.db.inserts import WriteBatch
from rosetta.wake import wake
from workspaces.models import Conversation, Event, Workspace
from workspaces.streams import numbering


@dataclass(frozen=True)
class Draft:
    """An event before it has its number."""

    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    user_id: int | None = None


def append(stream: Conversation | Workspace, *drafts: Draft) -> None:
    """Number and store events of ``stream``, in the transaction of the change that they tell of.

    Locks the stream's row, which orders its writers and leaves no gaps. Raises NotFound where the stream was erased.
    """
    first = numbering.next_events(type(stream), stream.pk, len(drafts))
    with WriteBatch() as batch:
        append_numbered(batch, stream.pk, first, *drafts)


def append_numbered(batch: WriteBatch, stream_id: str, first: int, *drafts: Draft) -> None:
    """Add events to ``batch`` whose numbers, from ``first``, the caller took. Gateways are woken after the commit."""
    now = timezone.now()
    rows = (
        Event(stream_id=stream_id, seq=seq, kind=draft.kind, data=draft.data, user_id=draft.user_id, created_at=now)
        for seq, draft in enumerate(drafts, start=first)
    )
    batch.insert(*rows)
    transaction.on_commit(lambda: wake(stream_id))
