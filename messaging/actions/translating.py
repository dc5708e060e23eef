"""What is owed is translated: claimed with a lease, done in batches, stored only if it still fits."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from messaging.models import Message, MessageTranslation
from messaging.resources import MessageRow
from messaging.translations import SAID, SHARE_MS, Status, milliseconds, nudge_translators, say, translation_row
from rosetta.db.compiled import CompiledUpdate
from translation.service import Job, Outcome, characters_left, is_translatable, recall_many, translate_batch
from workspaces.models import Channel, Conversation
from workspaces.streams import events

State = MessageTranslation.State
# What one engine call takes, for each of the four languages that most messages are owed in.
BATCH = 4 * 32
MAX_WAIT_SECONDS = 900.0
# How many earlier messages an engine may see with one, and how much of each.
CONTEXT = 3
CONTEXT_CHARACTERS = 300
# Why the month's budget left a row undone, as outcomes say it.
OVER_BUDGET = "budget"
_REVIVED = CompiledUpdate(MessageTranslation, ["state", "reason", "attempts", "due_at", "turn"])
_OUTCOMES = CompiledUpdate(MessageTranslation, [*SAID, "revision", "reason", "due_at"])


def translate_owed(*, limit: int = BATCH) -> int:
    """Claim what is due, translate it, store it; returns how many rows were claimed, none when nothing is due."""
    rows = claim(limit=limit)
    if rows:
        store(translate_batch(_jobs(rows)))
    return len(rows)


@transaction.atomic
def claim(*, limit: int) -> list[MessageTranslation]:
    """Lease due rows to this worker: until the lease is over nobody else takes them, and a worker that dies loses none.

    ``due_at`` is the lease too: a claimed row is due again when its lease ends. Conversations take turns, so that a flood in
    one does not hold up the others; a quarter of the rows may be failed ones that are tried again.
    """
    now = timezone.now()
    fresh = _due(State.PENDING, now, "turn", limit)
    failed = _due(State.FAILED, now, "due_at", max(limit // 4, limit - len(fresh)))
    ids = [*fresh[: limit - min(len(failed), limit // 4)], *failed][:limit]
    leased = MessageTranslation.objects.filter(pk__in=ids)
    leased.update(due_at=now + timedelta(seconds=settings.TRANSLATION_LEASE_SECONDS), attempts=F("attempts") + 1)
    return list(leased.select_related("message").defer("terms", "message__terms").order_by("turn", "pk"))


def _due(state: str, now: datetime, order: str, limit: int) -> list[int]:
    due = MessageTranslation.objects.filter(state=state, due_at__lte=now).order_by(order, "pk")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    return list(due.values_list("pk", flat=True)[:limit])


def _jobs(rows: Sequence[MessageTranslation]) -> list[Job]:
    """What engines need to know of ``rows``; two queries, however many there are."""
    messages = {row.message_id: row.message for row in rows}
    scopes = _scopes_of({message.conversation_id for message in messages.values()})
    said = _said_before(list(messages.values()))
    return [
        Job(
            key=(row.pk, row.message.conversation_id, row.message_id, row.message.revision),
            scope_id=scopes.get(row.message.conversation_id, row.message.conversation_id),
            text=row.message.content or "",
            source=row.message.language,
            target=row.language,
            context=said[row.message_id],
        )
        for row in rows
    ]


def _said_before(messages: Sequence[Message]) -> dict[str, tuple[str, ...]]:
    """By message, what was said just before it in its conversation, oldest first: short words alone say little."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for message in messages:
        wanted[message.conversation_id] |= set(range(max(1, message.seq - CONTEXT), message.seq))
    places = reduce(or_, (Q(conversation=one, seq__in=seqs) for one, seqs in wanted.items() if seqs), Q(pk__in=()))
    earlier = Message.objects.filter(places).exclude(content=None).exclude(content="")
    said = {
        (conversation_id, seq): (content or "")[:CONTEXT_CHARACTERS]
        for conversation_id, seq, content in earlier.values_list("conversation_id", "seq", "content")
    }
    return {
        message.pk: tuple(
            said[message.conversation_id, seq]
            for seq in range(message.seq - CONTEXT, message.seq)
            if (message.conversation_id, seq) in said
        )
        for message in messages
    }


def _scopes_of(conversation_ids: set[str]) -> dict[str, str]:
    """Channels' workspaces; a direct conversation is its own scope."""
    channels = Channel.objects.filter(pk__in=conversation_ids).only("pk", "workspace_id")
    return {channel.pk: channel.workspace_id for channel in channels}


def store(outcomes: Sequence[Outcome]) -> None:
    """Keep what was translated and tell the readers; one transaction a conversation."""
    by_conversation: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_conversation[outcome.job.key[1]].append(outcome)
    for conversation_id, found in by_conversation.items():
        _store_in(conversation_id, found)


@transaction.atomic
def _store_in(conversation_id: str, outcomes: Sequence[Outcome]) -> None:
    # The conversation's lock first, as posting and editing take it: an edit comes wholly before or wholly after.
    conversation = Conversation.objects.select_for_update().filter(pk=conversation_id).first()
    if conversation is None:
        return
    ids = [outcome.job.key[0] for outcome in outcomes]
    rows = {row.pk: row for row in MessageTranslation.objects.select_related("message").filter(pk__in=ids)}
    told: list[events.Draft] = []
    touched: list[MessageTranslation] = []
    for outcome in outcomes:
        row = rows.get(outcome.job.key[0])
        if row is None or row.message.revision != outcome.job.key[3] or row.state == State.READY:
            continue  # edited, deleted or done meanwhile
        _apply(row, outcome)
        touched.append(row)
        if row.state == State.READY:
            data = {"message_id": row.message_id, "language": row.language}
            told.append(events.Draft("message.translated", data))
    _OUTCOMES.run(touched)
    settle_statuses({row.message_id for row in touched})
    if told:
        events.append(conversation, *told)


