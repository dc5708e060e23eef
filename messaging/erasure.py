"""Erase messages: of deleted conversations, and those older than their workspace's retention."""

from django.db import transaction

from files.actions.delete import release
from files.models import File
from messaging.models import Attachment, Message

# Messages at a time; each takes its translations, reactions, attachments and revisions with it.
BATCH = 200


@transaction.atomic
def erase_messages(conversation_ids: list[str]) -> int:
    """Erase a batch of messages of ``conversation_ids`` and release their files.

    Return their number, 0 for none.
    """
    oldest = Message.objects.filter(conversation__in=conversation_ids).order_by("conversation", "seq")
    ids = list(oldest.values_list("pk", flat=True)[:BATCH])
    erase(ids)
    return len(ids)


def erase(ids: list[str]) -> None:
    """Delete messages with all their rows, and release their files.

    The caller is in a transaction.
    """
    release(files=list(File.objects.filter(attachment__message__in=ids)))
    # A reply may outlive its parent; it is then a message of its own.
    Message.objects.filter(parent__in=ids).exclude(pk__in=ids).update(parent=None)
    Attachment.objects.filter(message__in=ids).delete()
    Message.objects.filter(pk__in=ids).delete()
