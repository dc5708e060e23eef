"""Request the translations that a reader's page lacks.

Somebody may join with a new language, or ask for one: the messages that they look at are translated then, once for all
readers. So are those that were skipped for lack of budget, once there is budget again: in a new month, or when staff raise it.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from messaging.context import tone_of
from messaging.models import Message, MessageTranslation
from messaging.resources import MessageRow, rows_again
from messaging.translations.plan import milliseconds, nudge_translators, translation_row
from messaging.translations.status import settle_statuses
from rosetta import languages
from rosetta.db.inserts import CompiledUpdate
from rosetta.languages import Reading
from translation.service import Circumstances, characters_left, is_translatable, recall_many
from workspaces.models import Channel, Conversation
from workspaces.streams.numbering import COST_PER_MESSAGE_MS

State = MessageTranslation.State
# The reason of translations that were skipped because the month's budget was spent.
OVER_BUDGET = "budget"
_REQUEUED = CompiledUpdate(MessageTranslation, ["state", "reason", "attempts", "due_at", "turn"])


def ensure(*, rows: list[MessageRow], scope_id: str, reading: Reading) -> list[MessageRow]:
    """Request the translations that ``rows`` lack for somebody who reads as ``reading`` says.

    Return the rows as they are then.
    """
    if not request_missing_translations(rows=rows, scope_id=scope_id, reading=reading):
        return rows
    by_id = {row.id: row for row in rows_again([row.id for row in rows], reading.language)}
    return [by_id.get(row.id, row) for row in rows]


def request_missing_translations(*, rows: Sequence[MessageRow], scope_id: str, reading: Reading) -> set[str]:
    """Request the translations that ``rows`` lack for somebody who reads as ``reading`` says.

    Return the ids of the messages that changed.

    Writes nothing where none is missing. Locks the conversations of the messages.
    """
    language = reading.language
    lacking = [row for row in rows if _lacks_translation(row, reading)]
    missing = [row.id for row in lacking if row.translation_state is None]
    skipped = {row.id: len(row.content or "") for row in lacking if row.translation_state is not None}
    changed = _request(missing, scope_id, language) if missing else set()
    return changed | (_requeue_skipped(skipped, scope_id, language) if skipped else set())


def _lacks_translation(row: MessageRow, reading: Reading) -> bool:
    return bool(
        row.translation_state in (None, State.SKIPPED)
        and reading.needs(row.language)
        and languages.is_supported(row.language)
        and row.content
        and row.deleted_at is None
        and not row.skip_translation
        and is_translatable(row.content)
    )


@transaction.atomic
def _request(message_ids: list[str], scope_id: str, language: str) -> set[str]:
    """Add a translation into ``language`` for each message.

    Ready where it is known, else pending.
    """
    lock_conversations_of(message_ids)
    messages = list(Message.objects.filter(pk__in=message_ids, deleted_at=None).order_by("-pk"))
    tones = {
        channel.pk: tone_of(channel)
        for channel in Channel.objects.filter(pk__in={message.conversation_id for message in messages})
    }
    texts = [(message.content or "", message.language) for message in messages]
    circumstances = [Circumstances(tones.get(message.conversation_id, "")) for message in messages]
    known = recall_many(scope_id=scope_id, texts=texts, target=language, circumstances=circumstances)
    now = milliseconds(timezone.now())
    translations = [
        # A long history queues behind what is posted meanwhile.
        translation_row(message, scope_id, language, translation, now + COST_PER_MESSAGE_MS * index)
        for index, (message, translation) in enumerate(zip(messages, known, strict=True))
    ]
    # Another reader may have requested the same at this moment: it is requested, and paid for, once.
    MessageTranslation.objects.bulk_create(translations, ignore_conflicts=True)
    ids = {message.pk for message in messages}
    settle_statuses(ids)
    nudge_translators(translations)
    return ids


def _requeue_skipped(lengths: dict[str, int], scope_id: str, language: str) -> set[str]:
    """Queue again translations that were skipped for lack of budget, newest first, up to what the budget now allows.

    ``lengths`` are the characters of each message, by id. Without budget this costs two queries and no write. Translators
    check the budget again themselves.
    """
    skipped = MessageTranslation.objects.filter(
        message__in=lengths, language=language, state=State.SKIPPED, reason=OVER_BUDGET
    ).order_by("-message")
    message_ids = _affordable(list(skipped.values_list("message_id", flat=True)), lengths, scope_id)
    if not message_ids:
        return set()
    with transaction.atomic():
        lock_conversations_of(message_ids)
        translations = list(skipped.filter(message__in=message_ids))
        requeue(translations)
        ids = {translation.message_id for translation in translations}
        settle_statuses(ids)
    return ids


def requeue(translations: Sequence[MessageTranslation]) -> None:
    """Make ``translations`` pending again, in this order, behind what is posted meanwhile. The caller holds their locks."""
    now = timezone.now()
    for index, translation in enumerate(translations):
        translation.state, translation.reason = State.PENDING, ""
        translation.attempts, translation.due_at = 0, now
        translation.turn = milliseconds(now) + COST_PER_MESSAGE_MS * index
    _REQUEUED.run(translations)
    nudge_translators(translations)


def _affordable(message_ids: Sequence[str], lengths: dict[str, int], scope_id: str) -> list[str]:
    """Return those messages, in order, that the rest of the budget pays for."""
    left = characters_left(scope_id) if message_ids else None
    if left is None:
        return list(message_ids)
    affordable = []
    for message_id in message_ids:
        if lengths[message_id] <= left:
            left -= lengths[message_id]
            affordable.append(message_id)
    return affordable


def lock_conversations_of(message_ids: Sequence[str]) -> None:
    """Lock the rows that edits lock, so that a translation is requested of the current text.

    In order, because a page of search results is of several conversations.
    """
    conversations = Conversation.objects.filter(messages__in=message_ids).values("pk")
    list(Conversation.objects.select_for_update().filter(pk__in=conversations).order_by("pk"))