def _apply(row: MessageTranslation, outcome: Outcome) -> None:
    now = timezone.now()
    row.revision = row.message.revision
    row.engine, row.reason = outcome.engine or "", outcome.reason or ""
    if outcome.state == State.READY.value:
        say(row, outcome.job.scope_id, outcome.text, outcome.engine)
    elif outcome.state == State.SKIPPED.value:
        row.state = State.SKIPPED
    else:
        row.state = State.FAILED
        row.due_at = now + timedelta(seconds=_wait(row.attempts, outcome.retry_after))


def _wait(attempts: int, retry_after: float | None) -> float:
    """Seconds until a failed row is tried again: when the engine said, else ever more rarely while nothing offers the pair."""
    if retry_after is not None:
        return retry_after
    return min(settings.TRANSLATION_RETRY_SECONDS * 2.0 ** min(attempts - 1, 10), MAX_WAIT_SECONDS)


def settle_statuses(message_ids: set[str]) -> None:
    """Make ``translation_status`` of the messages follow from their rows; one query for each status, at most four."""
    states: dict[str, set[str]] = defaultdict(set)
    rows = MessageTranslation.objects.filter(message__in=message_ids).values_list("message_id", "state")
    for message_id, state in rows:
        states[message_id].add(state)
    by_status: dict[str, list[str]] = defaultdict(list)
    for message_id in message_ids:
        by_status[_status(states[message_id])].append(message_id)
    for status, ids in by_status.items():
        Message.objects.filter(pk__in=ids).exclude(translation_status=status).update(translation_status=status)


def _status(states: set[str]) -> str:
    for state, status in (
        (State.PENDING, Status.PENDING),
        (State.FAILED, Status.FAILED),
        (State.SKIPPED, Status.SKIPPED),
        (State.READY, Status.COMPLETED),
    ):
        if state in states:
            return status
    return Status.NOT_NEEDED


def owe_on_read(*, rows: Sequence[MessageRow], scope_id: str, language: str) -> set[str]:
    """Owe the messages of a page to a reader whose language they were not owed in; returns the ids whose rows changed.

    Somebody may join with a new language, or ask for one: what they look at is translated then, once, whoever else looks.
    So is what the budget had no room for, once it has: in a new month, or when staff raised it.
    """
    wanting = [
        row
        for row in rows
        if row.words__state in (None, State.SKIPPED)
        and row.language != language
        and row.content
        and row.deleted_at is None
        and not row.skip_translation
        and is_translatable(row.content)
    ]
    missing = [row.id for row in wanting if row.words__state is None]
    skipped = {row.id: len(row.content or "") for row in wanting if row.words__state is not None}
    owed = _owe(missing, scope_id, language) if missing else set()
    return owed | (_revive(skipped, scope_id, language) if skipped else set())


@transaction.atomic
def _owe(message_ids: list[str], scope_id: str, language: str) -> set[str]:
    _lock_conversations_of(message_ids)
    messages = list(Message.objects.filter(pk__in=message_ids, deleted_at=None).order_by("-pk"))
    texts = [(message.content or "", message.language) for message in messages]
    known = recall_many(scope_id=scope_id, texts=texts, target=language)
    now = milliseconds(timezone.now())
    made = [
        # A long history waits behind what is said meanwhile.
        translation_row(message, scope_id, language, words, now + SHARE_MS * place)
        for place, (message, words) in enumerate(zip(messages, known, strict=True))
    ]
    # Who looks at the same time comes second here and changes nothing: it is owed, and paid for, once.
    MessageTranslation.objects.bulk_create(made, ignore_conflicts=True)
    ids = {message.pk for message in messages}
    settle_statuses(ids)
    nudge_translators(made)
    return ids


def _revive(lengths: dict[str, int], scope_id: str, language: str) -> set[str]:
    """Owe again, newest first, as many of the messages that a spent budget kept from ``language`` as there is room for now.

    A look at a page costs two queries and no write while there is none. Translators weigh the budget again themselves.
    """
    unpaid = MessageTranslation.objects.filter(
        message__in=lengths, language=language, state=State.SKIPPED, reason=OVER_BUDGET
    ).order_by("-message")
    message_ids = _fitting(list(unpaid.values_list("message_id", flat=True)), lengths, scope_id)
    if not message_ids:
        return set()
    with transaction.atomic():
        _lock_conversations_of(message_ids)
        rows = list(unpaid.filter(message__in=message_ids))
        now = timezone.now()
        for place, row in enumerate(rows):
            row.state, row.reason, row.attempts, row.due_at = State.PENDING, "", 0, now
            row.turn = milliseconds(now) + SHARE_MS * place
        _REVIVED.run(rows)
        ids = {row.message_id for row in rows}
        settle_statuses(ids)
        nudge_translators(rows)
    return ids


def _fitting(message_ids: Sequence[str], lengths: dict[str, int], scope_id: str) -> list[str]:
    """Those that what is left of the budget pays for, one after the other."""
    left = characters_left(scope_id) if message_ids else None
    if left is None:
        return list(message_ids)
    found = []
    for message_id in message_ids:
        if lengths[message_id] <= left:
            left -= lengths[message_id]
            found.append(message_id)
    return found


def _lock_conversations_of(message_ids: Sequence[str]) -> None:
    """Take the locks that edits take: words are owed as they are now, and an edit finds what it must throw away.

    In order, as a page of search results is of several conversations.
    """
    here = Conversation.objects.filter(messages__in=message_ids).values("pk")
    list(Conversation.objects.select_for_update().filter(pk__in=here).order_by("pk"))
