"""Say what a translation is worth, and have another engine make it again."""

import structlog
from django.db import transaction
from django.utils import timezone

from messaging.access import locked_message
from messaging.context import ConversationContext
from messaging.errors import MessageDeleted, NoOtherEngine
from messaging.models import Message, MessageTranslation, TranslationFeedback
from messaging.translations.again import BY_PEOPLE
from messaging.translations.on_read import requeue
from messaging.translations.status import settle_statuses
from rosetta.errors import Forbidden, NotFound
from translation.service import has_other_engine
from workspaces.streams import events

log = structlog.get_logger(__name__)
State = MessageTranslation.State


@transaction.atomic
def rate_translation(
    *, context: ConversationContext, message_id: str, language: str, verdict: str
) -> TranslationFeedback:
    """Record what a reader thinks of a translation; another word of theirs replaces it. Idempotent.

    Locks the conversation. Raises NotFound, Forbidden, MessageDeleted.
    """
    message, translation = _locked_translation(context, message_id, language)
    if context.user is None:
        raise Forbidden
    if message.deleted_at is not None:
        raise MessageDeleted
    if translation.state != State.READY or translation.revision != message.revision:
        raise NotFound
    feedback, _is_new = TranslationFeedback.objects.update_or_create(
        translation=translation,
        user=context.user,
        defaults={
            "verdict": verdict,
            "engine": translation.engine,
            "source": message.language,
            "created_at": timezone.now(),
            "resolved_at": None,
        },
    )
    return feedback


@transaction.atomic
def withdraw_rating(*, context: ConversationContext, message_id: str, language: str) -> None:
    """Delete what a reader said of a translation. Idempotent. Raises NotFound, Forbidden."""
    _message, translation = _locked_translation(context, message_id, language)
    if context.user is None:
        raise Forbidden
    TranslationFeedback.objects.filter(translation=translation, user=context.user).delete()


@transaction.atomic
def translate_with_another_engine(
    *, context: ConversationContext, message_id: str, language: str
) -> MessageTranslation:
    """Have a translation made again by another engine than the one that made it; readers see the original until then.

    For owners and admins of the workspace. What people wrote stays. Locks the conversation.
    Raises NotFound, Forbidden, MessageDeleted, NoOtherEngine.
    """
    if not context.is_moderator:
        raise Forbidden
    context.check_open()
    message, translation = _locked_translation(context, message_id, language)
    if message.deleted_at is not None:
        raise MessageDeleted
    return _again(message, translation, by=context.user.pk if context.user is not None else None)


@transaction.atomic
def staff_translate_again(translation: MessageTranslation, *, by: int | None) -> MessageTranslation:
    """As ``translate_with_another_engine``, for staff. Raises NoOtherEngine, MessageDeleted, Forbidden."""
    message = Message.objects.select_related("conversation").get(pk=translation.message_id)
    if message.deleted_at is not None:
        raise MessageDeleted
    return _again(message, translation, by=by)


def _again(message: Message, translation: MessageTranslation, *, by: int | None) -> MessageTranslation:
    if translation.engine in BY_PEOPLE or translation.state == State.PENDING:
        raise NoOtherEngine
    if not has_other_engine(message.language, translation.language, translation.engine):
        raise NoOtherEngine
    log.info("translation_again", message=message.pk, language=translation.language, by=by, not_by=translation.engine)
    TranslationFeedback.objects.filter(translation=translation, resolved_at=None).update(resolved_at=timezone.now())
    translation.not_by = translation.engine
    translation.save(update_fields=["not_by"])
    requeue([translation])
    settle_statuses({message.pk})
    updated = events.NewEvent("message.updated", {"message_id": message.pk})
    events.append(message.conversation, updated)
    return translation


def _locked_translation(
    context: ConversationContext, message_id: str, language: str
) -> tuple[Message, MessageTranslation]:
    message = locked_message(context, message_id)
    translation = message.translations.select_related("corrected_by").filter(language=language).first()
    if translation is None:
        raise NotFound
    return message, translation
