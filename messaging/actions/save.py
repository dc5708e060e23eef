"""Keep messages for later."""

from django.db.models import QuerySet

from accounts.models import User
from messaging.access import context_of_message, conversations_read_by, message_in
from messaging.errors import MessageDeleted, unknown_id
from messaging.models import SavedMessage


def save_message(*, user: User, message_id: str) -> None:
    """Keep a message that ``user`` reads for later.

    Idempotent. Raises NotFound, Forbidden before the channel's password was given, MessageDeleted.
    """
    message = message_in(context_of_message(user, message_id), message_id)
    if message.deleted_at is not None:
        raise MessageDeleted
    SavedMessage.objects.get_or_create(user=user, message=message)


def forget_message(*, user: User, message_id: str) -> None:
    """Keep a message no longer.

    Idempotent, also for a message that ``user`` reads no longer.
    """
    SavedMessage.objects.filter(user=user, message=message_id).delete()


def saved_page(user: User, *, before: str | None, limit: int) -> list[str]:
    """Return the ids of at most ``limit`` messages that ``user`` keeps and reads, the last kept first.

    ``before``: those after this one in the list. Raises Invalid for a message that ``user`` does not keep.
    """
    rows = _readable(user)
    if before is not None:
        last = SavedMessage.objects.filter(user=user, message=before).values_list("pk", flat=True).first()
        if last is None:
            raise unknown_id("before")
        rows = rows.filter(pk__lt=last)
    return [str(pk) for pk in rows.order_by("-pk").values_list("message_id", flat=True)[:limit]]


def _readable(user: User) -> QuerySet[SavedMessage]:
    return SavedMessage.objects.filter(user=user, message__conversation__in=conversations_read_by(user))
