"""Taking over events for subscriptions: found in the outbox by looking, so that what happens costs nothing more for them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from workspaces.models import Channel, Event, StreamCursor, WebhookDelivery, WebhookSubscription, Workspace

STREAMS = 200
EVENTS = 500
TRIED_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream that is ahead of its cursor. ``is_open``: everybody in the workspace reads it, if said since ``opened_at``."""

    id: str
    workspace_id: str
    last_event: int
    is_open: bool
    opened_at: datetime | None = None


def collect() -> int:
    """Owe subscriptions the events they have not been given yet, of a bounded number of streams; how many were taken over."""
    subscriptions: dict[str, list[WebhookSubscription]] = defaultdict(list)
    may_receive = Q(created_by=None) | Q(created_by__is_active=True)
    for one in WebhookSubscription.objects.filter(may_receive, is_active=True, workspace__deleted_at=None):
        subscriptions[one.workspace_id].append(one)
    if not subscriptions:
        return 0
    ahead = _streams_ahead(list(subscriptions))
    return sum(_take_over(stream, subscriptions[stream.workspace_id]) for stream in ahead)


def _streams_ahead(workspace_ids: list[str]) -> list[Stream]:
    cursor = Coalesce(Subquery(StreamCursor.objects.filter(stream_id=OuterRef("pk")).values("seq")[:1]), 0)
    workspaces: QuerySet[Workspace] = (
        Workspace.objects.filter(pk__in=workspace_ids).annotate(taken=cursor).filter(last_event__gt=F("taken"))
    )
    channels = (
        Channel.objects.filter(workspace__in=workspace_ids)
        .select_related("conversation")
        .annotate(taken=cursor)
        .filter(conversation__last_event__gt=F("taken"))
    )
    found = [Stream(one.pk, one.pk, one.last_event, True) for one in workspaces[:STREAMS]]
    # A private channel's stream is passed by, not left behind: should it open later, its past stays its own.
    found += [
        Stream(one.pk, one.workspace_id, one.conversation.last_event, not one.is_restricted, one.opened_at)
        for one in channels[:STREAMS]
    ]
    return found


@transaction.atomic
def _take_over(stream: Stream, subscriptions: list[WebhookSubscription]) -> bool:
    StreamCursor.objects.bulk_create(
        [StreamCursor(stream_id=stream.id, workspace_id=stream.workspace_id)], ignore_conflicts=True
    )
    # Another worker may be at it; it will do.
    cursor = StreamCursor.objects.select_for_update(skip_locked=True).filter(stream_id=stream.id).first()
    if cursor is None or cursor.seq >= stream.last_event:
        return False
    since = min(one.active_since for one in subscriptions)
    events = _events_after(cursor.seq, stream, max(since, stream.opened_at or since)) if stream.is_open else []
    now = timezone.now()
    WebhookDelivery.objects.bulk_create(
        [_owed(event, one, now) for event in events for one in subscriptions if _concerns(event, one)],
        ignore_conflicts=True,
        batch_size=500,
    )
    cursor.seq = events[-1].seq if len(events) == EVENTS else stream.last_event
    cursor.save(update_fields=["seq"])
    return True


def _events_after(seq: int, stream: Stream, since: datetime) -> list[Event]:
    # ``last_event`` was read before: every event up to it has been committed with it. Events for one person are theirs.
    events = Event.objects.filter(
        stream_id=stream.id, seq__gt=seq, seq__lte=stream.last_event, created_at__gte=since, user_id=None
    )
    return list(events.order_by("seq")[:EVENTS])


def _concerns(event: Event, subscription: WebhookSubscription) -> bool:
    return subscription.wants(event.kind) and event.created_at >= subscription.active_since


def _owed(event: Event, subscription: WebhookSubscription, now: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        subscription=subscription,
        stream_id=event.stream_id,
        event_seq=event.seq,
        kind=event.kind,
        data=event.data,
        occurred_at=event.created_at,
        due_at=now,
        expires_at=now + TRIED_FOR,
    )
