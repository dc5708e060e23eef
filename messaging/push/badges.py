"""Count unread messages for the badges of devices."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from messaging.models import DirectConversation
from workspaces.models import Channel, ChannelMember, Placement, Visibility
from workspaces.unread import with_unread


def unread_of(user_ids: Collection[int]) -> Counter[int]:
    """Return how many messages each of ``user_ids`` has not read, over all that they can read and have not muted."""
    joined = ChannelMember.objects.filter(channel=OuterRef("pk"), member=OuterRef("workspace__members"))
    channels = Channel.objects.filter(workspace__members__user__in=user_ids, archived_at=None)
    is_open = Q(visibility=Visibility.PUBLIC, password_hash="")
    readable = channels.annotate(is_joined=Exists(joined)).filter(is_open | Q(is_joined=True))
    unread = Counter(_unread(readable, "workspace__members__user"))
    for side in ("low", "high"):
        unread.update(_unread(DirectConversation.objects.filter(**{f"{side}__in": user_ids}), side))
    return unread


def _unread(conversations: QuerySet[Any], reader: str) -> dict[int, int]:
    """Return the unread messages of ``conversations`` by account.

    ``reader`` is the lookup of the account in their rows.
    """
    muted = Placement.objects.filter(user=OuterRef(reader), conversation=OuterRef("conversation"), is_muted=True)
    unread = with_unread(conversations, OuterRef(reader)).filter(conversation__last_seq__gt=F("read"))
    # Annotated first: a filter that refers to the reader by itself would join all members once more.
    rows = unread.annotate(is_muted=Exists(muted)).filter(is_muted=False)
    return dict(rows.order_by().values(reader).annotate(total=Sum("unread")).values_list(reader, "total"))
