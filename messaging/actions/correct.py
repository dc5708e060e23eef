"""Correct translations, and the languages that messages were taken to be in."""

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging import content
from messaging.access import locked_message
from messaging.context import ConversationContext, Sender, writer_key
from messaging.errors import MessageDeleted
from messaging.mentions import with_marks_of
from messaging.models import HUMAN, Message, MessageTranslation
from messaging.translations.again import BY_PEOPLE, translate_from_new_language
from messaging.translations.plan import mark_ready
from messaging.translations.status import settle_statuses
from rosetta import languages
from rosetta.errors import Forbidden, Invalid
from translation.glossary.proposals import note_correction
from translation.service import is_translatable, remember_correction
from workspaces.models import Conversation
from workspaces.streams import events

log = structlog.get_logger(__name__)

# For how many of its writers a conversation remembers a corrected language: the last ones.
MAX_TAUGHT = 100


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
    if context.workspace is not None and row.state == MessageTranslation.State.READY and row.engine not in BY_PEOPLE:
        note_correction(
            scope_id=context.scope_id,
            source=message.language,
            target=language,
            text=message.content or "",
            was=row.text,
            becomes=text,
        )
    row.revision, row.reason, row.corrected_by = message.revision, "", context.user
    mark_ready(row, context.scope_id, text, HUMAN)
    row.save()
    row.feedback.filter(resolved_at=None).update(resolved_at=timezone.now())
    settle_statuses({message.pk})
    translated = events.NewEvent("message.translated", {"message_id": message.pk, "language": language})
    events.append(context.conversation, translated)
    return row


@transaction.atomic
def correct_language(*, context: ConversationContext, message_id: str, language: str) -> Message:
    """Say in which language a message was written, and translate it from that one.

    Anybody who reads the conversation may. What people wrote as translations stays. From then on, what the message's writer
    says here is taken to be in ``language`` where it could be in any. Idempotent. Locks the conversation.
    Raises NotFound, Forbidden, MessageDeleted, Invalid.
    """
    context.check_open()
    message = locked_message(context, message_id)
    if context.user is None:
        raise Forbidden
    if message.deleted_at is not None:
        raise MessageDeleted
    if not message.content:
        raise Invalid({"language": [_("There is nothing to translate in this message.")]})
    if language == message.language:
        return message
    log.info(
        "language_corrected", message=message.pk, by=context.user.pk, language=language, instead_of=message.language
    )
    message.language = language
    translate_from_new_language(context, message)
    message.save(update_fields=["language", "translation_status"])
    if languages.is_supported(language):
        _teach(message, language)
    events.append(context.conversation, events.NewEvent("message.updated", {"message_id": message.pk}))
    return message


def _teach(message: Message, language: str) -> None:
    """Remember for the conversation, which the caller locked, that the message's writer writes in ``language``."""
    conversations = Conversation.objects.filter(pk=message.conversation_id)
    taught = conversations.values_list("taught_languages", flat=True).get() or []
    key = writer_key(message)
    others = [[writer, code] for writer, code in taught if writer != key]
    conversations.update(taught_languages=[*others, [key, language]][-MAX_TAUGHT:])


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
