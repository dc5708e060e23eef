"""Delete messages."""

from django.db import transaction
from django.utils import timezone

from files.actions.delete import release
from messaging.access import locked_message
from messaging.actions.threads import remove_reply
from messaging.context import ConversationContext, Sender
from messaging.models import Message, Reaction
from rosetta.errors import Forbidden
from workspaces.models import Conversation
from workspaces.streams import events


@transaction.atomic
def delete_message(*, context: ConversationContext, sender: Sender, message_id: str) -> None:
    """Delete a message's text, files, translations and reactions; a stub stays.

    Idempotent. Locks the conversation. Raises NotFound; Forbidden to all but its sender and the workspace's owners and admins.
    """
    message = locked_message(context, message_id)
    if not (sender.wrote(message) or context.is_moderator):
        raise Forbidden
    erase_content(message)


def erase_content(message: Message) -> None:
    """Turn ``message`` into a stub, whoever asks.

    Idempotent. The caller holds the conversation's lock.
    """
    if message.deleted_at is not None:
        return
    files = [attachment.file for attachment in message.attachments.select_related("file")]
    message.attachments.all().delete()
    release(files=files)
    message.translations.all().delete()
    message.revisions.all().delete()
    Reaction.objects.filter(message=message).delete()
    message.content, message.terms, message.mentions, message.pinned_at = None, None, [], None
    message.attachment_count = message.reaction_count = 0
    message.deleted_at = timezone.now()
    message.save()
    if message.parent_id is not None:
        remove_reply(message)
    conversation = Conversation(pk=message.conversation_id)
    events.append(conversation, events.NewEvent("message.deleted", {"message_id": message.pk}))
