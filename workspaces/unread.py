"""Count what somebody has not read, for lists and badges alike."""

from collections.abc import Callable
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest

from workspaces.models import ReadMark

# Each returns how many of the numbers after ``read`` have no message that anybody could read, as an expression for rows with
# ``conversation`` and ``read``. The app above that has the messages adds its own in AppConfig.ready.
GAPS: list[Callable[[], Combinable]] = []
# Each returns how many messages after ``read`` are shown in threads alone, in the same way.
REPLIES: list[Callable[[], Combinable]] = []


def with_unread(conversations: QuerySet[Any], reader: Any) -> QuerySet[Any]:
    """Annotate channels or direct conversations with ``read``, how far ``reader`` has read, and ``unread``, what follows.

    ``reader`` is an account, its key, or a reference to one.
    """
    marks = ReadMark.objects.filter(user=reader, conversation=OuterRef("conversation")).values("last_read_seq")
    rows = conversations.annotate(read=Coalesce(Subquery(marks[:1]), 0))
    counted: QuerySet[Any] = rows.annotate(unread=unread_after_read())
    return counted


def with_unread_replies(conversations: QuerySet[Any], reader: Any) -> QuerySet[Any]:
    """Annotate as ``with_unread`` does, and ``unread_replies``: how many of the unread are shown in threads alone."""
    counted: QuerySet[Any] = with_unread(conversations, reader).annotate(unread_replies=unread_replies_after_read())
    return counted


def unread_replies_after_read() -> Combinable:
    """Return the number of messages after ``read`` that are shown in threads alone."""
    replies: Combinable = Value(0, output_field=BigIntegerField())
    for count in REPLIES:
        replies += count()
    return replies


def unread_after_read() -> Combinable:
    """Return the number of messages after ``read``, for rows with ``conversation`` and ``read``.

    It is a subtraction, so that a long absence costs no more than a short one: only deleted messages are counted.
    """
    unread: Combinable = F("conversation__last_seq") - F("read")
    for gap in GAPS:
        unread -= gap()
    return Greatest(unread, 0, output_field=BigIntegerField())
