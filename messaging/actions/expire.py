"""Erase messages older than their workspace's retention, and what the translation memory learnt from them."""

from datetime import datetime, timedelta
from itertools import takewhile

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from messaging.erasure import erase
from messaging.models import Message
from translation.glossary import proposals
from translation.memory import store
from workspaces.models import Channel, Conversation, Workspace

BATCH = 200
CONVERSATIONS = 50


def expire_messages(*, batch: int) -> int:
    """Erase up to ``batch`` messages of each of up to CONVERSATIONS conversations.

    Return the number erased, 0 for none.
    """
    return sum(_expire_in(conversation_id, before, batch) for conversation_id, before in _overdue())


def _overdue() -> list[tuple[str, datetime]]:
    """Return conversations with messages older than their workspace's retention, and the time before which to erase."""
    now = timezone.now()
    overdue: list[tuple[str, datetime]] = []
    limited = Workspace.objects.filter(retention_days__isnull=False, deleted_at=None)
    for days in limited.order_by("retention_days").values_list("retention_days", flat=True).distinct():
        before = now - timedelta(days=days or 0)
        first = Message.objects.filter(conversation=OuterRef("pk")).order_by("seq").values("created_at")[:1]
        channels = Channel.objects.filter(workspace__in=limited.filter(retention_days=days)).annotate(
            first=Subquery(first)
        )
        ids = channels.filter(first__lt=before).values_list("pk", flat=True)[:CONVERSATIONS]
        overdue += [(str(pk), before) for pk in ids]
    return overdue


@transaction.atomic
def _expire_in(conversation_id: str, before: datetime, batch: int) -> int:
    # Lock the conversation, as every change to its messages does.
    Conversation.objects.select_for_update().filter(pk=conversation_id).first()
    rows = Message.objects.filter(conversation=conversation_id).order_by("seq").values_list("pk", "created_at")[:batch]
    ids = [pk for pk, _ in takewhile(lambda row: row[1] < before, rows)]
    erase(ids)
    return len(ids)


def expire_memory() -> int:
    """Delete memory entries unused for as long as their workspace's retention, a batch of each; return the number deleted."""
    limited = Workspace.objects.filter(retention_days__isnull=False, deleted_at=None)
    return sum(
        forget(scope_id=pk, older_than=timedelta(days=days or 0))
        for pk, days in limited.values_list("pk", "retention_days")
        for forget in (store.forget_unused, proposals.forget_old)
    )
