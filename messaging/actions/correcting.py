"""A reader knows better than the translator."""

from django.db import transaction
from django.utils.translation import gettext as _

from messaging import content
from messaging.actions.editing import is_own, locked_message
from messaging.actions.translating import settle_statuses
from messaging.context import Place, Sender
from messaging.errors import MessageDeleted
from messaging.models import HUMAN, Message, MessageTranslation
from messaging.translations import say
from rosetta.errors import Forbidden, Invalid
from translation.service import is_translatable, remember_correction
from workspaces.streams import events


@transaction.atomic
def correct_translation(*, place: Place, message_id: str, language: str, text: str) -> MessageTranslation:
    """Show ``text`` to who reads ``message`` in ``language``, and remember it for the next time that the same is said.

    It stays until the message is edited. Its author, owners and admins correct any language, other members the one that
    they read here. Raises NotFound, Forbidden, MessageDeleted, Invalid.
    """
    place.check_open()
    message = locked_message(place, message_id)
    if not _may_correct(place, message, language):
        raise Forbidden
    if message.deleted_at is not None:
        raise MessageDeleted
    if language == message.language:
        raise Invalid({"language": [_("The message is in this language.")]})
    if not is_translatable(message.content or ""):
        raise Invalid({"text": [_("There is nothing to translate in this message.")]})
    text = content.checked(text, field="text")
    if not text:
        raise Invalid({"text": [content.required_text()]})
    remember_correction(
        scope_id=place.scope_id, source=message.language, target=language, source_text=message.content or "", text=text
    )
    row, _is_new = MessageTranslation.objects.get_or_create(message=message, language=language)
    row.revision, row.reason, row.corrected_by = message.revision, "", place.user
    say(row, place.scope_id, text, HUMAN)
    row.save()
    settle_statuses({message.pk})
    events.append(
        place.conversation, events.Draft("message.translated", {"message_id": message.pk, "language": language})
    )
    return row


def _may_correct(place: Place, message: Message, language: str) -> bool:
    if place.user is None:
        return False
    return place.is_moderator or is_own(message, Sender(user=place.user)) or language == place.language
