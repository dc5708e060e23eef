"""Which streams a caller hears, in which language, and since when."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Guest, User
from messaging.models import Block, DirectConversation
from rosetta.errors import Forbidden, NotFound
from workspaces.access import membership
from workspaces.errors import RoomEnded
from workspaces.models import Channel, ChannelMember, Conversation, Event, Member, Visibility, Workspace

OPEN = Q(visibility=Visibility.PUBLIC, password_hash="")
JOINED_RESTRICTED = ~Q(channel__visibility=Visibility.PUBLIC, channel__password_hash="")

ROOM = Workspace.Kind.TEMPORARY_ROOM

# How many ids one statement names.
CHUNK = 900


@dataclass(frozen=True, slots=True)
class Seat:
    """How somebody hears a stream: in ``language``, what happened from ``since`` on."""

    language: str
    since: datetime
    workspace_id: str | None = None


@dataclass(slots=True)
class Rights:
    """All that one caller hears.

    ``workspaces`` stand for their own streams and their open channels; ``conversations`` are the others: restricted channels
    that it joined, direct conversations, rooms. In the ``unheard`` of them the other person takes nothing from it. ``mark``
    changes when any of it does, but for languages.
    """

    language: str
    about: dict[str, Any]
    workspaces: dict[str, Seat] = field(default_factory=dict)
    conversations: dict[str, Seat] = field(default_factory=dict)
    unheard: set[str] = field(default_factory=set)
    mark: "Mark | None" = None


# (places, the latest), (channels joined, the latest), directs, people who block it
Mark = tuple[tuple[int, datetime | None], tuple[int, datetime | None], int, int]


@dataclass(frozen=True, slots=True)
class Tail:
    """An open channel: where its stream stands, and since when everybody in the workspace hears it."""

    last_event: int
    since: datetime


def rights_of_users(user_ids: Collection[int]) -> dict[int, Rights]:
    """What each of ``user_ids`` hears; six queries for any number of them. Who is not there, or not active, is left out."""
    found: dict[int, Rights] = {}
    people = User.objects.filter(pk__in=user_ids, is_active=True)
    for pk, name, avatar, language in people.values_list("pk", "name", "avatar_url", "preferred_language"):
        found[pk] = Rights(language, {"user": {"id": pk, "name": name, "avatar_url": avatar}, "guest": None})
    places = Member.objects.filter(user_id__in=found)
    for user_id, workspace_id, language, joined_at in places.values_list(
        "user_id", "workspace_id", "language", "joined_at"
    ):
        found[user_id].workspaces[workspace_id] = Seat(language, joined_at, workspace_id)
    channel_id: Any  # the stubs take a relation's id for its column's own type
    for user_id, channel_id, workspace_id, language, joined_at in _joined(found).values_list(
        "member__user_id", "channel_id", "channel__workspace_id", "member__language", "joined_at"
    ):
        found[user_id].conversations[channel_id] = Seat(language, joined_at, workspace_id)
    joined = {user_id: list(rights.conversations.values()) for user_id, rights in found.items()}
    rooms = Channel.objects.filter(workspace__kind=ROOM, workspace__members__user_id__in=found)
    for user_id, channel_id, workspace_id, language, joined_at in rooms.values_list(
        "workspace__members__user_id",
        "pk",
        "workspace_id",
        "workspace__members__language",
        "workspace__members__joined_at",
    ):
        found[user_id].conversations[channel_id] = Seat(language, joined_at, workspace_id)
    directs, blocks = dict.fromkeys(found, 0), set(_blocks(found).values_list("blocked_id", "blocker_id"))
    conversation_id: Any
    for conversation_id, low, high, created_at in _directs(found).values_list(
        "conversation_id", "low_id", "high_id", "created_at"
    ):
        for user_id, other_id in ((low, high), (high, low)):
            if user_id in found:
                directs[user_id] += 1
                found[user_id].conversations[conversation_id] = Seat(found[user_id].language, created_at)
                if (user_id, other_id) in blocks:
                    found[user_id].unheard.add(conversation_id)
    blocked = Counter(user_id for user_id, _blocker in blocks)
    for user_id, rights in found.items():
        extents = _extent(rights.workspaces.values()), _extent(joined[user_id])
        rights.mark = (*extents, directs[user_id], blocked[user_id])
    return found


def _extent(seats: Iterable[Seat]) -> tuple[int, datetime | None]:
    moments = [seat.since for seat in seats]
    return len(moments), max(moments, default=None)


def _joined(user_ids: Collection[int]) -> QuerySet[ChannelMember]:
    return ChannelMember.objects.filter(JOINED_RESTRICTED, member__user_id__in=user_ids)


def _directs(user_ids: Collection[int]) -> QuerySet[DirectConversation]:
    return DirectConversation.objects.filter(Q(low_id__in=user_ids) | Q(high_id__in=user_ids))


def _blocks(user_ids: Collection[int]) -> QuerySet[Block]:
    return Block.objects.filter(blocked_id__in=user_ids)


def marks_of_users(user_ids: Collection[int]) -> dict[int, tuple[str, Mark]]:
    """The language and the ``mark`` of what each of ``user_ids`` hears now, without reading all of it."""
    places = _extents(Member.objects.filter(user_id__in=user_ids), "user_id")
    joined = _extents(_joined(user_ids), "member__user_id")
    directs: dict[int, int] = defaultdict(int)
    for side in ("low_id", "high_id"):
        counted = DirectConversation.objects.filter(**{f"{side}__in": user_ids}).values_list(side)
        for user_id, count in counted.annotate(Count("pk")):
            directs[user_id] += count
    blocked: dict[int, int] = dict(_blocks(user_ids).values_list("blocked_id").annotate(Count("pk")))
    people = User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", "preferred_language")
    return {
        pk: (language, (places.get(pk, (0, None)), joined.get(pk, (0, None)), directs[pk], blocked.get(pk, 0)))
        for pk, language in people
    }


def _extents(rows: QuerySet[Any], name: str) -> dict[int, tuple[int, datetime | None]]:
    counted = rows.values_list(name).annotate(Count("pk"), Max("joined_at"))
    return {user_id: (count, latest) for user_id, count, latest in counted}


def rights_of_guests(guest_ids: Collection[str]) -> dict[str, Rights]:
    """What each guest hears: the channel of its room."""
    guests = list(Guest.objects.filter(pk__in=guest_ids, removed_at=None))
    rooms: dict[str, str] = {}
    channels = Channel.objects.filter(workspace_id__in={guest.workspace_id for guest in guests})
    channel_id: Any
    for channel_id, workspace_id in channels.order_by("created_at").values_list("pk", "workspace_id"):
        rooms.setdefault(workspace_id, channel_id)
    found = {}
    for guest in guests:
        rights = Rights(guest.preferred_language, {"user": None, "guest": {"id": guest.pk, "nickname": guest.nickname}})
        if room := rooms.get(guest.workspace_id):
            rights.conversations[room] = Seat(guest.preferred_language, guest.joined_at, guest.workspace_id)
        found[guest.pk] = rights
    return found


def open_channels(workspace_ids: Collection[str]) -> dict[str, dict[str, Tail]]:
    """The channels that all members of each workspace hear, and nobody else: a room's channel has guests too."""
    found: dict[str, dict[str, Tail]] = {workspace_id: {} for workspace_id in workspace_ids}
    rows = Channel.objects.filter(OPEN, workspace_id__in=workspace_ids).exclude(workspace__kind=ROOM)
    channel_id: Any
    for workspace_id, channel_id, last, opened_at, created_at in rows.values_list(
        "workspace_id", "pk", "conversation__last_event", "opened_at", "created_at"
    ):
        found[workspace_id][channel_id] = Tail(last, opened_at or created_at)
    return found


