"""The outbox: an event is appended in the transaction of the change that it tells of, and delivered from its row."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from rosetta.db.inserts import WriteBatch
from rosetta.pubsub import StreamAdvanced, publish_on_commit
from workspaces.models import Conversation, Event, Workspace
from workspaces.streams import numbering
from workspaces.streams.kinds import EVENT_KINDS


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before it has its number.

    ``user_id`` set: for that user alone. Raises ValueError for an unknown kind.
    """

    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    user_id: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in EVENT_KINDS:
            raise ValueError(f"Unknown kind of event: {self.kind}; see workspaces.streams.kinds")


def append(stream: Conversation | Workspace, *new_events: NewEvent) -> None:
    """Number and store events of ``stream``, in the transaction of the change that they tell of.

    Locks the stream's row, which orders its writers and leaves no gaps. Raises NotFound where the stream was erased.
    """
    first = numbering.next_events(type(stream), stream.pk, len(new_events))
    with WriteBatch() as batch:
        append_numbered(batch, stream.pk, first, *new_events)


def append_numbered(batch: WriteBatch, stream_id: str, first: int, *new_events: NewEvent) -> None:
    """Add events to ``batch`` whose numbers, from ``first``, the caller took.

    Publish to the gateways on commit.
    """
    now = timezone.now()
    batch.insert(
        *(
            Event(stream_id=stream_id, seq=seq, kind=new.kind, data=new.data, user_id=new.user_id, created_at=now)
            for seq, new in enumerate(new_events, first)
        )
    )
    publish_on_commit(StreamAdvanced(str(stream_id)))
