"""Correct translations."""

from django.db import transaction
from django.utils.translation import gettext as _

from messaging import content
from messaging.access import locked_message
from messaging.context import ConversationContext, Sender
from messaging.errors import MessageDeleted
from messaging.mentions import with_marks_of
from messaging.models import HUMAN, Message, MessageTranslation
from messaging.translations.plan import mark_ready
from messaging.translations.status import settle_statuses
from rosetta.errors import Forbidden, Invalid
from translation.service import is_translatable, remember_correction
from workspaces.streams import events


@transaction.atomic
def correct_translation(
    *, context: ConversationContext, message_id: str, language: str, text: str
) -> MessageTranslation:
    """Show ``text`` to readers of ``language``, and remember it as the translation of the message's text.

    It stays until the message is edited. Its author, owners and admins correct any language, other members the one that
    they read. Locks the conversation. Raises NotFound, Forbidden, MessageDeleted, Invalid.
    """
    context.check_open()
    message = locked_message(context, message_id)
    if not _may_correct(context, message, language):
        raise Forbidden
    if message.deleted_at is not None:
        raise MessageDeleted
    text = _checked(message, language, text)
    remember_correction(
        scope_id=context.scope_id,
        source=message.language,
        target=language,
        source_text=message.content or "",
        text=text,
    )
    row, _is_new = MessageTranslation.objects.get_or_create(message=message, language=language)
    row.revision, row.reason, row.corrected_by = message.revision, "", context.user
    mark_ready(row, context.scope_id, text, HUMAN)
    row.save()
    settle_statuses({message.pk})
    translated = events.NewEvent("message.translated", {"message_id": message.pk, "language": language})
    events.append(context.conversation, translated)
    return row


def _may_correct(context: ConversationContext, message: Message, language: str) -> bool:
    if context.user is None:
        return False
    return context.is_moderator or Sender(user=context.user).wrote(message) or language == context.language


def _checked(message: Message, language: str, text: str) -> str:
    """Return the clean text of a correction. Raises Invalid."""
    if language == message.language:
        raise Invalid({"language": [_("The message is in this language.")]})
    if not is_translatable(message.content or ""):
        raise Invalid({"text": [_("There is nothing to translate in this message.")]})
    # The client shows people by their present names, which the original may not have.
    text = with_marks_of(content.checked(text, field="text"), message.content or "")
    if not text:
        raise Invalid({"text": [content.required_text()]})
    return text
