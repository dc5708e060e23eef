"""The numbers after a read position that are no longer messages to read.

See ``workspaces.unread``.
"""

from typing import Any

from django.db.models import BigIntegerField, Count, F, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest

from messaging.models import Message


def _messages() -> QuerySet[Any]:
    return Message.objects.filter(conversation=OuterRef("conversation"))


def deleted() -> Combinable:
    """Return how many messages after ``read`` were deleted."""
    stubs = _messages().filter(seq__gt=OuterRef("read"), deleted_at__isnull=False)
    counted = stubs.order_by().values("conversation").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=BigIntegerField())


def erased() -> Combinable:
    """Return how many messages after ``read`` were erased, which are the oldest of their conversation."""
    first = Subquery(_messages().order_by("seq").values("seq")[:1])
    return Greatest(Coalesce(first, F("conversation__last_seq") + 1) - 1 - F("read"), 0, output_field=BigIntegerField())


def in_threads() -> Combinable:
    """Return how many messages after ``read`` are replies that are shown in their threads alone."""
    replies = _messages().filter(seq__gt=OuterRef("read"), parent__isnull=False, is_broadcast=False, deleted_at=None)
    counted = replies.order_by().values("conversation").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=BigIntegerField())


GAPS = (deleted, erased)
