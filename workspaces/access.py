"""Which workspaces, members and channels a person may reach. Nothing else asks this of rows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from rosetta.errors import Forbidden, NotFound
from workspaces.models import Channel, ChannelMember, Member, Visibility, Workspace


@dataclass(frozen=True, slots=True)
class ChannelSeat:
    """A channel and the place in its workspace from which somebody reaches it."""

    channel: Channel
    member: Member
    has_joined: bool


def workspaces_of(user: User) -> QuerySet[Workspace]:
    return Workspace.objects.filter(members__user=user)


def membership(user: User, workspace_id: str, *, lock: bool = False) -> Member:
    """``user``'s place in the workspace, with the workspace. Raises NotFound to outsiders.

    ``lock`` takes the workspace's row, in whose order roles and memberships change.
    """
    if lock and not Workspace.objects.select_for_update().filter(pk=workspace_id).exists():
        raise NotFound
    member = Member.objects.select_related("workspace", "user").filter(workspace_id=workspace_id, user=user).first()
    if member is None:
        raise NotFound
    return member


def moderator(user: User, workspace_id: str, *, lock: bool = False) -> Member:
    """Like ``membership``, for owners and admins. Raises Forbidden to other members."""
    member = membership(user, workspace_id, lock=lock)
    if not member.is_moderator:
        raise Forbidden
    return member


def open_to(member: Member) -> Q:
    """Channels of ``member``'s workspace that it reads: open ones, and restricted ones that it joined."""
    return Q(visibility=Visibility.PUBLIC, password_hash="") | Q(Exists(_joined(member)))


def listed_for(member: Member) -> Q:
    """Channels that ``member`` may know of: all but private ones that it did not join."""
    return Q(visibility=Visibility.PUBLIC) | Q(Exists(_joined(member)))


def _joined(member: Member) -> QuerySet[ChannelMember]:
    return ChannelMember.objects.filter(channel=OuterRef("pk"), member=member)


def known_channel(user: User, workspace_id: str, channel_id: str, **annotations: Any) -> ChannelSeat:
    """A channel that ``user`` may know of, joined or not, with ``annotations`` on it. Raises NotFound for all others."""
    # One query: it is on the way of every post and every page of messages.
    joined = ChannelMember.objects.filter(channel=OuterRef("pk"), member=OuterRef("workspace__members"))
    channel = (
        Channel.objects.select_related("workspace", "conversation")
        .filter(pk=channel_id, workspace_id=workspace_id, workspace__members__user=user)
        .annotate(has_joined=Exists(joined), seat_id=_seat("pk"), role=_seat("role"), reads=_seat("language"))
        .annotate(**annotations)
        .first()
    )
    if channel is None or (channel.visibility == Visibility.PRIVATE and not channel.has_joined):
        raise NotFound
    member = Member(
        pk=channel.seat_id, workspace=channel.workspace, user=user, role=channel.role, language=channel.reads
    )
    return ChannelSeat(channel, member, channel.has_joined)


def _seat(name: str) -> F:
    return F(f"workspace__members__{name}")


def readable_channel(user: User, workspace_id: str, channel_id: str, **annotations: Any) -> ChannelSeat:
    """A channel that ``user`` reads and writes. Raises NotFound; Forbidden where its password was not given yet."""
    seat = known_channel(user, workspace_id, channel_id, **annotations)
    if seat.channel.is_restricted and not seat.has_joined:
        raise Forbidden("Join this channel with its password first.")
    return seat
