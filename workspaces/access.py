"""Which workspaces, members and channels a person may reach. Nothing else asks this of rows."""

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed

from accounts.identity.secrets import matches
from accounts.models import TOUCH_EVERY, User
from rosetta.db.compiled import ULID, CompiledQuery
from rosetta.errors import Forbidden, Invalid, NotFound
from workspaces.audience import heard_languages
from workspaces.errors import InviteNotValid
from workspaces.models import (
    Channel,
    ChannelMember,
    Invite,
    Member,
    ReadMark,
    Role,
    Visibility,
    Webhook,
    WebhookDelivery,
    WebhookSubscription,
    Workspace,
)


@dataclass(frozen=True, slots=True)
class ChannelSeat:
    """A channel and the place in its workspace from which somebody reaches it."""

    channel: Channel
    member: Member
    has_joined: bool


@dataclass(frozen=True, slots=True)
class View:
    """A workspace as somebody sees it; ``role`` is None where they only may know of it."""

    workspace: Workspace
    role: str | None


def workspaces_of(user: User) -> QuerySet[Workspace]:
    return Workspace.objects.filter(members__user=user)


def discoverable() -> QuerySet[Workspace]:
    """The workspaces that anybody signed in may know of."""
    return Workspace.objects.filter(visibility=Visibility.PUBLIC, kind=Workspace.Kind.TEAM, deleted_at=None)


def with_role(workspaces: QuerySet[Workspace], user: User) -> QuerySet[Workspace]:
    """``workspaces`` with ``user``'s ``role`` in each, None where it has none."""
    seats = Member.objects.filter(workspace=OuterRef("pk"), user=user)
    return workspaces.annotate(role=Subquery(seats.values("role")[:1]))


def visible_workspace(user: User, workspace_id: str) -> View:
    """A workspace that ``user`` belongs to or that is public. Raises NotFound for all others."""
    found = with_role(Workspace.objects.filter(pk=workspace_id, deleted_at=None), user).first()
    if found is None:
        raise NotFound
    role: str | None = found.role  # type: ignore[attr-defined]
    if role is None and (found.visibility != Visibility.PUBLIC or found.kind != Workspace.Kind.TEAM):
        raise NotFound
    return View(found, role)


def take(workspace_id: str) -> None:
    """Take the workspace's row, in whose order roles and memberships change. Raises NotFound when it was deleted.

    Always before any other row of the workspace is locked: two orders would be a deadlock.
    """
    # NO KEY: rows that only refer to the workspace go on being written meanwhile.
    locked = Workspace.objects.select_for_update(no_key=True).filter(pk=workspace_id, deleted_at=None)
    if not locked.values_list("pk").first():
        raise NotFound


def check_is_team(workspace: Workspace) -> None:
    """Raises Forbidden for a temporary room: it has one channel and lets guests in by a way of its own."""
    if workspace.kind != Workspace.Kind.TEAM:
        raise Forbidden("A temporary room does not offer this.")


def membership(user: User, workspace_id: str, *, lock: bool = False) -> Member:
    """``user``'s place in the workspace, with the workspace. Raises NotFound to outsiders; Forbidden where it is public.

    ``lock`` takes the workspace's row, in whose order roles and memberships change.
    """
    if lock:
        take(workspace_id)
    member = Member.objects.select_related("workspace", "user").filter(workspace_id=workspace_id, user=user).first()
    if member is None:
        # Of a public one they know; what is in it is not theirs.
        raise Forbidden if discoverable().filter(pk=workspace_id).exists() else NotFound
    return member


def moderator(user: User, workspace_id: str, *, lock: bool = False) -> Member:
    """Like ``membership``, for owners and admins. Raises Forbidden to other members."""
    member = membership(user, workspace_id, lock=lock)
    if not member.is_moderator:
        raise Forbidden
    return member


def members_of(member: Member, named: str | None = None) -> QuerySet[Member]:
    """Who belongs to ``member``'s workspace, in the order of joining; of those, whose name holds ``named``."""
    rows = Member.objects.select_related("user").filter(workspace_id=member.workspace_id).order_by("pk")
    return rows.filter(user__name__icontains=named) if named else rows


def team_member(user: User, workspace_id: str) -> Member:
    """Like ``membership``, where things are made that a temporary room does not have. Raises Forbidden there."""
    member = membership(user, workspace_id)
    check_is_team(member.workspace)
    return member


