"""A message is changed or taken back, by who may."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from files.actions import release
from messaging import content
from messaging.context import Place, Sender
from messaging.errors import MessageDeleted
from messaging.models import Message, MessageRevision, MessageTranslation, Reaction
from messaging.search.text import terms_of
from messaging.translations import Status, milliseconds, nudge_translators, targets_of
from rosetta.errors import Forbidden, Invalid, NotFound
from translation.detection import source_language
from workspaces.models import Conversation
from workspaces.streams import events


@transaction.atomic
def edit_message(
    *,
    place: Place,
    sender: Sender,
    message_id: str,
    text: str,
    language: str | None = None,
    variants: Mapping[str, str] | None = None,
) -> Message:
    """Give a message other words, and owe them anew but where its author says them too (``variants``); what it said before is
    kept for moderators.

    Raises NotFound, Forbidden for somebody else's message, MessageDeleted, Invalid.
    """
    place.check_open()
    message = locked_message(place, message_id)
    if not is_own(message, sender):
        raise Forbidden
    if message.deleted_at is not None:
        raise MessageDeleted
    text = content.checked(text)
    if not text and not message.attachment_count:
        raise Invalid({"content": [content.required()]})
    if text == message.content:
        return message
    MessageRevision.objects.create(message=message, revision=message.revision, content=message.content or "")
    message.mentions = content.mentions_in(text, place)
    message.content, message.edited_at, message.revision = text, timezone.now(), message.revision + 1
    message.terms = terms_of(text, place.scope_id)
    _translate_anew(place, message, language, content.checked_translations(variants or {}))
    message.save(
        update_fields=["content", "terms", "mentions", "edited_at", "revision", "language", "translation_status"]
    )
    events.append(place.conversation, events.Draft("message.updated", {"message_id": message.pk}))
    return message


def _translate_anew(place: Place, message: Message, language: str | None, variants: Mapping[str, str]) -> None:
    message.language = source_language(message.content or "", declared=language, sender_language=message.language)
    message.translations.all().delete()
    if message.skip_translation:
        message.translation_status = Status.SKIPPED
        return
    planned = targets_of(place.scope_id, message.content or "", message.language, place.heard, variants)
    rows = planned.rows_for(message, place.scope_id, milliseconds(timezone.now()))
    MessageTranslation.objects.bulk_create(rows)
    message.translation_status = planned.status
    nudge_translators(rows)


@transaction.atomic
def delete_message(*, place: Place, sender: Sender, message_id: str) -> None:
    """Leave a stub of a message: its words, files, translations and reactions go. Again changes nothing.

    Raises NotFound; Forbidden to all but its sender and the workspace's owners and admins.
    """
    message = locked_message(place, message_id)
    if not (is_own(message, sender) or place.is_moderator):
        raise Forbidden
    remove(message)


def remove(message: Message) -> None:
    """Take ``message`` back, whoever asks; the caller holds the conversation's lock."""
    if message.deleted_at is not None:
        return
    files = [one.file for one in message.attachments.select_related("file")]
    message.attachments.all().delete()
    release(files=files)
    message.translations.all().delete()
    message.revisions.all().delete()
    Reaction.objects.filter(message=message).delete()
    if message.parent_id is not None:
        Message.objects.filter(pk=message.parent_id, reply_count__gt=0).update(reply_count=F("reply_count") - 1)
    message.content, message.terms, message.mentions, message.pinned_at = None, None, [], None
    message.attachment_count = message.reaction_count = 0
    message.deleted_at = timezone.now()
    message.save()
    conversation = Conversation(pk=message.conversation_id)
    events.append(conversation, events.Draft("message.deleted", {"message_id": message.pk}))


def locked_message(place: Place, message_id: str) -> Message:
    """A message with its conversation's lock, which orders it with posting and translating. Raises NotFound."""
    Conversation.objects.select_for_update().filter(pk=place.conversation.pk).first()
    message = Message.objects.filter(conversation=place.conversation, pk=message_id).first()
    if message is None:
        raise NotFound
    return message


def is_own(message: Message, sender: Sender) -> bool:
    """Whether ``sender`` wrote it; what a person's automation wrote is that person's."""
    if sender.user is not None:
        return message.sender_user_id == sender.user.pk
    if sender.guest is not None:
        return message.sender_guest_id == sender.guest.pk
    return False
