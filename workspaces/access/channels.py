"""Which channels a user may see, read, manage and destroy."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from rosetta.db.queries import ULID, CompiledQuery
from rosetta.errors import Forbidden, Invalid, NotFound
from workspaces.access.workspaces import check_is_team
from workspaces.audience import heard_languages
from workspaces.models import Channel, ChannelMember, ChannelReading, Member, Role, Visibility
from workspaces.unread import with_unread_replies


@dataclass(frozen=True, slots=True)
class ChannelAccess:
    """The result of an access check.

    A channel, and the membership by which its workspace's member reaches it.
    """

    channel: Channel
    member: Member
    has_joined: bool


def open_to(member: Member) -> Q:
    """Match the channels that ``member`` reads.

    Open ones, and restricted ones that it joined.
    """
    return Q(visibility=Visibility.PUBLIC, password_hash="") | Q(Exists(_joined(member)))


def listed_for(member: Member) -> Q:
    """Match the channels that ``member`` may know of.

    All except private ones that it has not joined.
    """
    return Q(visibility=Visibility.PUBLIC) | Q(Exists(_joined(member)))


def _joined(member: Member) -> QuerySet[ChannelMember]:
    return ChannelMember.objects.filter(channel=OuterRef("pk"), member=member)


def _chosen_language(member: Any) -> Subquery:
    """Return the language that ``member`` reads in the channel alone, if they chose one."""
    chosen = ChannelReading.objects.filter(channel=OuterRef("pk"), member=member)
    return Subquery(chosen.values("language")[:1])


def _channels_with_membership(user_id: int, workspace_id: str, channel_id: str) -> QuerySet[Channel]:
    joined = ChannelMember.objects.filter(channel=OuterRef("pk"), member=OuterRef("workspace__members"))
    return (
        Channel.objects.select_related("workspace", "conversation")
        .filter(pk=channel_id, workspace_id=workspace_id, workspace__members__user=user_id)
        .annotate(
            has_joined=Exists(joined),
            member_id=F("workspace__members__pk"),
            role=F("workspace__members__role"),
            member_language=Coalesce(
                _chosen_language(OuterRef("workspace__members")), F("workspace__members__language")
            ),
            member_also_reads=F("workspace__members__also_reads"),
        )
    )


# Compiled once, because every post and every page of messages runs it.
_ACCESS = CompiledQuery(_channels_with_membership, user_id=int, workspace_id=ULID, channel_id=ULID)
_ACCESS_WITH_AUDIENCE = CompiledQuery(
    lambda **ids: _channels_with_membership(**ids).annotate(heard=heard_languages()),
    user_id=int,
    workspace_id=ULID,
    channel_id=ULID,
)


def known_channel(user: User, workspace_id: str, channel_id: str, *, with_audience: bool = False) -> ChannelAccess:
    """Return a channel that ``user`` may know of, joined or not. Raises NotFound.

    ``with_audience`` adds what ``audience.audience_of`` reads.
    """
    query = _ACCESS_WITH_AUDIENCE if with_audience else _ACCESS
    channel = query.first(user_id=user.pk, workspace_id=workspace_id, channel_id=channel_id)
    if channel is None or (channel.visibility == Visibility.PRIVATE and not channel.has_joined):
        raise NotFound
    member = Member(
        pk=channel.member_id,
        workspace=channel.workspace,
        user=user,
        role=channel.role,
        language=channel.member_language,
        also_reads=channel.member_also_reads,
    )
    return ChannelAccess(channel, member, channel.has_joined)


def readable_channel(user: User, workspace_id: str, channel_id: str, *, with_audience: bool = False) -> ChannelAccess:
    """Return a channel that ``user`` reads.

    Raises NotFound; Forbidden where its password was not given yet.
    """
    channel_access = known_channel(user, workspace_id, channel_id, with_audience=with_audience)
    if channel_access.channel.is_restricted and not channel_access.has_joined:
        raise Forbidden("Join this channel with its password first.")
    return channel_access


def managed_channel(user: User, workspace_id: str, channel_id: str) -> ChannelAccess:
    """Return a channel that ``user`` may change as owner, admin or its creator.

    Raises NotFound, Forbidden.
    """
    channel_access = known_channel(user, workspace_id, channel_id)
    if not channel_access.member.is_moderator and channel_access.channel.created_by_id != user.pk:
        raise Forbidden
    check_is_team(channel_access.channel.workspace)
    return channel_access


def purgeable_channel(user: User, workspace_id: str, channel_id: str) -> Channel:
    """Return a channel that ``user`` may destroy as the workspace's owner.

    Raises NotFound, Forbidden.
    """
    channel_access = known_channel(user, workspace_id, channel_id)
    if channel_access.member.role != Role.OWNER:
        raise Forbidden
    check_is_team(channel_access.channel.workspace)
    return channel_access.channel


def channels_for(member: Member) -> QuerySet[Channel]:
    """Return the channels that ``member`` may know of, annotated for ``resources.listed_channel``."""
    known = Channel.objects.select_related("conversation").filter(listed_for(member), workspace_id=member.workspace_id)
    channels: QuerySet[Channel] = with_unread_replies(
        known.annotate(has_joined=Exists(_joined(member)), reading_language=_chosen_language(member)), member.user_id
    )
    return channels.order_by("pk")


def listed_channel(member: Member, channel_id: str) -> Channel:
    """Return one of ``channels_for(member)``. Raises NotFound."""
    channel = channels_for(member).filter(pk=channel_id).first()
    if channel is None:
        raise NotFound
    return channel


def channels_read_by(user: User) -> QuerySet[Channel]:
    """Return the channels of all workspaces that ``user`` reads now."""
    joined = ChannelMember.objects.filter(channel=OuterRef("pk"), member__user=user)
    is_open = Q(visibility=Visibility.PUBLIC, password_hash="")
    return Channel.objects.filter(is_open | Q(Exists(joined)), workspace__members__user=user)


def selected_channel(member: Member, channel_id: str | None, *, field: str) -> Channel | None:
    """Return the channel that a request's body names in ``field``, if any.

    Raises Invalid.
    """
    if channel_id is None:
        return None
    channel = channels_for(member).filter(pk=channel_id).first()
    if channel is None:
        raise Invalid({field: [_("The selected channel is invalid.")]})
    return channel


def readers_of(channel_access: ChannelAccess) -> QuerySet[Member]:
    """Return the members who read a channel.

    Those who joined it where it is restricted, else all members.
    """
    channel = channel_access.channel
    members = Member.objects.select_related("user").filter(workspace_id=channel.workspace_id)
    if channel.is_restricted:
        members = members.filter(channel_memberships__channel=channel)
    return members.order_by("pk")