def team_moderator(user: User, workspace_id: str) -> Member:
    """Like ``moderator`` and ``team_member`` together."""
    member = moderator(user, workspace_id)
    check_is_team(member.workspace)
    return member


def member_in(workspace: Workspace, member_id: str) -> Member:
    """A member of ``workspace`` by its id. Raises NotFound."""
    member = Member.objects.select_related("user", "workspace").filter(workspace=workspace, pk=member_id).first()
    if member is None:
        raise NotFound
    return member


def open_to(member: Member) -> Q:
    """Channels of ``member``'s workspace that it reads: open ones, and restricted ones that it joined."""
    return Q(visibility=Visibility.PUBLIC, password_hash="") | Q(Exists(_joined(member)))


def listed_for(member: Member) -> Q:
    """Channels that ``member`` may know of: all but private ones that it did not join."""
    return Q(visibility=Visibility.PUBLIC) | Q(Exists(_joined(member)))


def _joined(member: Member) -> QuerySet[ChannelMember]:
    return ChannelMember.objects.filter(channel=OuterRef("pk"), member=member)


def _seats(user_id: int, workspace_id: str, channel_id: str) -> QuerySet[Channel]:
    joined = ChannelMember.objects.filter(channel=OuterRef("pk"), member=OuterRef("workspace__members"))
    return (
        Channel.objects.select_related("workspace", "conversation")
        .filter(pk=channel_id, workspace_id=workspace_id, workspace__members__user=user_id)
        .annotate(has_joined=Exists(joined), seat_id=_seat("pk"), role=_seat("role"), reads=_seat("language"))
    )


# One query, compiled once: it is on the way of every post and every page of messages.
_SEAT = CompiledQuery(_seats, user_id=int, workspace_id=ULID, channel_id=ULID)
_HEARD_SEAT = CompiledQuery(
    lambda **ids: _seats(**ids).annotate(heard=heard_languages()), user_id=int, workspace_id=ULID, channel_id=ULID
)


def known_channel(user: User, workspace_id: str, channel_id: str, *, with_audience: bool = False) -> ChannelSeat:
    """A channel that ``user`` may know of, joined or not; ``audience.languages_in`` reads what ``with_audience`` adds.

    Raises NotFound for all others.
    """
    query = _HEARD_SEAT if with_audience else _SEAT
    channel = query.first(user_id=user.pk, workspace_id=workspace_id, channel_id=channel_id)
    if channel is None or (channel.visibility == Visibility.PRIVATE and not channel.has_joined):
        raise NotFound
    member = Member(
        pk=channel.seat_id, workspace=channel.workspace, user=user, role=channel.role, language=channel.reads
    )
    return ChannelSeat(channel, member, channel.has_joined)


def _seat(name: str) -> F:
    return F(f"workspace__members__{name}")


def readable_channel(user: User, workspace_id: str, channel_id: str, *, with_audience: bool = False) -> ChannelSeat:
    """A channel that ``user`` reads and writes. Raises NotFound; Forbidden where its password was not given yet."""
    seat = known_channel(user, workspace_id, channel_id, with_audience=with_audience)
    if seat.channel.is_restricted and not seat.has_joined:
        raise Forbidden("Join this channel with its password first.")
    return seat


def managed_channel(user: User, workspace_id: str, channel_id: str) -> ChannelSeat:
    """A channel that ``user`` may change: as owner, admin or its creator. Raises NotFound, Forbidden to others."""
    seat = known_channel(user, workspace_id, channel_id)
    if not seat.member.is_moderator and seat.channel.created_by_id != user.pk:
        raise Forbidden
    check_is_team(seat.channel.workspace)
    return seat


def purgeable_channel(user: User, workspace_id: str, channel_id: str) -> Channel:
    """A channel that ``user`` may destroy: as the workspace's owner. Raises NotFound, Forbidden to others."""
    seat = known_channel(user, workspace_id, channel_id)
    if seat.member.role != Role.OWNER:
        raise Forbidden
    check_is_team(seat.channel.workspace)
    return seat.channel


