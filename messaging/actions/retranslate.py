"""Request a translation again that failed or was never made."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging.access import locked_message
from messaging.context import ConversationContext
from messaging.errors import MessageDeleted
from messaging.models import MessageTranslation
from messaging.translations.plan import milliseconds, nudge_translators
from messaging.translations.status import settle_statuses
from rosetta.errors import Invalid
from translation.service import is_translatable

State = MessageTranslation.State


@transaction.atomic
def retranslate(*, context: ConversationContext, message_id: str, language: str) -> MessageTranslation:
    """Queue the translation of a message into ``language`` unless it is there, and return its row.

    Idempotent. Locks the conversation. Raises NotFound, ChannelArchived, RoomEnded, MessageDeleted, and Invalid where there
    is nothing to translate.
    """
    context.check_open()
    message = locked_message(context, message_id)
    if message.deleted_at is not None:
        raise MessageDeleted
    if language == message.language or message.skip_translation or not is_translatable(message.content or ""):
        raise Invalid({"language": [_("There is nothing to translate in this message.")]})
    row, _is_new = MessageTranslation.objects.get_or_create(
        message=message, language=language, defaults={"revision": message.revision}
    )
    if row.state == State.READY and row.revision == message.revision:
        return row
    now = timezone.now()
    row.state, row.revision, row.reason, row.attempts = State.PENDING, message.revision, "", 0
    row.due_at, row.turn = now, milliseconds(now)
    row.save(update_fields=["state", "revision", "reason", "attempts", "due_at", "turn"])
    settle_statuses({message.pk})
    nudge_translators([row])
    return row
