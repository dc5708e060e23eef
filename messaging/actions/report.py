"""Report messages to staff."""

from django.db import transaction

from messaging.context import ConversationContext
from messaging.models import Message, Report


@transaction.atomic
def report_message(*, context: ConversationContext, message: Message, reason: str) -> bool:
    """Ask staff to look at what ``message`` says now.

    Return False where the caller had reported it before.
    """
    defaults = {"reason": reason, "content": message.content}
    _row, is_new = Report.objects.get_or_create(message=message, reporter=context.user, defaults=defaults)
    return is_new
