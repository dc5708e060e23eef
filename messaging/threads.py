"""Read who follows threads, and what they have not read there."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import BigIntegerField, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from messaging.access import conversations_read_by
from messaging.context import ConversationContext
from messaging.errors import unknown_id
from messaging.models import Message, ThreadFollower


@dataclass(frozen=True, slots=True)
class ThreadState:
    """What a thread is to one user."""

    is_following: bool = False
    last_read_seq: int = 0
    unread_count: int = 0


NOT_FOLLOWED = ThreadState()


def _unread() -> Coalesce:
    """Return the number of replies that the follower of a row has not read."""
    replies = Message.objects.filter(parent=OuterRef("thread"), seq__gt=OuterRef("last_read_seq"), deleted_at=None)
    counted = replies.order_by().values("parent").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=BigIntegerField())


def states_of(user_id: int | None, thread_ids: Collection[str]) -> dict[str, ThreadState]:
    """Return what the threads of ``thread_ids`` are to a user, in one query; none of those that it never followed."""
    if user_id is None or not thread_ids:
        return {}
    rows = ThreadFollower.objects.filter(user=user_id, thread__in=thread_ids).annotate(unread=_unread())
    return {
        str(thread_id): ThreadState(is_following, read, unread if is_following else 0)
        for thread_id, is_following, read, unread in rows.values_list(
            "thread_id", "is_following", "last_read_seq", "unread"
        )
    }


def state_of(thread: Message, context: ConversationContext) -> ThreadState:
    """Return what ``thread`` is to the caller."""
    user_id = context.user.pk if context.user is not None else None
    return states_of(user_id, [thread.pk]).get(str(thread.pk), NOT_FOLLOWED)


def page_of(user: User, *, before: str | None, limit: int, unread_only: bool = False) -> list[str]:
    """Return the ids of at most ``limit`` followed threads, the one with the latest reply first.

    ``before``: those after this one in the list. Raises Invalid for a thread that ``user`` does not follow.
    """
    rows = _followed_by(user)
    if before is not None:
        last = rows.filter(thread=before).values_list("thread__last_reply_at", flat=True).first()
        if last is None:
            raise unknown_id("before")
        rows = rows.filter(Q(thread__last_reply_at__lt=last) | Q(thread__last_reply_at=last, thread__lt=before))
    if unread_only:
        rows = rows.annotate(unread=_unread()).filter(unread__gt=0)
    ordered = rows.order_by("-thread__last_reply_at", "-thread")
    return [str(pk) for pk in ordered.values_list("thread_id", flat=True)[:limit]]


def _followed_by(user: User) -> QuerySet[ThreadFollower]:
    """Return the threads with replies that ``user`` follows where they read now."""
    return ThreadFollower.objects.filter(
        user=user,
        is_following=True,
        thread__last_reply_at__isnull=False,
        thread__conversation__in=conversations_read_by(user),
    )