def last_events(stream_ids: Collection[str]) -> dict[str, int]:
    """The highest number of each stream that is there."""
    found: dict[str, int] = {}
    ids = list(stream_ids)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        for model in (Conversation, Workspace):
            found.update(model.objects.filter(pk__in=chunk).values_list("pk", "last_event"))  # type: ignore[attr-defined]
    return found


def starts(since: Mapping[str, datetime]) -> dict[str, int]:
    """For each stream the number after which everything happened at or after its moment."""
    by_moment: dict[datetime, list[str]] = defaultdict(list)
    for stream_id, moment in since.items():
        by_moment[moment].append(stream_id)
    # Before the events: one that comes in between is then after the start, not lost.
    found = last_events(since)
    for moment, ids in by_moment.items():
        for begin in range(0, len(ids), CHUNK):
            chunk = ids[begin : begin + CHUNK]
            events = Event.objects.filter(stream_id__in=chunk, created_at__gte=moment)
            for stream_id, first in events.values_list("stream_id").annotate(Min("seq")):
                found[stream_id] = first - 1
    return found


def first_events(stream_ids: Collection[str]) -> dict[str, int]:
    """The lowest number still kept of each stream; streams of which nothing is kept are left out."""
    found: dict[str, int] = {}
    for stream_id in stream_ids:
        # One at a time: an index probe each, where a grouping would read all of the streams' rows.
        first = Event.objects.filter(stream_id=stream_id).order_by("seq").values_list("seq", flat=True).first()
        if first is not None:
            found[stream_id] = first
    return found


