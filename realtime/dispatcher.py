"""Dispatch events from the outbox to sockets.

Many streams in one query, each event rendered once a language.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import structlog
from django.db.models import Q
from django.utils import timezone

from realtime import event_log
from realtime.database import Database
from realtime.frames import EventFrame, event_frames
from realtime.hub import Caller, Hub, Stream
from realtime.metrics import Metrics
from rosetta.db.queries import ULID, CompiledQuery
from rosetta.pubsub import AccessChanged
from workspaces.models import Event
from workspaces.streams.kinds import EVENT_KINDS, Access

log = structlog.get_logger(__name__)

STREAMS_PER_QUERY = 100
# Up to so many streams are read one by one.
FEW = 3
EVENTS_PER_QUERY = 500
RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """A copy of a stream for the database thread.

    Its last event's number, and the readings of its subscribers.
    """

    id_name: str
    workspace_id: str | None
    position: int
    readings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """New events as (stream, frame), in order.

    ``age``: seconds since the oldest was stored, None without events.
    """

    frames: list[tuple[str, EventFrame]]
    age: float | None
    has_more: bool


def read_batch(positions: Mapping[str, StreamPosition]) -> Batch:
    """Read the streams' events after these positions, and render each for the stream's readings."""
    rows = _read_events(positions)
    frames = event_frames(rows, positions, {stream_id: stream.readings for stream_id, stream in positions.items()})
    age = (timezone.now() - min(row.created_at for row in rows)).total_seconds() if rows else None
    pairs = [(row.stream_id, frame) for row, frame in zip(rows, frames, strict=True)]
    return Batch(pairs, age, len(rows) >= EVENTS_PER_QUERY)


def _read_events(positions: Mapping[str, StreamPosition]) -> list[Event]:
    if len(positions) <= FEW:
        # Because compiling a query for all of them takes longer.
        return [row for pk, stream in positions.items() for row in _EVENTS.rows(stream_id=pk, position=stream.position)]
    after = Q()
    for stream_id, stream in positions.items():
        after |= Q(stream_id=stream_id, seq__gt=stream.position)
    return list(Event.objects.filter(after).order_by("stream_id", "seq")[:EVENTS_PER_QUERY])


_EVENTS = CompiledQuery(
    lambda stream_id, position: Event.objects.filter(stream_id=stream_id, seq__gt=position).order_by("seq")[
        :EVENTS_PER_QUERY
    ],
    stream_id=ULID,
    position=int,
)


class EventDispatcher:
    """Deliver new events of the hub's streams, one batch at a time.

    A stream is scheduled when a message says that it advanced, when the row of its event was read although the message
    was lost (`note`), and by `sweep`, which compares numbers. ``on_access_change`` is called with whoever's access an
    event may have changed, once the event is delivered.
    """

    def __init__(
        self,
        hub: Hub,
        database: Database,
        sweep_database: Database,
        metrics: Metrics,
        *,
        on_access_change: Callable[[AccessChanged], None],
    ) -> None:
        self._hub = hub
        self._database = database
        self._sweep_database = sweep_database
        self._metrics = metrics
        self._on_access_change = on_access_change
        self._scheduled: dict[str, None] = {}
        self._wake = asyncio.Event()

    def schedule(self, stream_id: str) -> None:
        """Look for new events of the stream soon.

        Ignored when nobody here is subscribed to it.
        """
        if stream_id in self._hub.streams:
            self._scheduled[stream_id] = None
            self._wake.set()

    def note(self, stream_id: str, seq: int) -> None:
        """Look for new events of the stream unless it has been delivered up to ``seq``."""
        stream = self._hub.streams.get(stream_id)
        if stream is not None and stream.position < seq:
            self.schedule(stream_id)

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            stream_ids = list(self._scheduled)[:STREAMS_PER_QUERY]
            for stream_id in stream_ids:
                del self._scheduled[stream_id]
            if self._scheduled:
                self._wake.set()
            await self.dispatch(stream_ids)

    async def dispatch(self, stream_ids: list[str]) -> None:
        """Deliver the new events of the streams.

        A batch that fails is repeated in halves, so that a fault in one stream delays no other.
        """
        streams = {
            stream_id: self._hub.streams[stream_id] for stream_id in stream_ids if stream_id in self._hub.streams
        }
        if not streams:
            return
        try:
            await self._dispatch(streams)
        except Exception:
            if len(stream_ids) == 1:
                log.exception("dispatch_failed", stream=stream_ids[0])
                asyncio.get_running_loop().call_later(RETRY_SECONDS, self.schedule, stream_ids[0])
                return
            half = len(stream_ids) // 2
            await self.dispatch(stream_ids[:half])
            await self.dispatch(stream_ids[half:])

    async def _dispatch(self, streams: dict[str, Stream]) -> None:
        positions = {
            stream_id: StreamPosition(stream.id_name, stream.workspace_id, stream.position, tuple(stream.readings))
            for stream_id, stream in streams.items()
        }
        batch = await self._database.patiently(read_batch, positions)
        stalled: set[str] = set()
        for stream_id, frame in batch.frames:
            stream = self._hub.streams.get(stream_id)
            if stream is None or stream_id in stalled or frame.seq <= stream.position:
                continue
            if not stream.readings.issubset(frame.readings):
                # Meanwhile a subscriber joined for whose reading the frames were not rendered.
                stalled.add(stream_id)
                self.schedule(stream_id)
                continue
            stream.deliver(frame, self._hub.callers)
            self._report_access_changes(stream, frame)
        if batch.age is not None:
            self._metrics.age.observe(batch.age)
        if batch.has_more:
            for stream_id in streams:
                self.schedule(stream_id)

    def _report_access_changes(self, stream: Stream, frame: EventFrame) -> None:
        kind = EVENT_KINDS.get(frame.kind)
        match kind.changes_access_of if kind is not None else Access.NOBODY:
            case Access.SUBJECT:
                user = (frame.shared_data or {}).get("user") or {}
                if user.get("id") is not None:
                    self._on_access_change(AccessChanged(user=user["id"]))
            case Access.WORKSPACE:
                self._on_access_change(AccessChanged(workspace=stream.id))
                if frame.user_id is not None:
                    self._on_access_change(AccessChanged(user=frame.user_id))
            case Access.ROOM_GUESTS:
                for caller in _callers_of(stream):
                    if caller.guest_id is not None:
                        self._on_access_change(AccessChanged(guest=caller.guest_id))

    async def sweep(self, stream_ids: Collection[str]) -> None:
        """Schedule those of the streams that have new events, announced or not, and report those whose row is gone."""
        began = time.monotonic()
        last = await self._sweep_database(event_log.last_events, stream_ids)
        for stream_id in stream_ids:
            stream = self._hub.streams.get(stream_id)
            if stream is None:
                continue
            if stream_id not in last:
                self._report_missing(stream)
            elif last[stream_id] > stream.position:
                self.schedule(stream_id)
        self._metrics.sweep.observe(time.monotonic() - began)

    def _report_missing(self, stream: Stream) -> None:
        """Read the access of a stream's subscribers again, because its row was deleted, or created after the query."""
        if stream.workspace_id:
            self._on_access_change(AccessChanged(workspace=stream.workspace_id))
        for caller in _callers_of(stream):
            self._on_access_change(AccessChanged(user=caller.user_id, guest=caller.guest_id))


def _callers_of(stream: Stream) -> list[Caller]:
    return list({socket.caller.key: socket.caller for socket in stream.audience.sockets()}.values())
