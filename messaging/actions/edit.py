"""Edit messages."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from messaging import content
from messaging.access import locked_message
from messaging.actions.correct import correct_language
from messaging.context import ConversationContext, Sender
from messaging.errors import MessageDeleted
from messaging.mentions import with_marks_of
from messaging.models import Message, MessageRevision
from messaging.search.text import terms_of
from messaging.translations.again import translate_new_text
from rosetta import languages
from rosetta.errors import Forbidden, Invalid
from translation.detection import source_language
from workspaces.streams import events


@transaction.atomic
def edit_message(
    *,
    context: ConversationContext,
    sender: Sender,
    message_id: str,
    text: str,
    language: str | None = None,
    own_translations: Mapping[str, str] | None = None,
) -> Message:
    """Replace a message's text, keep the previous text for moderators, and translate it again.

    ``own_translations`` are the sender's own, by language. The same text is no edit, but ``language`` may correct its
    language. Locks the conversation.
    Raises NotFound, Forbidden for somebody else's message, MessageDeleted, Invalid.
    """
    context.check_open()
    message = locked_message(context, message_id)
    if not sender.wrote(message):
        raise Forbidden
    if message.deleted_at is not None:
        raise MessageDeleted
    text = content.checked(text)
    if not text and not message.attachment_count:
        raise Invalid({"content": [content.required()]})
    # What a client was shown has the present names of people, which change nothing.
    if with_marks_of(text, message.content or "") == message.content:
        return correct_language(context=context, message_id=message_id, language=language) if language else message
    MessageRevision.objects.create(message=message, revision=message.revision, content=message.content or "")
    message.mentions = content.mentions_in(text, context)
    message.content, message.edited_at, message.revision = text, timezone.now(), message.revision + 1
    message.terms = terms_of(text, context.scope_id)
    likely = message.language if languages.is_supported(message.language) else context.language
    message.language = source_language(text, declared=language, sender_language=likely)
    translate_new_text(context, message, content.checked_translations(own_translations or {}))
    message.save(
        update_fields=["content", "terms", "mentions", "edited_at", "revision", "language", "translation_status"]
    )
    events.append(context.conversation, events.NewEvent("message.updated", {"message_id": message.pk}))
    return message
