"""Queries on the table of events.

Stream positions, and pages of what happened, for REST and for replays alike.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q, QuerySet

from accounts.models import Guest, User
from realtime.frames import EventFrame, event_frames
from realtime.subscriptions import Subscription
from rosetta.languages import Reading
from workspaces.models import Conversation, Event, Workspace
from workspaces.streams.kinds import ONE_LANGUAGE_KINDS

# How many ids one statement names.
CHUNK = 900
MAX_SEQ = 2**53


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a stream: ``key`` is ``user:7`` or ``guest:01h…``."""

    key: str
    user_id: int | None

    @classmethod
    def of(cls, caller: User | Guest) -> "Reader":
        if isinstance(caller, Guest):
            return cls(f"guest:{caller.pk}", None)
        return cls(f"user:{caller.pk}", caller.pk)


@dataclass(frozen=True, slots=True)
class ReadableStream:
    """A stream as one reader receives it. ``id_name`` is the name of its id in frames."""

    stream_id: str
    id_name: str
    subscription: Subscription

    @property
    def workspace_id(self) -> str | None:
        return self.subscription.workspace_id


@dataclass(frozen=True, slots=True)
class Page:
    """Frames in order.

    Up to ``upto`` nothing else concerns the reader; ``last_seq`` is the stream's highest number.
    """

    frames: list[EventFrame]
    upto: int
    last_seq: int

    @property
    def has_more(self) -> bool:
        return self.upto < self.last_seq


# ── Positions ──


def last_events(stream_ids: Collection[str]) -> dict[str, int]:
    """Return the highest number of each stream that exists."""
    last: dict[str, int] = {}
    for chunk in _chunks(stream_ids):
        last.update(Conversation.objects.filter(pk__in=chunk).values_list("pk", "last_event"))
        if workspace_ids := [pk for pk in chunk if pk not in last]:
            last.update(Workspace.objects.filter(pk__in=workspace_ids).values_list("pk", "last_event"))
    return last


def first_events(stream_ids: Collection[str]) -> dict[str, int]:
    """Return the lowest number still kept of each stream.

    Streams of which nothing is kept are left out.
    """
    first: dict[str, int] = {}
    for stream_id in stream_ids:
        # One at a time: an index probe each, where a grouping would read all of the streams' rows.
        seq = Event.objects.filter(stream_id=stream_id).order_by("seq").values_list("seq", flat=True).first()
        if seq is not None:
            first[stream_id] = seq
    return first


def positions_before(since: Mapping[str, datetime]) -> dict[str, int]:
    """Return for each stream the number after which everything happened at or after its moment."""
    by_moment: dict[datetime, list[str]] = defaultdict(list)
    for stream_id, moment in since.items():
        by_moment[moment].append(stream_id)
    # Before the events, because one that is added in between then comes after the position and is not lost.
    positions = last_events(since)
    for moment, ids in by_moment.items():
        for chunk in _chunks(ids):
            events = Event.objects.filter(stream_id__in=chunk, created_at__gte=moment)
            for stream_id, first in events.values_list("stream_id").annotate(Min("seq")):
                positions[stream_id] = first - 1
    return positions


def _chunks(ids: Collection[str]) -> Iterator[list[str]]:
    ordered = list(ids)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


def kept_range(stream_id: str) -> tuple[int | None, int]:
    """Return the lowest number still kept of a stream, and the highest given out."""
    # In this order, because an event that expires in between only makes a client read its list again.
    last = last_events([stream_id]).get(stream_id, 0)
    return first_events([stream_id]).get(stream_id), last


def is_out_of_range(after: int, first: int | None, last: int) -> bool:
    """Return whether ``after`` is too old, or ahead.

    The events that follow it are not all kept.
    """
    return after > last or (after < last and (first is None or after < first - 1))


# ── Pages ──


def read_page(reader: Reader, stream: ReadableStream, *, after: int, limit: int) -> Page:
    """Read the ``limit`` events that come after ``after``, as ``reader`` receives them."""
    last = last_events([stream.stream_id]).get(stream.stream_id, 0)
    rows = list(_readable_events(reader, stream, after)[: limit + 1])
    is_last_page = len(rows) <= limit
    rows = rows[:limit]
    frames = event_frames(rows, {stream.stream_id: stream}, {stream.stream_id: (stream.subscription.reading,)})
    seq = rows[-1].seq if rows else after
    return Page(frames, max(seq, last) if is_last_page else seq, max(seq, last))


def _readable_events(reader: Reader, stream: ReadableStream, after: int) -> QuerySet[Event]:
    """Select the events after ``after`` that ``reader`` may have and that concern their language, in order."""
    subscription = stream.subscription
    events = Event.objects.filter(stream_id=stream.stream_id, seq__gt=after, created_at__gte=subscription.since)
    addressee = Q(user_id=None) if reader.user_id is None else Q(user_id=None) | Q(user_id=reader.user_id)
    language = ~Q(kind__in=ONE_LANGUAGE_KINDS) | Q(data__language=Reading.of_key(subscription.reading).language)
    return events.filter(addressee, language).order_by("seq")


def frame_texts(reader: Reader, stream: ReadableStream, frames: list[EventFrame], prev: int) -> Iterator[str]:
    """Yield ``frames`` as texts for ``reader``, the first of them after number ``prev``."""
    for frame in frames:
        tail = frame.tail_for(stream.subscription.reading, reader.key)
        if tail is not None:  # the message may have been purged since
            yield f"{frame.head}{prev}{tail}"
            prev = frame.seq
