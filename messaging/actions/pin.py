"""Pin messages to their conversations."""

from django.db import transaction
from django.utils import timezone

from messaging.access import locked_message, locked_open_message
from messaging.context import ConversationContext
from workspaces.streams import events


@transaction.atomic
def set_pin(*, context: ConversationContext, message_id: str, pinned: bool) -> None:
    """Pin a message to its conversation, or unpin it.

    Idempotent. Locks the conversation. Raises NotFound; to pin also MessageDeleted, ChannelArchived and RoomEnded.
    """
    message = locked_open_message(context, message_id) if pinned else locked_message(context, message_id)
    if (message.pinned_at is not None) == pinned:
        return
    message.pinned_at = timezone.now() if pinned else None
    message.save(update_fields=["pinned_at"])
    kind = "message.pinned" if pinned else "message.unpinned"
    events.append(context.conversation, events.NewEvent(kind, {"message_id": message.pk}))
