"""Erasing what a workspace keeps no longer: its messages older than its retention, and what the memory learnt of them."""

from datetime import datetime, timedelta
from itertools import takewhile

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from messaging.erasure import erase
from messaging.models import Message
from translation.memory import store
from workspaces.models import Channel, Conversation, Workspace

BATCH = 200
CONVERSATIONS = 50


def expire_messages(*, batch: int) -> int:
    """Erase up to ``batch`` messages of each of a bounded number of conversations; returns how many went, 0 for none."""
    return sum(_expire_in(conversation_id, before, batch) for conversation_id, before in _overdue())


def _overdue() -> list[tuple[str, datetime]]:
    """Conversations that begin before what their workspace keeps, and where that begins."""
    now = timezone.now()
    found: list[tuple[str, datetime]] = []
    kept = Workspace.objects.filter(retention_days__isnull=False, deleted_at=None)
    for days in kept.order_by("retention_days").values_list("retention_days", flat=True).distinct():
        before = now - timedelta(days=days or 0)
        first = Message.objects.filter(conversation=OuterRef("pk")).order_by("seq").values("created_at")[:1]
        channels = Channel.objects.filter(workspace__in=kept.filter(retention_days=days)).annotate(
            first=Subquery(first)
        )
        ids = channels.filter(first__lt=before).values_list("pk", flat=True)[:CONVERSATIONS]
        found += [(str(pk), before) for pk in ids]
    return found


@transaction.atomic
def _expire_in(conversation_id: str, before: datetime, batch: int) -> int:
    # As with any change to a conversation's messages, its row orders the writers.
    Conversation.objects.select_for_update().filter(pk=conversation_id).first()
    rows = Message.objects.filter(conversation=conversation_id).order_by("seq").values_list("pk", "created_at")[:batch]
    ids = [pk for pk, _ in takewhile(lambda row: row[1] < before, rows)]
    erase(ids)
    return len(ids)


def expire_memory() -> int:
    """Forget what the memory of such workspaces has not used for as long, a bounded batch of each; returns how many went."""
    kept = Workspace.objects.filter(retention_days__isnull=False, deleted_at=None).values_list("pk", "retention_days")
    return sum(store.forget_unused(scope_id=pk, older_than=timedelta(days=days or 0)) for pk, days in kept)
