"""Erasing what was said: in conversations that nobody reaches any more, and where it is kept no longer."""

from django.db import transaction

from files.actions import release
from files.models import File
from messaging.models import Attachment, Message
from workspaces import erasure

# Each takes its translations, reactions, attachments and revisions with it.
BATCH = 200


@transaction.atomic
def erase_messages(conversation_ids: list[str]) -> int:
    """Erase a batch of messages of ``conversation_ids`` and let go of their files; how many there were, 0 for none."""
    oldest = Message.objects.filter(conversation__in=conversation_ids).order_by("conversation", "seq")
    ids = list(oldest.values_list("pk", flat=True)[:BATCH])
    erase(ids)
    return len(ids)


def erase(ids: list[str]) -> None:
    """Take messages away with all that belongs to them, and let go of their files; the caller is in a transaction."""
    release(files=list(File.objects.filter(attachment__message__in=ids)))
    # A reply may outlive its parent; it then stands by itself.
    Message.objects.filter(parent__in=ids).exclude(pk__in=ids).update(parent=None)
    Attachment.objects.filter(message__in=ids).delete()
    Message.objects.filter(pk__in=ids).delete()


def register() -> None:
    """Make the erasing of channels and workspaces erase their messages."""
    erasure.ERASERS.append(erase_messages)
