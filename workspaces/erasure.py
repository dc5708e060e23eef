"""Erasing what was said: hidden at once, gone from the tables a bounded batch at a time."""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone
from rosetta.queue.nudge import nudge

from translation.actions import forget_scope
from workspaces.models import Channel, Conversation, Erasure, Event, ReadMark, StreamCursor, Workspace

# Takes ids of conversations that nobody reaches any more, erases a bounded number of its app's rows of them (and lets
# go of their files), and returns how many those were; 0 when nothing is left.
Eraser = Callable[[list[str]], int]

# Upper apps append theirs in AppConfig.ready.
ERASERS: list[Eraser] = []

CONVERSATIONS = 20
BATCH = 2000


def bury(channels: Iterable[Channel]) -> None:
    """Take ``channels`` away and owe the erasure of their conversations; the caller is in a transaction.

    Without its channel a conversation belongs to nobody: no path leads to its messages or files any more.
    """
    buried = list(channels)
    Erasure.objects.bulk_create(Erasure(conversation_id=one.pk, workspace_id=one.workspace_id) for one in buried)
    Channel.objects.filter(pk__in=[one.pk for one in buried]).delete()


def start() -> None:
    """Nudge the task after the commit; should that be lost, the periodic job finds the rows."""
    from workspaces.tasks import erase

    transaction.on_commit(lambda: nudge(erase))


def erase_some() -> int:
    """One bounded step of whatever erasure is owed; returns how many rows it took away, 0 when nothing is owed."""
    return _bury_channels_of_ended_workspaces() or _erase_conversations() or _drop_ended_workspaces()


@transaction.atomic
def _bury_channels_of_ended_workspaces() -> int:
    ended = Channel.objects.filter(workspace__deleted_at__isnull=False)
    channels = list(ended.select_for_update(skip_locked=True, of=("self",))[:CONVERSATIONS])
    bury(channels)
    return len(channels)


@transaction.atomic
def _erase_conversations() -> int:
    found = list(Erasure.objects.order_by("created_at").values_list("pk", flat=True)[:CONVERSATIONS])
    # Locked before anything is looked for: whoever still posts into one ends first, and nobody posts after.
    rows = Conversation.objects.select_for_update().filter(pk__in=found).order_by("pk")
    owed: list[str] = [str(row.pk) for row in rows]
    if not owed:
        return 0
    for eraser in [*ERASERS, _erase_own_rows]:
        if erased := eraser(owed):
            return erased
    return Conversation.objects.filter(pk__in=owed).delete()[0]


def _erase_own_rows(conversation_ids: list[str]) -> int:
    events = Event.objects.filter(stream_id__in=conversation_ids).values_list("pk", flat=True)[:BATCH]
    erased, _ = Event.objects.filter(pk__in=list(events)).delete()
    erased += StreamCursor.objects.filter(stream_id__in=conversation_ids).delete()[0]
    marks = ReadMark.objects.filter(conversation__in=conversation_ids).values_list("pk", flat=True)[:BATCH]
    return erased + ReadMark.objects.filter(pk__in=list(marks)).delete()[0]


def _drop_ended_workspaces() -> int:
    """The workspaces whose conversations have all been erased, with what stands in their own stream."""
    ended = Workspace.objects.filter(deleted_at__lte=timezone.now(), channels=None, erasures=None)
    workspace = ended.order_by("deleted_at").first()
    if workspace is None:
        return 0
    events = Event.objects.filter(stream_id=workspace.pk).values_list("pk", flat=True)[:BATCH]
    if erased := Event.objects.filter(pk__in=list(events)).delete()[0]:
        return erased
    forget_scope(scope_id=workspace.pk)
    return workspace.delete()[0]
