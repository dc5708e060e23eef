"""Request pushes for messages, and send those that are due."""

from django.conf import settings

from devices import outbox, transports
from messaging.models import Message
from messaging.push.recipients import recipients
from messaging.push.rendering import render
from rosetta.db.inserts import WriteBatch

BATCH = 100


def request_push(batch: WriteBatch, message: Message) -> None:
    """Queue a push for ``message``'s readers, with the writes of the post.

    Free where no transport is on.
    """
    if message.type == Message.Type.SYSTEM or not transports.enabled():
        return
    # No nudge: the job that looks every two seconds is quick enough for a push that waits three.
    outbox.announce(batch, subject_id=message.pk, seconds=settings.PUSH_AFTER_SECONDS)


def look_up(*, batch: int) -> int:
    """Find the recipients of messages whose push is due.

    Return how many messages were looked at.
    """
    ids = outbox.due_announcements(batch=batch)
    existing = {message.pk: message for message in Message.objects.filter(pk__in=ids, deleted_at=None)}
    for message_id in ids:
        message = existing.get(message_id)
        outbox.settle(subject_id=message_id, user_ids=recipients(message) if message is not None else [])
    return len(ids)


def deliver(*, batch: int) -> tuple[int, int]:
    """Send pushes that are due.

    Return how many were looked at, and how many of them wait for a translation.
    """
    return outbox.deliver(render=render, batch=batch)
