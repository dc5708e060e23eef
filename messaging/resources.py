"""Messages as the contract's JSON, for REST and realtime alike."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import FilteredRelation, Q, QuerySet

from accounts.models import User
from messaging.context import Place
from messaging.models import HUMAN, Attachment, Message, MessageRevision, MessageTranslation, Reaction
from rosetta.db.compiled import Unseen
from rosetta.times import moment
from translation.memory.store import CORRECTION
from workspaces.models import Conversation
from workspaces.resources import person

READY = MessageTranslation.State.READY


class MessageRow(NamedTuple):
    """A message with its sender and its words in one language, as one query reads it (models cost half a page)."""

    id: str
    conversation_id: str
    seq: int
    type: str
    content: str | None
    language: str
    translation_status: str
    skip_translation: bool
    revision: int
    parent_id: str | None
    reply_count: int
    attachment_count: int
    reaction_count: int
    mentions: list[dict[str, Any]]
    is_automation: bool
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    sender_user_id: int | None
    sender_guest_id: str | None
    sender_webhook_id: str | None
    sender_user__name: str | None
    sender_user__avatar_url: str | None
    sender_guest__nickname: str | None
    sender_webhook__name: str | None
    words__state: str | None
    words__text: str | None
    words__revision: int | None


# Those of the message itself.
_OWN = [name for name in MessageRow._fields if "__" not in name]


@dataclass(frozen=True, slots=True)
class Reader:
    """In which language, and as whom, messages are shown."""

    language: str
    user_id: int | None = None
    guest_id: str | None = None

    @classmethod
    def at(cls, place: Place, language: str | None = None) -> "Reader":
        return cls(
            language or place.language,
            place.user.pk if place.user is not None else None,
            place.guest.pk if place.guest is not None else None,
        )


@dataclass(frozen=True, slots=True)
class Home:
    """Where a message stands, as a client names it: in a workspace, whose channels share their conversations' ids, or in
    none, for direct conversations."""

    workspace_id: str | None = None

    @classmethod
    def of(cls, place: Place) -> "Home":
        return cls(place.workspace.pk if place.workspace is not None else None)


def with_words(messages: QuerySet[Message], language: str | Unseen) -> QuerySet[Message, tuple[Any, ...]]:
    """What ``MessageRow._make`` takes: ``messages`` with their senders and their words in ``language``."""
    words = FilteredRelation("translations", condition=Q(translations__language=language))
    rows: QuerySet[Message, tuple[Any, ...]] = messages.annotate(words=words).values_list(*MessageRow._fields)
    return rows


def rows_of(messages: QuerySet[Message], language: str, limit: int | None = None) -> list[MessageRow]:
    """At most ``limit`` of ``messages`` with their words in ``language``, in one query."""
    return [MessageRow._make(row) for row in with_words(messages, language)[:limit]]


def rows_again(pks: Sequence[str], language: str) -> list[MessageRow]:
    """The rows of ``pks`` as they are now, in no order."""
    return rows_of(Message.objects.filter(pk__in=pks), language)


def messages(rows: Sequence[MessageRow], home: Home, reader: Reader) -> list[dict[str, Any]]:
    """The resources of ``rows``: one query more where there are attachments, one where there are reactions."""
    attachments = _attachments_of([row.id for row in rows if row.attachment_count], home)
    reactions = _reactions_of([row.id for row in rows if row.reaction_count], reader)
    return [_message(row, home, reader, attachments.get(row.id, []), reactions.get(row.id, [])) for row in rows]


def message(pk: str, home: Home, reader: Reader) -> dict[str, Any] | None:
    """One message by its id, or None when it is gone."""
    rows = rows_of(Message.objects.filter(pk=pk), reader.language)
    return messages(rows, home, reader)[0] if rows else None


def fresh_message(
    row: Message,
    translations: Iterable[MessageTranslation],
    attachments: Sequence[Attachment],
    home: Home,
    reader: Reader,
) -> dict[str, Any]:
    """A message that was just written, from what the writer holds: no query."""
    words = next((one for one in translations if one.language == reader.language), None)
    user, guest, webhook = row.sender_user, row.sender_guest, row.sender_webhook
    written = MessageRow(
        **{name: getattr(row, name) for name in _OWN},
        sender_user__name=user.name if user else None,
        sender_user__avatar_url=user.avatar_url if user else None,
        sender_guest__nickname=guest.nickname if guest else None,
        sender_webhook__name=webhook.name if webhook else None,
        words__state=words.state if words else None,
        words__text=words.text if words else None,
        words__revision=words.revision if words else None,
    )
    return _message(written, home, reader, [attachment(one, home) for one in attachments], [])


def is_translated(row: MessageRow, language: str) -> bool:
    """Whether ``row`` is shown in ``language`` rather than as it was written."""
    return (
        row.deleted_at is None
        and row.content is not None
        and row.language != language
        and row.words__state == READY
        and row.words__revision == row.revision
    )


def _message(
    row: MessageRow, home: Home, reader: Reader, attachments: list[Any], reactions: list[Any]
) -> dict[str, Any]:
    original = row.content if row.deleted_at is None else None
    translated = is_translated(row, reader.language)
    return {
        "id": row.id,
        "conversation_id": row.conversation_id,
        "workspace_id": home.workspace_id,
        "channel_id": row.conversation_id if home.workspace_id is not None else None,
        "seq": row.seq,
        "type": row.type,
        "sender": _sender(row),
        "original_content": original,
        "original_language": row.language,
        "display_content": row.words__text if translated else original,
        "display_language": reader.language if translated else row.language,
        "display_source": "translation" if translated else "original",
        "translation_status": row.translation_status,
        "parent_message_id": row.parent_id,
        "reply_count": row.reply_count,
        "attachments": attachments,
        "mentions": row.mentions,
        "reactions": reactions,
        "created_at": moment(row.created_at),
        "edited_at": moment(row.edited_at),
        "deleted_at": moment(row.deleted_at),
    }


def _sender(row: MessageRow) -> dict[str, Any] | None:
    if row.sender_user_id is not None:
        kind = "automation" if row.is_automation else "user"
        name, avatar = row.sender_user__name, row.sender_user__avatar_url
        return {"kind": kind, "id": row.sender_user_id, "name": name, "avatar_url": avatar}
    if row.sender_guest_id is not None:
        return {
            "kind": "guest",
            "id": row.sender_guest_id,
            "name": row.sender_guest__nickname,
            "avatar_url": None,
        }
    if row.sender_webhook_id is not None:
        return {
            "kind": "webhook",
            "id": row.sender_webhook_id,
            "name": row.sender_webhook__name,
            "avatar_url": None,
        }
    return None


def attachment(row: Attachment, home: Home) -> dict[str, Any]:
    kind = "message-attachments" if home.workspace_id is not None else "direct-message-attachments"
    base = f"{settings.PUBLIC_URL}/api/v1/{kind}/{row.pk}"
    return {
        "id": row.pk,
        "client_name": row.file.client_name,
        "mime_type": row.file.mime_type,
        "size": row.file.size,
        "width": row.file.width,
        "height": row.file.height,
        "download_url": f"{base}/download",
        "thumbnail_url": f"{base}/thumbnail" if row.file.is_image else None,
    }


def _attachments_of(message_ids: list[str], home: Home) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if message_ids:
        rows = Attachment.objects.select_related("file").filter(message__in=message_ids).order_by("position")
        for row in rows:
            found[row.message_id].append(attachment(row, home))
    return found


def _reactions_of(message_ids: list[str], reader: Reader) -> dict[str, list[dict[str, Any]]]:
    """By message, in the order in which each emoji first came: how many, and whether the reader is among them."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    if message_ids:
        rows = Reaction.objects.filter(message__in=message_ids).order_by("pk")
        for message_id, emoji, user_id, guest_id in rows.values_list("message_id", "emoji", "user_id", "guest_id"):
            told = found[message_id].setdefault(emoji, {"emoji": emoji, "count": 0, "reacted": False})
            told["count"] += 1
            told["reacted"] |= (user_id or guest_id) in (reader.user_id or reader.guest_id,)
    return {message_id: list(by_emoji.values()) for message_id, by_emoji in found.items()}


def revision(row: MessageRevision) -> dict[str, Any]:
    """What a message said until ``created_at``."""
    return {"revision": row.revision, "content": row.content, "created_at": moment(row.created_at)}


def translation(row: MessageTranslation) -> dict[str, Any]:
    """What is known of a message in one language."""
    is_ready, is_failed = row.state == READY, row.state == MessageTranslation.State.FAILED
    return {
        "language": row.language,
        "state": row.state,
        "text": row.text if is_ready else None,
        "engine": row.engine or None,
        "is_corrected": row.engine in (HUMAN, CORRECTION),
        "corrected_by": person(row.corrected_by) if row.corrected_by is not None else None,
        "reason": row.reason or None,
        "attempts": row.attempts,
        "retry_at": moment(row.due_at) if is_failed else None,
        "translated_at": moment(row.ready_at) if is_ready else None,
    }


def direct_conversation(conversation: Conversation, other: User, unread_count: int) -> dict[str, Any]:
    return {
        "id": conversation.pk,
        "participant": person(other),
        "unread_count": unread_count,
        "last_message_at": moment(conversation.last_message_at),
    }