def channels_for(member: Member) -> QuerySet[Channel]:
    """The channels that ``member`` may know of, each with what ``resources.listed_channel`` shows of it."""
    mark = ReadMark.objects.filter(user_id=member.user_id, conversation=OuterRef("pk"))
    return (
        Channel.objects.select_related("conversation")
        .filter(listed_for(member), workspace_id=member.workspace_id)
        .annotate(has_joined=Exists(_joined(member)), last_read_seq=Subquery(mark.values("last_read_seq")[:1]))
        .order_by("pk")
    )


def readers_of(seat: ChannelSeat) -> QuerySet[Member]:
    """Who reads a channel: those who joined it where it is restricted, else the whole workspace."""
    members = Member.objects.select_related("user").filter(workspace_id=seat.channel.workspace_id)
    if seat.channel.is_restricted:
        members = members.filter(channel_memberships__channel=seat.channel)
    return members.order_by("pk")


def invites_of(workspace: Workspace) -> QuerySet[Invite]:
    """Those that were not revoked, the newest first."""
    return Invite.objects.filter(workspace=workspace, revoked_at=None).order_by("-pk")


def invite_of(workspace: Workspace, invite_id: str) -> Invite:
    """An invite that was not revoked. Raises NotFound."""
    invite = Invite.objects.filter(workspace=workspace, pk=invite_id, revoked_at=None).first()
    if invite is None:
        raise NotFound
    return invite


def valid_invite(token: str) -> Invite:
    """The invite that ``token`` opens now. Raises InviteNotValid."""
    invite = Invite.objects.select_related("workspace", "created_by").filter(token=token).first()
    if invite is None or not invite.is_valid(timezone.now()):
        raise InviteNotValid
    return invite


def webhooks_of(workspace: Workspace) -> QuerySet[Webhook]:
    return Webhook.objects.filter(workspace=workspace, deleted_at=None).order_by("pk")


def webhook_in(workspace: Workspace, webhook_id: str) -> Webhook:
    """A webhook of ``workspace`` by its id. Raises NotFound."""
    webhook = Webhook.objects.filter(workspace=workspace, pk=webhook_id, deleted_at=None).first()
    if webhook is None:
        raise NotFound
    return webhook


def webhook_of(webhook_id: str, secret: str) -> Webhook:
    """The webhook that ``secret`` opens, with its workspace and default channel, its use noted.

    Raises AuthenticationFailed for an unknown id or a wrong secret alike; Forbidden when it is not active.
    """
    found = Webhook.objects.select_related("workspace", "default_channel__conversation")
    webhook = found.filter(pk=webhook_id, deleted_at=None).first()
    if webhook is None or not matches(secret, webhook.secret_hash):
        raise AuthenticationFailed
    if not webhook.is_active:
        raise Forbidden("This webhook is not active.")
    _touch(webhook)
    return webhook


def _touch(webhook: Webhook) -> None:
    now = timezone.now()
    if webhook.last_used_at is not None and now - webhook.last_used_at < TOUCH_EVERY:
        return
    # Conditional, so that parallel requests write it once a minute, not once each.
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - TOUCH_EVERY)
    Webhook.objects.filter(stale, pk=webhook.pk).update(last_used_at=now)


def subscriptions_of(workspace: Workspace) -> QuerySet[WebhookSubscription]:
    return WebhookSubscription.objects.filter(workspace=workspace).order_by("pk")


def subscription_in(workspace: Workspace, subscription_id: str) -> WebhookSubscription:
    """An outgoing webhook of ``workspace`` by its id. Raises NotFound."""
    subscription = WebhookSubscription.objects.filter(workspace=workspace, pk=subscription_id).first()
    if subscription is None:
        raise NotFound
    return subscription


def deliveries_of(subscription: WebhookSubscription, status: str | None = None) -> QuerySet[WebhookDelivery]:
    """The log of ``subscription``, newest first; of one ``status`` where it is said. Raises Invalid for an unknown one."""
    rows = WebhookDelivery.objects.filter(subscription=subscription).order_by("-pk")
    if not status:
        return rows
    if status not in WebhookDelivery.Status.values:
        raise Invalid({"status": [_("The selected status is invalid.")]})
    return rows.filter(status=status)


def delivery_of(subscription: WebhookSubscription, delivery_id: str) -> WebhookDelivery:
    """A delivery in the log of ``subscription`` by its id. Raises NotFound."""
    delivery = WebhookDelivery.objects.filter(subscription=subscription, pk=delivery_id).first()
    if delivery is None:
        raise NotFound
    return delivery
