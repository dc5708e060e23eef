"""What happened in a stream, from the table: for who was away, over REST and over the socket alike."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Guest, User
from realtime.access import Seat, first_events, last_events
from realtime.render import TRANSLATED, Frame, frames
from workspaces.models import Event

MAX_SEQ = 2**53
KINDS = (
    *sorted(Event.MESSAGE_KINDS),
    *("reaction.added", "reaction.removed", "room.extended", "room.closed"),
    *("member.joined", "member.updated", "member.left"),
    *("channel.created", "channel.updated", "channel.archived", "channel.joined"),
)


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears: ``key`` is ``user:7`` or ``guest:01h…``."""

    key: str
    user_id: int | None

    @classmethod
    def of(cls, caller: User | Guest) -> "Listener":
        if isinstance(caller, Guest):
            return cls(f"guest:{caller.pk}", None)
        return cls(f"user:{caller.pk}", caller.pk)


@dataclass(frozen=True, slots=True)
class Heard:
    """A stream as one listener hears it."""

    stream_id: str
    kind: str
    seat: Seat

    @property
    def workspace_id(self) -> str | None:
        return self.seat.workspace_id


@dataclass(frozen=True, slots=True)
class Page:
    """Frames in order. ``upto``: the number up to which nothing else concerns the listener; ``last_seq``: the highest."""

    frames: list[Frame]
    upto: int
    last_seq: int

    @property
    def has_more(self) -> bool:
        return self.upto < self.last_seq


def is_out_of_reach(after: int, first: int | None, last: int) -> bool:
    """Whether ``after`` is too old, or ahead: the events that follow it are not all kept."""
    return after > last or (after < last and (first is None or after < first - 1))


def reach(stream_id: str) -> tuple[int | None, int]:
    """The lowest number kept of a stream and the highest given out."""
    # In this order: what expires in between makes a client read its list again, what comes in between is told.
    last = last_events([stream_id]).get(stream_id, 0)
    return first_events([stream_id]).get(stream_id), last


def page(listener: Listener, heard: Heard, *, after: int, limit: int) -> Page:
    """The ``limit`` events that come after ``after``, as ``listener`` hears them."""
    last = last_events([heard.stream_id]).get(heard.stream_id, 0)
    rows = list(concerning(listener, heard, after)[: limit + 1])
    is_whole = len(rows) <= limit
    rows = rows[:limit]
    made = frames(rows, {heard.stream_id: heard}, {heard.stream_id: (heard.seat.language,)})
    seen = rows[-1].seq if rows else after
    return Page(made, max(seen, last) if is_whole else seen, max(seen, last))


def concerning(listener: Listener, heard: Heard, after: int) -> QuerySet[Event]:
    """The events after ``after`` that ``listener`` may have and that concern its language, in order."""
    events = Event.objects.filter(stream_id=heard.stream_id, seq__gt=after, created_at__gte=heard.seat.since)
    own = Q(user_id=None) if listener.user_id is None else Q(user_id=None) | Q(user_id=listener.user_id)
    spoken = ~Q(kind=TRANSLATED) | Q(data__language=heard.seat.language)
    return events.filter(own, spoken).order_by("seq")


def texts(listener: Listener, heard: Heard, made: list[Frame], prev: int) -> Iterator[str]:
    """``made`` as the listener's own frames, the first after ``prev``."""
    for frame in made:
        tail = frame.tail_for(heard.seat.language, listener.key)
        if tail is not None:  # the message may have been purged since
            yield f"{frame.head}{prev}{tail}"
            prev = frame.seq
