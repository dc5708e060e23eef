"""Read from the database which streams a caller may be subscribed to, in which language, and since when."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from accounts.models import Guest, User
from messaging.models import Block, DirectConversation
from rosetta.languages import Reading, split
from workspaces.models import Channel, ChannelMember, ChannelReading, Member, Visibility, Workspace

OPEN = Q(visibility=Visibility.PUBLIC, password_hash="")
JOINED_RESTRICTED = ~Q(channel__visibility=Visibility.PUBLIC, channel__password_hash="")
ROOM = Workspace.Kind.TEMPORARY_ROOM

# (number of rows, newest of them)
Extent = tuple[int, datetime | None]
# Workspaces, restricted channels joined, direct conversations, and how many people block the caller.
Fingerprint = tuple[Extent, Extent, int, int]


@dataclass(frozen=True, slots=True)
class Subscription:
    """How a caller receives a stream.

    What happened from ``since`` on, as ``reading`` says: the key of a ``rosetta.languages.Reading``.
    """

    reading: str
    since: datetime
    workspace_id: str | None = None


@dataclass(slots=True)
class Subscriptions:
    """Everything that one caller is subscribed to.

    ``workspaces`` stand for their own streams and their open channels; ``conversations`` are all others: restricted
    channels that the caller joined, direct conversations, rooms. ``muted_outbound``: direct conversations in which the
    other person blocks this caller, so that the caller's typing is not shown. ``fingerprint`` changes whenever a
    subscription does, except for its reading. ``profile`` is the caller as signals show them.
    ``reading`` is the caller's own, as in direct conversations; ``in_channels`` are those chosen for single channels.
    """

    reading: str
    profile: dict[str, Any]
    workspaces: dict[str, Subscription] = field(default_factory=dict)
    conversations: dict[str, Subscription] = field(default_factory=dict)
    muted_outbound: set[str] = field(default_factory=set)
    in_channels: dict[str, str] = field(default_factory=dict)
    fingerprint: Fingerprint | None = None

    def by_stream(self) -> dict[str, Subscription]:
        """Return workspaces and conversations alike, by id."""
        return {**self.workspaces, **self.conversations}


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel that all members of its workspace read.

    Its last event's number, and since when it is open.
    """

    last_event: int
    since: datetime


# ── Users ──


def read_user_subscriptions(user_ids: Collection[int]) -> dict[int, Subscriptions]:
    """Read the subscriptions of ``user_ids``: seven queries for any number of them.

    Users who do not exist or are not active are left out.
    """
    by_user: dict[int, Subscriptions] = {}
    users = User.objects.filter(pk__in=user_ids, is_active=True)
    for user in users.only("name", "avatar_url", "preferred_language", "also_reads"):
        profile = {"id": user.pk, "name": user.name, "avatar_url": user.avatar_url}
        by_user[user.pk] = Subscriptions(user.reading.key, {"user": profile, "guest": None})
    _add_channel_readings(by_user)
    _add_workspaces(by_user)
    _add_joined_channels(by_user)
    workspaces = {user_id: _extent(own.workspaces.values()) for user_id, own in by_user.items()}
    joined = {user_id: _extent(own.conversations.values()) for user_id, own in by_user.items()}
    _add_rooms(by_user)
    blocks = set(_blocks(by_user).values_list("blocked_id", "blocker_id"))
    directs = _add_direct_conversations(by_user, blocks)
    blocked = Counter(user_id for user_id, _blocker in blocks)
    for user_id, own in by_user.items():
        own.fingerprint = (workspaces[user_id], joined[user_id], directs[user_id], blocked[user_id])
    return by_user


def _add_workspaces(by_user: dict[int, Subscriptions]) -> None:
    members = Member.objects.filter(user_id__in=by_user)
    for user_id, workspace_id, language, also, joined_at in members.values_list(
        "user_id", "workspace_id", "language", "also_reads", "joined_at"
    ):
        by_user[user_id].workspaces[workspace_id] = Subscription(_key(language, also), joined_at, workspace_id)


def _add_channel_readings(by_user: dict[int, Subscriptions]) -> None:
    channel_id: Any
    chosen = ChannelReading.objects.filter(member__user_id__in=by_user)
    for user_id, channel_id, language, also in chosen.values_list(
        "member__user_id", "channel_id", "language", "member__also_reads"
    ):
        by_user[user_id].in_channels[channel_id] = _key(language, also)


def _key(language: str, also: str) -> str:
    return Reading(language, split(also)).key


def _add_joined_channels(by_user: dict[int, Subscriptions]) -> None:
    channel_id: Any  # the stubs take a relation's id for its column's own type
    for user_id, channel_id, workspace_id, language, also, joined_at in _joined(by_user).values_list(
        "member__user_id", "channel_id", "channel__workspace_id", "member__language", "member__also_reads", "joined_at"
    ):
        reading = by_user[user_id].in_channels.get(channel_id) or _key(language, also)
        by_user[user_id].conversations[channel_id] = Subscription(reading, joined_at, workspace_id)


