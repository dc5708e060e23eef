"""Collect events for subscriptions.

They are looked up in the outbox, so that appending an event costs nothing more.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from workspaces.models import Channel, Event, StreamCursor, WebhookDelivery, WebhookSubscription, Workspace
from workspaces.webhooks.backoff import RETRIED_FOR

STREAMS = 200
EVENTS = 500


@dataclass(frozen=True, slots=True)
class PendingStream:
    """A stream with events beyond its cursor.

    ``is_open``: all members read its events since ``opened_at``.
    """

    id: str
    workspace_id: str
    last_event: int
    is_open: bool
    opened_at: datetime | None = None


def collect() -> int:
    """Create the deliveries of new events, for a bounded number of streams.

    Return how many streams were collected.
    """
    subscriptions: dict[str, list[WebhookSubscription]] = defaultdict(list)
    may_receive = Q(created_by=None) | Q(created_by__is_active=True)
    for subscription in WebhookSubscription.objects.filter(may_receive, is_active=True, workspace__deleted_at=None):
        subscriptions[subscription.workspace_id].append(subscription)
    if not subscriptions:
        return 0
    streams = _pending_streams(list(subscriptions))
    return sum(_collect(stream, subscriptions[stream.workspace_id]) for stream in streams)


def _pending_streams(workspace_ids: list[str]) -> list[PendingStream]:
    cursor = Coalesce(Subquery(StreamCursor.objects.filter(stream_id=OuterRef("pk")).values("seq")[:1]), 0)
    workspaces: QuerySet[Workspace] = (
        Workspace.objects.filter(pk__in=workspace_ids).annotate(collected=cursor).filter(last_event__gt=F("collected"))
    )
    channels = (
        Channel.objects.filter(workspace__in=workspace_ids)
        .select_related("conversation")
        .annotate(collected=cursor)
        .filter(conversation__last_event__gt=F("collected"))
    )
    streams = [PendingStream(row.pk, row.pk, row.last_event, True) for row in workspaces[:STREAMS]]
    # The cursor of a restricted channel moves on too, so that its past is not sent should it open later.
    streams += [
        PendingStream(row.pk, row.workspace_id, row.conversation.last_event, not row.is_restricted, row.opened_at)
        for row in channels[:STREAMS]
    ]
    return streams


@transaction.atomic
def _collect(stream: PendingStream, subscriptions: list[WebhookSubscription]) -> bool:
    StreamCursor.objects.bulk_create(
        [StreamCursor(stream_id=stream.id, workspace_id=stream.workspace_id)], ignore_conflicts=True
    )
    # Skipped when locked: another worker is collecting it.
    cursor = StreamCursor.objects.select_for_update(skip_locked=True).filter(stream_id=stream.id).first()
    if cursor is None or cursor.seq >= stream.last_event:
        return False
    since = min(subscription.active_since for subscription in subscriptions)
    events = _events_after(cursor.seq, stream, max(since, stream.opened_at or since)) if stream.is_open else []
    now = timezone.now()
    WebhookDelivery.objects.bulk_create(
        [
            _delivery(event, subscription, now)
            for event in events
            for subscription in subscriptions
            if _is_due_to(subscription, event)
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    cursor.seq = events[-1].seq if len(events) == EVENTS else stream.last_event
    cursor.save(update_fields=["seq"])
    return True


def _events_after(seq: int, stream: PendingStream, since: datetime) -> list[Event]:
    # Every event up to ``last_event``, which was read before, is committed. Events for one user alone are left out.
    events = Event.objects.filter(
        stream_id=stream.id, seq__gt=seq, seq__lte=stream.last_event, created_at__gte=since, user_id=None
    )
    return list(events.order_by("seq")[:EVENTS])


def _is_due_to(subscription: WebhookSubscription, event: Event) -> bool:
    return subscription.wants(event.kind) and event.created_at >= subscription.active_since


def _delivery(event: Event, subscription: WebhookSubscription, now: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        subscription=subscription,
        stream_id=event.stream_id,
        event_seq=event.seq,
        kind=event.kind,
        data=event.data,
        occurred_at=event.created_at,
        due_at=now,
        expires_at=now + RETRIED_FOR,
    )
