"""Post a message: store and number it, plan its translations, and notify its readers."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from files.actions.claim import claim
from files.models import File
from messaging import content, metrics
from messaging.actions import idempotency
from messaging.actions.idempotency import Idempotency
from messaging.actions.read import advance_read_mark
from messaging.actions.threads import add_reply
from messaging.context import ConversationContext, Sender
from messaging.drafts import NewMessage
from messaging.models import Attachment, Message, MessageTranslation
from messaging.push.requests import request_push
from messaging.search.text import terms_of
from messaging.translations.plan import TranslationPlan, nudge_translators, plan_translations
from rosetta.db.inserts import WriteBatch
from rosetta.errors import Invalid
from rosetta.ids import NO_ID, new_ulid, parse_ulid
from workspaces.streams import events, numbering


@dataclass(frozen=True, slots=True)
class Posted:
    """A message with its ``translations`` and ``attachments``.

    ``is_replay`` when an earlier request posted it.
    """

    message: Message
    translations: list[MessageTranslation]
    attachments: list[Attachment]
    is_replay: bool = False
    client_id: str | None = None


@transaction.atomic
def post_message(
    *, sender: Sender, context: ConversationContext, draft: NewMessage, idempotency_key: Idempotency | None = None
) -> Posted:
    """Store a message and request its translations; return without waiting for them.

    Idempotent with ``idempotency_key``. Locks the conversation.
    Raises ChannelArchived, RoomEnded, Invalid, IdempotencyKeyReused, IdempotencyInProgress.
    """
    key = idempotency.take(sender, context, idempotency_key) if idempotency_key else None
    if key is not None and key.message is not None:
        return _replay(key.message, draft.client_id)
    context.check_open()
    draft = _checked(draft)
    mentions = content.mentions_in(draft.content, context)
    plan = plan_translations(context=context, sender=sender, text=draft.content, draft=draft)
    files = _claimed_files(context, sender, draft)

    now = timezone.now()
    numbers = numbering.next_message(context.conversation.pk, now)  # locks the conversation until the commit
    message = _build_message(context, sender, draft, plan, numbers.seq, now)
    message.mentions, message.attachment_count = mentions, len(files)
    translations = plan.rows_for(message, context.scope_id, numbers.queue_position)
    created = events.NewEvent("message.created", _event_data(message, sender, draft))
    with WriteBatch() as batch:
        batch.insert(message)
        events.append_numbered(batch, context.conversation.pk, numbers.event, created)
        batch.insert(*translations)
        if sender.user is not None:
            advance_read_mark(batch, user_id=sender.user.pk, conversation_id=context.conversation.pk, seq=numbers.seq)
        request_push(batch, message)

    attachments = _attach(message, files)
    if message.parent_id is not None:
        add_reply(message)
    if key is not None:
        idempotency.settle(key, message)
    nudge_translators(translations)
    transaction.on_commit(lambda: metrics.posted(sender.key.partition(":")[0]))
    return Posted(message, translations, attachments, client_id=draft.client_id)


def _replay(message: Message, client_id: str | None) -> Posted:
    attachments = list(message.attachments.select_related("file").order_by("position"))
    return Posted(message, list(message.translations.all()), attachments, is_replay=True, client_id=client_id)


def _event_data(message: Message, sender: Sender, draft: NewMessage) -> dict[str, str]:
    """Return the event's data.

    Ids, and the client's own id of the message, which only the sender receives.
    """
    data = {"message_id": message.pk}
    if draft.client_id is not None:
        data |= {"client_id": draft.client_id, "sender": sender.key}
    return data


def _checked(draft: NewMessage) -> NewMessage:
    """Return ``draft`` with clean texts.

    Raises Invalid for texts that are too long, and for a draft without content.
    """
    text = content.checked(draft.content)
    if not text and not draft.attachment_ids:
        raise Invalid({"content": [content.required()]})
    return replace(draft, content=text, translations=content.checked_translations(draft.translations))


def _claimed_files(context: ConversationContext, sender: Sender, draft: NewMessage) -> list[File]:
    """Claim the files that the message attaches.

    They count towards its workspace's storage. Raises Invalid.
    """
    if not draft.attachment_ids:
        return []
    uploader = sender.user or sender.guest
    return claim(file_ids=draft.attachment_ids, uploader=uploader, workspace_id=context.workspace_id)


def _build_message(
    context: ConversationContext, sender: Sender, draft: NewMessage, plan: TranslationPlan, seq: int, now: datetime
) -> Message:
    """Return the message, not saved."""
    parent_id = draft.parent_message_id
    return Message(
        pk=new_ulid(),
        conversation=context.conversation,
        seq=seq,
        type=draft.type,
        sender_user=sender.user,
        sender_guest=sender.guest,
        sender_webhook=sender.webhook,
        is_automation=sender.is_automation,
        content=draft.content,
        terms=terms_of(draft.content, context.scope_id),
        language=plan.language,
        translation_status=plan.status,
        skip_translation=draft.skip_translation,
        parent_id=None if parent_id is None else parse_ulid(parent_id) or NO_ID,
        is_broadcast=draft.is_broadcast,
        created_at=now,
    )


def _attach(message: Message, files: list[File]) -> list[Attachment]:
    rows = [Attachment(message=message, file=file, position=position) for position, file in enumerate(files)]
    return Attachment.objects.bulk_create(rows) if rows else []
