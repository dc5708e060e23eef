"""Erase conversations: hidden at once, deleted from the tables in bounded batches."""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone

from rosetta.queue.nudge import nudge
from translation.actions import forget_scope
from workspaces.models import Channel, Conversation, Erasure, Event, Placement, ReadMark, StreamCursor, Workspace

# Called with ids of unreachable conversations: deletes a bounded number of its app's rows about them (and unlinks their
# files) and returns the number deleted, 0 when nothing is left.
Eraser = Callable[[list[str]], int]

# Upper apps append theirs in AppConfig.ready.
ERASERS: list[Eraser] = []

CONVERSATIONS = 20
BATCH = 2000


def bury(channels: Iterable[Channel]) -> None:
    """Delete ``channels`` and queue their conversations for erasure.

    Call it in a transaction.

    Messages and files of a conversation without a channel can no longer be reached by anybody.
    """
    rows = list(channels)
    Erasure.objects.bulk_create(Erasure(conversation_id=row.pk, workspace_id=row.workspace_id) for row in rows)
    Channel.objects.filter(pk__in=[row.pk for row in rows]).delete()


def start() -> None:
    """Nudge the task after the commit. A lost nudge is made good by the periodic job."""
    transaction.on_commit(lambda: nudge("workspaces.tasks.erase"))


def erase_some() -> int:
    """Do one bounded step of the pending erasures.

    Return the number of rows deleted, 0 when none is pending.
    """
    return _bury_channels_of_ended_workspaces() or _erase_conversations() or _drop_ended_workspaces()


@transaction.atomic
def _bury_channels_of_ended_workspaces() -> int:
    ended = Channel.objects.filter(workspace__deleted_at__isnull=False)
    channels = list(ended.select_for_update(skip_locked=True, of=("self",))[:CONVERSATIONS])
    bury(channels)
    return len(channels)


@transaction.atomic
def _erase_conversations() -> int:
    pending_ids = list(Erasure.objects.order_by("created_at").values_list("pk", flat=True)[:CONVERSATIONS])
    # Locked first, so that a post under way commits before its rows are looked for, and no post follows.
    rows = Conversation.objects.select_for_update().filter(pk__in=pending_ids).order_by("pk")
    conversation_ids: list[str] = [str(row.pk) for row in rows]
    if not conversation_ids:
        return 0
    for eraser in [*ERASERS, _erase_own_rows]:
        if erased := eraser(conversation_ids):
            return erased
    return Conversation.objects.filter(pk__in=conversation_ids).delete()[0]


def _erase_own_rows(conversation_ids: list[str]) -> int:
    events = Event.objects.filter(stream_id__in=conversation_ids).values_list("pk", flat=True)[:BATCH]
    erased, _ = Event.objects.filter(pk__in=list(events)).delete()
    erased += StreamCursor.objects.filter(stream_id__in=conversation_ids).delete()[0]
    for model in (ReadMark, Placement):
        rows = model._default_manager.filter(conversation__in=conversation_ids).values_list("pk", flat=True)[:BATCH]
        erased += model._default_manager.filter(pk__in=list(rows)).delete()[0]
    return erased


def _drop_ended_workspaces() -> int:
    """Delete a deleted workspace whose conversations have all been erased, after the events of its own stream."""
    ended = Workspace.objects.filter(deleted_at__lte=timezone.now(), channels=None, erasures=None)
    workspace = ended.order_by("deleted_at").first()
    if workspace is None:
        return 0
    events = Event.objects.filter(stream_id=workspace.pk).values_list("pk", flat=True)[:BATCH]
    if erased := Event.objects.filter(pk__in=list(events)).delete()[0]:
        return erased
    forget_scope(scope_id=workspace.pk)
    return workspace.delete()[0]