def _add_rooms(by_user: dict[int, Subscriptions]) -> None:
    rooms = Channel.objects.filter(workspace__kind=ROOM, workspace__members__user_id__in=by_user)
    channel_id: Any
    for user_id, channel_id, workspace_id, language, also, joined_at in rooms.values_list(
        "workspace__members__user_id",
        "pk",
        "workspace_id",
        "workspace__members__language",
        "workspace__members__also_reads",
        "workspace__members__joined_at",
    ):
        reading = by_user[user_id].in_channels.get(channel_id) or _key(language, also)
        by_user[user_id].conversations[channel_id] = Subscription(reading, joined_at, workspace_id)


def _add_direct_conversations(by_user: dict[int, Subscriptions], blocks: set[tuple[int, int]]) -> dict[int, int]:
    """Add direct conversations, and return how many each user has."""
    counts = dict.fromkeys(by_user, 0)
    conversation_id: Any
    for conversation_id, low, high, created_at in _directs(by_user).values_list(
        "conversation_id", "low_id", "high_id", "created_at"
    ):
        for user_id, other_id in ((low, high), (high, low)):
            own = by_user.get(user_id)
            if own is None:
                continue
            counts[user_id] += 1
            own.conversations[conversation_id] = Subscription(own.reading, created_at)
            if (user_id, other_id) in blocks:
                own.muted_outbound.add(conversation_id)
    return counts


def _extent(subscriptions: Iterable[Subscription]) -> Extent:
    moments = [subscription.since for subscription in subscriptions]
    return len(moments), max(moments, default=None)


def _joined(user_ids: Collection[int]) -> QuerySet[ChannelMember]:
    return ChannelMember.objects.filter(JOINED_RESTRICTED, member__user_id__in=user_ids)


def _directs(user_ids: Collection[int]) -> QuerySet[DirectConversation]:
    return DirectConversation.objects.filter(Q(low_id__in=user_ids) | Q(high_id__in=user_ids))


def _blocks(user_ids: Collection[int]) -> QuerySet[Block]:
    return Block.objects.filter(blocked_id__in=user_ids)


def read_fingerprints(user_ids: Collection[int]) -> dict[int, tuple[str, Fingerprint]]:
    """Read the own reading and the fingerprint of each of ``user_ids``, without reading their subscriptions."""
    workspaces = _extents(Member.objects.filter(user_id__in=user_ids), "user_id")
    joined = _extents(_joined(user_ids), "member__user_id")
    directs: dict[int, int] = defaultdict(int)
    for side in ("low_id", "high_id"):
        counted = DirectConversation.objects.filter(**{f"{side}__in": user_ids}).values_list(side)
        for user_id, count in counted.annotate(Count("pk")):
            directs[user_id] += count
    blocked: dict[int, int] = dict(_blocks(user_ids).values_list("blocked_id").annotate(Count("pk")))
    users = User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", "preferred_language", "also_reads")
    nothing: Extent = (0, None)
    return {
        pk: (
            _key(language, also),
            (workspaces.get(pk, nothing), joined.get(pk, nothing), directs[pk], blocked.get(pk, 0)),
        )
        for pk, language, also in users
    }


def _extents(rows: QuerySet[Any], user_field: str) -> dict[int, Extent]:
    counted = rows.values_list(user_field).annotate(Count("pk"), Max("joined_at"))
    return {user_id: (count, latest) for user_id, count, latest in counted}


# ── Guests and open channels ──


def read_guest_subscriptions(guest_ids: Collection[str]) -> dict[str, Subscriptions]:
    """Read the subscriptions of guests: each has the channel of its room.

    Removed guests are left out.
    """
    guests = list(Guest.objects.filter(pk__in=guest_ids, removed_at=None))
    room_channels: dict[str, str] = {}
    channels = Channel.objects.filter(workspace_id__in={guest.workspace_id for guest in guests})
    channel_id: Any
    for channel_id, workspace_id in channels.order_by("created_at").values_list("pk", "workspace_id"):
        room_channels.setdefault(workspace_id, channel_id)
    by_guest = {}
    for guest in guests:
        profile = {"user": None, "guest": {"id": guest.pk, "nickname": guest.nickname}}
        own = Subscriptions(guest.preferred_language, profile)
        if channel := room_channels.get(guest.workspace_id):
            own.conversations[channel] = Subscription(guest.preferred_language, guest.joined_at, guest.workspace_id)
        by_guest[guest.pk] = own
    return by_guest


def read_open_channels(workspace_ids: Collection[str]) -> dict[str, dict[str, OpenChannel]]:
    """Read the channels that all members of each workspace receive, and nobody else.

    A room's channel has guests too.
    """
    by_workspace: dict[str, dict[str, OpenChannel]] = {workspace_id: {} for workspace_id in workspace_ids}
    rows = Channel.objects.filter(OPEN, workspace_id__in=workspace_ids).exclude(workspace__kind=ROOM)
    channel_id: Any
    for workspace_id, channel_id, last, opened_at, created_at in rows.values_list(
        "workspace_id", "pk", "conversation__last_event", "opened_at", "created_at"
    ):
        by_workspace[workspace_id][channel_id] = OpenChannel(last, opened_at or created_at)
    return by_workspace
