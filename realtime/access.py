"""Who may read the events of which stream over REST."""

from collections.abc import Collection
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Guest, User
from messaging.models import DirectConversation
from realtime.subscriptions import Subscription, read_guest_subscriptions
from rosetta.errors import Forbidden, NotFound
from rosetta.languages import Reading, split
from workspaces.access import membership
from workspaces.errors import RoomEnded
from workspaces.models import Channel, ChannelMember, ChannelReading, Visibility, Workspace


def workspace_subscription(user: User, workspace_id: str) -> Subscription:
    """Return how ``user`` receives a workspace's stream.

    Raises NotFound; Forbidden where the workspace is public and the user no member.
    """
    member = membership(user, workspace_id)
    return Subscription(member.reading.key, member.joined_at, workspace_id)


def check_room_is_open(guest: Guest) -> None:
    """Check that the guest's room is open.

    Raises RoomEnded if it was deleted or closed, or has expired.
    """
    room = Workspace.objects.filter(pk=guest.workspace_id).first()
    if room is None or room.has_ended(timezone.now()):
        raise RoomEnded


def conversation_subscription(caller: User | Guest, conversation_id: str) -> Subscription:
    """Return how ``caller`` receives a conversation.

    Raises NotFound; Forbidden where the channel's password is still to be given.
    """
    if isinstance(caller, Guest):
        own = read_guest_subscriptions([caller.pk]).get(caller.pk)
        if own is None or conversation_id not in own.conversations:
            raise NotFound
        return own.conversations[conversation_id]
    subscriptions = _conversation_subscriptions(caller.pk, [conversation_id])
    if conversation_id in subscriptions:
        return subscriptions[conversation_id]
    visible = Channel.objects.filter(pk=conversation_id, visibility=Visibility.PUBLIC, workspace__members__user=caller)
    if visible.exists():
        raise Forbidden("Join this channel with its password first.")
    raise NotFound


def _conversation_subscriptions(user_id: int, conversation_ids: Collection[str]) -> dict[str, Subscription]:
    """Return those of the conversations that ``user_id`` receives."""
    subscriptions: dict[Any, Subscription] = {}
    joined = ChannelMember.objects.filter(channel=OuterRef("pk"), member=OuterRef("workspace__members"))
    channels = Channel.objects.filter(pk__in=conversation_ids, workspace__members__user=user_id)
    chosen = ChannelReading.objects.filter(channel=OuterRef("pk"), member=OuterRef("workspace__members"))
    for row in channels.values(
        "pk",
        "visibility",
        "password_hash",
        "opened_at",
        "workspace_id",
        language=Coalesce(Subquery(chosen.values("language")[:1]), F("workspace__members__language")),
        also=F("workspace__members__also_reads"),
        member_since=F("workspace__members__joined_at"),
        joined=Subquery(joined.values("joined_at")[:1]),
    ):
        is_open = row["visibility"] == Visibility.PUBLIC and not row["password_hash"]
        since = row["joined"]
        if is_open:
            opened = max(row["member_since"], row["opened_at"] or row["member_since"])
            since = min(since, opened) if since is not None else opened
        if since is not None:
            subscriptions[row["pk"]] = Subscription(
                Reading(row["language"], split(row["also"])).key, since, row["workspace_id"]
            )
    directs = DirectConversation.objects.filter(Q(low=user_id) | Q(high=user_id), pk__in=conversation_ids)
    user = User.objects.filter(pk=user_id)
    own = Subquery(user.values("preferred_language")), Subquery(user.values("also_reads"))
    pk: Any
    for pk, created_at, language, also in directs.values_list("pk", "created_at", *own):
        subscriptions[pk] = Subscription(Reading(language, split(also)).key, created_at)
    return subscriptions
