"""A message is written: stored, numbered, owed to its readers in their languages, and told to who listens."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from files.actions import claim
from files.models import File
from messaging import content, metrics, push
from messaging.actions import idempotency
from messaging.actions.idempotency import Idempotency
from messaging.context import Place, Sender
from messaging.errors import unknown_id
from messaging.models import Attachment, Message, MessageTranslation
from messaging.search.text import terms_of
from messaging.translations import MAX_AHEAD_MS, SHARE_MS, milliseconds, nudge_translators, plan
from rosetta.db.compiled import CompiledInsert, Statement, run_together
from rosetta.errors import Invalid, NotFound
from rosetta.ids import NO_ID, database_id, new_ulid, parse_ulid
from workspaces.models import ReadMark
from workspaces.streams import events

_MESSAGES = CompiledInsert(Message)
_TRANSLATIONS = CompiledInsert(MessageTranslation)
# The larger of two marks wins, which the ORM's upsert cannot say.
_MARKS = CompiledInsert(
    ReadMark,
    " ON CONFLICT (user_id, conversation_id) DO UPDATE SET last_read_seq = EXCLUDED.last_read_seq"
    " WHERE workspaces_readmark.last_read_seq < EXCLUDED.last_read_seq",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a sender wants to say. ``language`` is what the sender says it is; ``translations`` are its own, by language.

    ``client_id`` is the sender's own name for the message, which comes back to the sender alone.
    """

    content: str = ""
    type: str = Message.Type.TEXT
    attachment_ids: tuple[str, ...] = ()
    parent_message_id: str | None = None
    skip_translation: bool = False
    language: str | None = None
    translations: Mapping[str, str] = field(default_factory=dict)
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """The message, with ``translations`` known at once; ``is_replay`` when an earlier request had made it."""

    message: Message
    translations: list[MessageTranslation]
    attachments: list[Attachment]
    is_replay: bool = False
    client_id: str | None = None


@transaction.atomic
def post_message(*, sender: Sender, place: Place, draft: Draft, idempotency_key: Idempotency | None = None) -> Posted:
    """Store a message and owe it to its readers; returns at once, whatever translators do.

    Raises ChannelArchived, RoomEnded, Invalid, IdempotencyKeyReused, IdempotencyInProgress.
    """
    key = idempotency.take(sender, place, idempotency_key) if idempotency_key else None
    if key is not None and key.message is not None:
        known = list(key.message.translations.all())
        return Posted(key.message, known, _attachments(key.message), is_replay=True, client_id=draft.client_id)
    place.check_open()
    text = content.checked(draft.content)
    if not text and not draft.attachment_ids:
        raise Invalid({"content": [content.required()]})
    draft = replace(draft, translations=content.checked_translations(draft.translations))
    mentions = content.mentions_in(text, place)
    planned = plan(place=place, sender=sender, text=text, draft=draft)
    files = _claimed(place, sender, draft.attachment_ids)

    now = timezone.now()
    seq, event_seq, turn = take_numbers(place.conversation.pk, now)
    message = Message(
        pk=new_ulid(),
        conversation=place.conversation,
        seq=seq,
        type=draft.type,
        sender_user=sender.user,
        sender_guest=sender.guest,
        sender_webhook=sender.webhook,
        is_automation=sender.is_automation,
        content=text,
        terms=terms_of(text, place.scope_id),
        language=planned.language,
        translation_status=planned.status,
        skip_translation=draft.skip_translation,
        parent_id=_id_in(draft.parent_message_id),
        attachment_count=len(files),
        mentions=mentions,
        created_at=now,
    )
    translations = planned.rows_for(message, place.scope_id, turn)
    created = events.Draft("message.created", _event_data(message, sender, draft))
    statements = [_MESSAGES.of([message]), events.storing(place.conversation.pk, event_seq, [created])]
    if translations:
        statements.append(_TRANSLATIONS.of(translations))
    if sender.user is not None:
        statements.append(marking(user_id=sender.user.pk, conversation_id=place.conversation.pk, seq=seq))
    run_together(statements)
    attachments = _attach(message, files)
    if message.parent_id is not None:
        _count_reply(message)
    if key is not None:
        idempotency.settle(key, message)
    nudge_translators(translations)
    push.owe(message)
    transaction.on_commit(lambda: metrics.posted(sender.key.partition(":")[0]))
    return Posted(message, translations, attachments, client_id=draft.client_id)


def _event_data(message: Message, sender: Sender, draft: Draft) -> dict[str, str]:
    data = {"message_id": message.pk}
    if draft.client_id is not None:
        data |= {"client_id": draft.client_id, "sender": sender.key}
    return data


def _claimed(place: Place, sender: Sender, file_ids: tuple[str, ...]) -> list[File]:
    """The files that a message takes along; they count as its workspace's. Raises Invalid."""
    if not file_ids:
        return []
    workspace_id = place.workspace.pk if place.workspace else None
    return claim(file_ids=file_ids, uploader=sender.user or sender.guest, workspace_id=workspace_id)


def take_numbers(conversation_id: str, now: datetime) -> tuple[int, int, int]:
    """The next message and event numbers of a conversation, and its turn with the translators.

    The row's lock, held until the commit, orders the writers.
    """
    moment = milliseconds(now)
    latest = moment + MAX_AHEAD_MS
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workspaces_conversation SET last_seq = last_seq + 1, last_event = last_event + 1, last_message_at = %s,"
            " turn = %s + CASE WHEN turn < %s THEN %s WHEN turn > %s THEN %s ELSE turn END"
            " WHERE id = %s RETURNING last_seq, last_event, turn",
            [now, SHARE_MS, moment, moment, latest, latest, database_id(conversation_id)],
        )
        row = cursor.fetchone()
    if row is None:  # purged since it was reached
        raise NotFound
    return int(row[0]), int(row[1]), int(row[2]) - SHARE_MS


def marking(*, user_id: int, conversation_id: str, seq: int) -> Statement:
    """What says that ``user_id`` has read up to ``seq``; a mark never moves back."""
    return _MARKS.of([ReadMark(user_id=user_id, conversation_id=conversation_id, last_read_seq=seq)])


def _id_in(raw: str | None) -> str | None:
    return None if raw is None else parse_ulid(raw) or NO_ID


def _count_reply(message: Message) -> None:
    """Note it with its parent, under the conversation's lock. Raises Invalid where that is none that may be replied to."""
    parents = Message.objects.filter(conversation=message.conversation_id, parent=None, deleted_at=None)
    if not parents.filter(pk=message.parent_id).update(reply_count=F("reply_count") + 1):
        raise unknown_id("parent_message_id")


def _attach(message: Message, files: list[File]) -> list[Attachment]:
    rows = [Attachment(message=message, file=file, position=place) for place, file in enumerate(files)]
    return Attachment.objects.bulk_create(rows) if rows else []


def _attachments(message: Message) -> list[Attachment]:
    return list(message.attachments.select_related("file").order_by("position"))
