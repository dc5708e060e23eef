"""Add replies to threads, and keep who follows a thread and how far they have read it."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Min

from messaging.access import message_in
from messaging.context import ConversationContext
from messaging.errors import MessageDeleted, unknown_id
from messaging.models import Message, ThreadFollower
from messaging.threads import ThreadState, state_of
from rosetta.ids import NO_ID, parse_ulid

# Of so many people who reply a thread shows who they are: the first ones.
MAX_REPLIERS = 5


def add_reply(message: Message) -> None:
    """Add ``message`` to its thread, whose author, repliers and mentioned people follow it.

    The caller holds the conversation's lock. Raises Invalid where the parent is of another conversation, a reply itself,
    or deleted.
    """
    parents = Message.objects.filter(conversation=message.conversation_id, parent=None, deleted_at=None)
    parent = (
        parents.filter(pk=message.parent_id).only("sender_user_id", "is_automation", "mentions", "repliers").first()
    )
    if parent is None:
        raise unknown_id("parent_message_id")
    repliers = parent.repliers or []
    replier = _replier(message.sender_user_id, message.sender_guest_id, message.sender_webhook_id)
    if replier is not None and replier not in repliers and len(repliers) < MAX_REPLIERS:
        repliers = [*repliers, replier]
    Message.objects.filter(pk=parent.pk).update(
        reply_count=F("reply_count") + 1, last_reply_at=message.created_at, repliers=repliers
    )
    _let_follow(parent, message)


def _replier(user_id: int | None, guest_id: str | None, webhook_id: str | None) -> dict[str, Any] | None:
    if user_id is not None:
        return {"kind": "user", "id": user_id}
    if guest_id is not None:
        return {"kind": "guest", "id": str(guest_id)}
    return {"kind": "webhook", "id": str(webhook_id)} if webhook_id is not None else None


def _let_follow(parent: Message, reply: Message) -> None:
    """Let the thread's author, those whom it mentions, and the reply's sender follow it.

    Whoever left the thread comes back by replying, not by being mentioned. What stood there before the reply counts as read.
    """
    others = {mention["id"] for mention in (*parent.mentions, *reply.mentions) if mention["kind"] == "user"}
    if parent.sender_user_id is not None and not parent.is_automation:
        others.add(parent.sender_user_id)
    if reply.sender_user_id is not None and not reply.is_automation:
        others.discard(reply.sender_user_id)
        own = ThreadFollower(thread=parent, user_id=reply.sender_user_id, last_read_seq=reply.seq)
        ThreadFollower.objects.bulk_create(
            [own],
            update_conflicts=True,
            unique_fields=["thread", "user"],
            update_fields=["is_following", "last_read_seq"],
        )
    _follow(parent, others, last_read_seq=reply.seq - 1)


def _follow(parent: Message, user_ids: Iterable[int], *, last_read_seq: int) -> None:
    rows = [ThreadFollower(thread=parent, user_id=pk, last_read_seq=last_read_seq) for pk in sorted(user_ids)]
    if rows:
        ThreadFollower.objects.bulk_create(rows, ignore_conflicts=True)


def remove_reply(message: Message) -> None:
    """Take a reply that was deleted out of its thread's count and its repliers.

    The caller holds the conversation's lock.
    """
    replies = Message.objects.filter(parent=message.parent_id, deleted_at=None).order_by()
    first = replies.values("sender_user_id", "sender_guest_id", "sender_webhook_id").annotate(first=Min("seq"))
    senders = first.order_by("first").values_list("sender_user_id", "sender_guest_id", "sender_webhook_id")
    repliers = [_replier(*sender) for sender in senders[:MAX_REPLIERS]]
    Message.objects.filter(pk=message.parent_id, reply_count__gt=0).update(
        reply_count=F("reply_count") - 1,
        last_reply_at=replies.aggregate(latest=Max("created_at"))["latest"],
        repliers=[replier for replier in repliers if replier is not None],
    )


@transaction.atomic
def set_following(*, context: ConversationContext, message_id: str, is_following: bool) -> ThreadState:
    """Follow the thread of a message, or leave it.

    Idempotent. What stands there when somebody begins to follow counts as read. Raises NotFound; Invalid for a reply; to
    follow also MessageDeleted.
    """
    thread, user = _thread(context, message_id), context.user
    if is_following and thread.deleted_at is not None:
        raise MessageDeleted
    seq = context.conversation.last_seq
    row, is_new = ThreadFollower.objects.get_or_create(
        thread=thread, user=user, defaults={"is_following": is_following, "last_read_seq": seq}
    )
    if not is_new and row.is_following != is_following:
        ThreadFollower.objects.filter(pk=row.pk).update(is_following=is_following, last_read_seq=seq)
    return state_of(thread, context)


@transaction.atomic
def mark_thread_read(*, context: ConversationContext, message_id: str, reply_id: str) -> ThreadState:
    """Mark the thread of a message as read up to a reply; the position never moves back.

    Idempotent. Only a follower has a position. Raises NotFound; Invalid for an unknown reply.
    """
    thread = _thread(context, message_id)
    replies = Message.objects.filter(parent=thread, pk=parse_ulid(reply_id) or NO_ID)
    seq = replies.values_list("seq", flat=True).first()
    if seq is None:
        raise unknown_id("message_id")
    rows = ThreadFollower.objects.filter(thread=thread, user=context.user, last_read_seq__lt=seq)
    rows.update(last_read_seq=seq)
    return state_of(thread, context)


def _thread(context: ConversationContext, message_id: str) -> Message:
    """Return the message that a thread is about. Raises NotFound, and Invalid for a reply, which has none."""
    message = message_in(context, message_id)
    if message.parent_id is not None:
        raise unknown_id("message_id")
    return message
