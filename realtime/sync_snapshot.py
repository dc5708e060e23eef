"""Read what the database allows callers to receive, for ``subscription_sync``, which applies it to the hub.

Runs in a database thread. Takes and returns plain objects, so that nothing here touches the hub.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from realtime import event_log, subscriptions
from realtime.subscriptions import OpenChannel, Subscription, Subscriptions
from rosetta.languages import Reading, split
from workspaces.models import ChannelMember, ChannelReading

# Access granted longer ago than this needs no backfill: delivery never lags by more than a minute.
RECENT = timedelta(minutes=1)


@dataclass(slots=True)
class SyncRequest:
    """What to read, and what the hub knows already."""

    # Callers with their subscriptions by stream; None: nothing was read for them yet.
    known: dict[str, dict[str, Subscription] | None]
    # Callers with pending sockets.
    arriving: set[str]
    # Workspaces whose open channels are read again.
    reload: set[str]
    # Workspace → open channel → since when, of the hub.
    open: dict[str, dict[str, datetime]]
    streams: set[str]


@dataclass(slots=True)
class SyncSnapshot:
    """What was read."""

    subscriptions: dict[str, Subscriptions] = field(default_factory=dict)
    open: dict[str, dict[str, OpenChannel]] = field(default_factory=dict)
    # Positions of streams that are new to the hub.
    positions: dict[str, int] = field(default_factory=dict)
    # Restricted channels that were open before: workspace → channel → caller who stays → subscription.
    remaining: dict[str, dict[str, dict[str, Subscription]]] = field(default_factory=dict)
    # (stream, since) → the number after which everything happened since.
    starts: dict[tuple[str, datetime], int] = field(default_factory=dict)


def read_snapshot(request: SyncRequest) -> SyncSnapshot:
    """Read what is requested: the same number of queries for one caller and for many."""
    snapshot = SyncSnapshot()
    ids: dict[str, list[str]] = {"user": [], "guest": []}
    for key in request.known:
        kind, _, pk = key.partition(":")
        ids[kind].append(pk)
    if ids["user"]:
        users = subscriptions.read_user_subscriptions([int(pk) for pk in ids["user"]])
        snapshot.subscriptions |= {f"user:{pk}": own for pk, own in users.items()}
    if ids["guest"]:
        guests = subscriptions.read_guest_subscriptions(ids["guest"])
        snapshot.subscriptions |= {f"guest:{pk}": own for pk, own in guests.items()}
    workspace_ids = {workspace_id for own in snapshot.subscriptions.values() for workspace_id in own.workspaces}
    snapshot.open = subscriptions.read_open_channels((workspace_ids - request.open.keys()) | request.reload)
    _read_remaining(request, snapshot)
    stream_ids = {stream_id for own in snapshot.subscriptions.values() for stream_id in own.by_stream()}
    snapshot.positions = event_log.last_events(stream_ids - request.streams)
    _read_starts(request, snapshot)
    return snapshot


def _read_remaining(request: SyncRequest, snapshot: SyncSnapshot) -> None:
    for workspace_id in request.reload:
        closed = request.open.get(workspace_id, {}).keys() - snapshot.open[workspace_id].keys()
        remaining: dict[str, dict[str, Subscription]] = {channel_id: {} for channel_id in closed}
        joined = ChannelMember.objects.filter(channel_id__in=closed) if closed else ChannelMember.objects.none()
        own = ChannelReading.objects.filter(channel=OuterRef("channel"), member=OuterRef("member")).values("language")[
            :1
        ]
        channel_id: Any
        for channel_id, user_id, language, chosen, also, since in joined.values_list(
            "channel_id", "member__user_id", "member__language", Subquery(own), "member__also_reads", "joined_at"
        ):
            reading = Reading(chosen or language, split(also)).key
            remaining[channel_id][f"user:{user_id}"] = Subscription(reading, since, workspace_id)
        snapshot.remaining[workspace_id] = remaining


def _read_starts(request: SyncRequest, snapshot: SyncSnapshot) -> None:
    """Read where streams start for callers whose access is new.

    Nothing earlier is ever sent to them.
    """
    by_moment: dict[datetime, set[str]] = {}
    recent = timezone.now() - RECENT
    for key, own in snapshot.subscriptions.items():
        known = request.known[key]
        for stream_id, subscription in own.by_stream().items():
            is_gained = known is not None and is_new_grant(known.get(stream_id), subscription)
            if is_gained or (key in request.arriving and subscription.since >= recent):
                for each, since in _with_open_channels(stream_id, subscription, request, snapshot):
                    by_moment.setdefault(since, set()).add(each)
    for workspace_id, channels in snapshot.open.items():
        opened = channels.keys() - request.open.get(workspace_id, channels).keys()
        for channel_id in opened:
            by_moment.setdefault(channels[channel_id].since, set()).add(channel_id)
    for since, stream_ids in by_moment.items():
        positions = event_log.positions_before(dict.fromkeys(stream_ids, since))
        snapshot.starts |= {(stream_id, since): position for stream_id, position in positions.items()}


def is_new_grant(before: Subscription | None, now: Subscription) -> bool:
    return before is None or before.since != now.since


def _with_open_channels(
    stream_id: str, subscription: Subscription, request: SyncRequest, snapshot: SyncSnapshot
) -> Iterable[tuple[str, datetime]]:
    yield stream_id, subscription.since
    if stream_id in snapshot.open:
        for channel_id, channel in snapshot.open[stream_id].items():
            yield channel_id, max(subscription.since, channel.since)
    else:
        for channel_id, since in request.open.get(stream_id, {}).items():
            yield channel_id, max(subscription.since, since)
