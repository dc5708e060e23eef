"""Translate pending rows: claim them with a lease, translate them in batches, store what still fits its message."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from messaging.context import tone_of
from messaging.models import MessageTranslation
from messaging.translations.plan import READY_FIELDS, mark_ready
from messaging.translations.status import settle_statuses
from messaging.translations.text_contexts import contexts_of
from rosetta.db.inserts import CompiledUpdate
from translation.context.text_context import NO_CONTEXT
from translation.service import Job, JobResult, translate_batch, uses_context
from workspaces.models import Channel, Conversation
from workspaces.streams import events

State = MessageTranslation.State
# What one engine call takes, for each of the four languages that most messages are translated into.
BATCH = 4 * 32
MAX_WAIT_SECONDS = 900.0
_OUTCOMES = CompiledUpdate(MessageTranslation, [*READY_FIELDS, "not_by", "revision", "reason", "due_at"])


@dataclass(frozen=True, slots=True)
class TranslationRef:
    """The translation row that a job is for, and the message's revision that it translates."""

    row_id: int
    conversation_id: str
    message_id: str
    revision: int


def translate_pending(*, limit: int = BATCH) -> int:
    """Claim due rows, translate and store them.

    Return how many were claimed, 0 when none is due.
    """
    rows = claim(limit=limit)
    if rows:
        store(translate_batch(_jobs(rows)))
    return len(rows)


@transaction.atomic
def claim(*, limit: int) -> list[MessageTranslation]:
    """Lease up to ``limit`` due rows to this worker.

    ``due_at`` is the lease too: a claimed row is due again when its lease ends, so that a worker that dies loses none.
    Rows are claimed by queue position, so that a flood in one conversation does not hold up the others; up to a quarter
    may be failed ones that are tried again.
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
    """Return what engines need to know of ``rows``.

    Three queries for any number of them; one where no engine makes anything of what was said before.
    """
    messages = {row.message_id: row.message for row in rows}
    channels = _channels_of({message.conversation_id for message in messages.values()})
    targets: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if uses_context(row.message.language, row.language):
            targets[row.message_id].add(row.language)
    contexts = contexts_of(targets, [messages[message_id] for message_id in targets])
    jobs = []
    for row in rows:
        message, channel = row.message, channels.get(row.message.conversation_id)
        context = contexts.get((message.pk, row.language), NO_CONTEXT)
        if channel is not None and (tone := tone_of(channel)):
            context = replace(context, formality=tone)
        jobs.append(
            Job(
                key=TranslationRef(row.pk, message.conversation_id, message.pk, message.revision),
                scope_id=channel.workspace_id if channel is not None else message.conversation_id,
                text=message.content or "",
                source=message.language,
                target=row.language,
                context=context,
                not_by=row.not_by,
            )
        )
    return jobs


def _channels_of(conversation_ids: set[str]) -> dict[str, Channel]:
    """Return the channels among conversations; a direct conversation is a scope of its own."""
    channels = Channel.objects.filter(pk__in=conversation_ids).only("pk", "workspace_id", "formality")
    return {channel.pk: channel for channel in channels}


def store(outcomes: Sequence[JobResult]) -> None:
    """Store what was translated and notify the readers.

    One transaction for each conversation.
    """
    by_conversation: dict[str, list[JobResult]] = defaultdict(list)
    for outcome in outcomes:
        by_conversation[_ref(outcome).conversation_id].append(outcome)
    for conversation_id, its_outcomes in by_conversation.items():
        _store_in(conversation_id, its_outcomes)


@transaction.atomic
def _store_in(conversation_id: str, outcomes: Sequence[JobResult]) -> None:
    # Locks the conversation first, as posting and editing do: an edit comes wholly before or wholly after.
    conversation = Conversation.objects.select_for_update().filter(pk=conversation_id).first()
    if conversation is None:
        return
    ids = [_ref(outcome).row_id for outcome in outcomes]
    rows = {row.pk: row for row in MessageTranslation.objects.select_related("message").filter(pk__in=ids)}
    new_events: list[events.NewEvent] = []
    changed: list[MessageTranslation] = []
    for outcome in outcomes:
        row = rows.get(_ref(outcome).row_id)
        if row is None or row.message.revision != _ref(outcome).revision or row.state == State.READY:
            continue  # edited, deleted or translated meanwhile
        was_pending = row.state == State.PENDING
        _apply(row, outcome)
        changed.append(row)
        data = {"message_id": row.message_id, "language": row.language}
        if row.state == State.READY:
            new_events.append(events.NewEvent("message.translated", data))
        elif was_pending:
            # Once, not at each further attempt.
            new_events.append(events.NewEvent("message.untranslated", data))
    _OUTCOMES.run(changed)
    settle_statuses({row.message_id for row in changed})
    if new_events:
        events.append(conversation, *new_events)


def _ref(outcome: JobResult) -> TranslationRef:
    ref: TranslationRef = outcome.job.key
    return ref


def _apply(row: MessageTranslation, outcome: JobResult) -> None:
    row.revision = row.message.revision
    row.engine, row.reason = outcome.engine or "", outcome.reason or ""
    if outcome.state == State.READY.value:
        mark_ready(row, outcome.job.scope_id, outcome.text, outcome.engine, outcome.confidence)
        row.not_by = ""
    elif outcome.state == State.SKIPPED.value:
        row.state = State.SKIPPED
    else:
        row.state = State.FAILED
        row.due_at = timezone.now() + timedelta(seconds=_retry_seconds(row.attempts, outcome.retry_after))


def _retry_seconds(attempts: int, retry_after: float | None) -> float:
    """Return the seconds until a failed row is tried again.

    What the engine said, else doubling with each attempt.
    """
    if retry_after is not None:
        return retry_after
    return min(settings.TRANSLATION_RETRY_SECONDS * 2.0 ** min(attempts - 1, 10), MAX_WAIT_SECONDS)