def workspace_seat(user: User, workspace_id: str) -> Seat:
    """How ``user`` hears a workspace's own stream. Raises NotFound; Forbidden where it is public and not theirs."""
    member = membership(user, workspace_id)
    return Seat(member.language, member.joined_at, workspace_id)


def check_room_is_open(guest: Guest) -> None:
    """Raises RoomEnded when the guest's room has gone, was closed or has expired."""
    room = Workspace.objects.filter(pk=guest.workspace_id).first()
    if room is None or room.has_ended(timezone.now()):
        raise RoomEnded


def conversation_seat(caller: User | Guest, conversation_id: str) -> Seat:
    """How ``caller`` hears a conversation. Raises NotFound, or Forbidden before its password was given."""
    if isinstance(caller, Guest):
        rights = rights_of_guests([caller.pk]).get(caller.pk)
        if rights is None or conversation_id not in rights.conversations:
            raise NotFound
        return rights.conversations[conversation_id]
    seats = conversation_seats(caller.pk, [conversation_id])
    if conversation_id in seats:
        return seats[conversation_id]
    known = Channel.objects.filter(pk=conversation_id, visibility=Visibility.PUBLIC, workspace__members__user=caller)
    if known.exists():
        raise Forbidden("Join this channel with its password first.")
    raise NotFound


def conversation_seats(user_id: int, conversation_ids: Collection[str]) -> dict[str, Seat]:
    """Those of the conversations that ``user_id`` hears."""
    found: dict[Any, Seat] = {}
    joined = ChannelMember.objects.filter(channel=OuterRef("pk"), member=OuterRef("workspace__members"))
    channels = Channel.objects.filter(pk__in=conversation_ids, workspace__members__user=user_id)
    for row in channels.values(
        "pk",
        "visibility",
        "password_hash",
        "opened_at",
        "workspace_id",
        language=F("workspace__members__language"),
        came=F("workspace__members__joined_at"),
        joined=Subquery(joined.values("joined_at")[:1]),
    ):
        is_open = row["visibility"] == Visibility.PUBLIC and not row["password_hash"]
        since = row["joined"]
        if is_open:
            opened = max(row["came"], row["opened_at"] or row["came"])
            since = min(since, opened) if since is not None else opened
        if since is not None:
            found[row["pk"]] = Seat(row["language"], since, row["workspace_id"])
    directs = DirectConversation.objects.filter(Q(low=user_id) | Q(high=user_id), pk__in=conversation_ids)
    language = User.objects.filter(pk=user_id).values("preferred_language")
    pk: Any
    for pk, created_at, spoken in directs.values_list("pk", "created_at", Subquery(language)):
        found[pk] = Seat(spoken, created_at)
    return found
