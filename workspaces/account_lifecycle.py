"""What an account's export has about workspaces.

Memberships, what was read, and what the account made there.
"""

from typing import Any

from accounts import lifecycle
from rosetta.times import moment
from workspaces import resources
from workspaces.models import (
    ChannelMember,
    ChannelReading,
    Invite,
    Member,
    Placement,
    ReadMark,
    SidebarSection,
    Suspension,
    Webhook,
    WebhookSubscription,
)


def _membership(row: Member) -> dict[str, Any]:
    return {
        "id": row.pk,
        "workspace": {"id": row.workspace_id, "name": row.workspace.name, "slug": row.workspace.slug},
        "role": row.role,
        "preferred_language": row.preferred_language,
        "channel_order": row.channel_order,
        "joined_at": moment(row.joined_at),
    }


def _joined_channel(row: ChannelMember) -> dict[str, Any]:
    channel = row.channel
    return {
        "channel_id": channel.pk,
        "workspace_id": channel.workspace_id,
        "name": channel.name,
        "joined_at": moment(row.joined_at),
    }


def _invite(row: Invite) -> dict[str, Any]:
    """Return an invite without its link, which would let whoever finds the file in."""
    return {
        "id": row.pk,
        "workspace_id": row.workspace_id,
        "accepted_count": row.accepted_count,
        "created_at": moment(row.created_at),
        "expires_at": moment(row.expires_at),
        "revoked_at": moment(row.revoked_at),
    }


def _webhook(row: Webhook) -> dict[str, Any]:
    shown = {name: value for name, value in resources.webhook(row).items() if name != "url"}
    return {**shown, "workspace_id": row.workspace_id, "created_at": moment(row.created_at)}


def _subscription(row: WebhookSubscription) -> dict[str, Any]:
    return {**resources.subscription(row), "workspace_id": row.workspace_id}


EXPORTERS = (
    lifecycle.lines(
        "memberships",
        rows=lambda user: Member.objects.filter(user=user).select_related("workspace").order_by("pk"),
        line=_membership,
        covers=("workspaces.Member.user",),
    ),
    lifecycle.lines(
        "joined_channels",
        rows=lambda user: ChannelMember.objects.filter(member__user=user).select_related("channel").order_by("pk"),
        line=_joined_channel,
        covers=("workspaces.ChannelMember",),
    ),
    lifecycle.lines(
        "channel_languages",
        rows=lambda user: ChannelReading.objects.filter(member__user=user).order_by("pk"),
        line=lambda row: {"channel_id": row.channel_id, "language": row.language},
        covers=("workspaces.ChannelReading",),
    ),
    lifecycle.lines(
        "read_positions",
        rows=lambda user: ReadMark.objects.filter(user=user).order_by("pk"),
        line=lambda row: {"conversation_id": row.conversation_id, "last_read_seq": row.last_read_seq},
        covers=("workspaces.ReadMark.user",),
    ),
    lifecycle.lines(
        "sidebar_sections",
        rows=lambda user: SidebarSection.objects.filter(member__user=user).select_related("member").order_by("pk"),
        line=lambda row: {**resources.sidebar_section(row), "workspace_id": row.member.workspace_id},
        covers=("workspaces.SidebarSection",),
    ),
    lifecycle.lines(
        "sidebar_placements",
        rows=lambda user: Placement.objects.filter(user=user).order_by("pk"),
        line=resources.placement,
        covers=("workspaces.Placement.user",),
    ),
    lifecycle.lines(
        "suspensions",
        rows=lambda user: Suspension.objects.filter(user=user).order_by("pk"),
        line=lambda row: {"workspace_id": row.workspace_id, "created_at": moment(row.created_at)},
        covers=("workspaces.Suspension.user",),
    ),
    lifecycle.lines(
        "invites",
        rows=lambda user: Invite.objects.filter(created_by=user).order_by("pk"),
        line=_invite,
        covers=("workspaces.Invite.created_by",),
    ),
    lifecycle.lines(
        "webhooks",
        rows=lambda user: Webhook.objects.filter(created_by=user, deleted_at=None).order_by("pk"),
        line=_webhook,
        covers=("workspaces.Webhook.created_by",),
    ),
    lifecycle.lines(
        "webhook_subscriptions",
        rows=lambda user: WebhookSubscription.objects.filter(created_by=user).order_by("pk"),
        line=_subscription,
        covers=("workspaces.WebhookSubscription.created_by",),
    ),
)
NOT_EXPORTED = {
    "workspaces.Invite.email": "whom somebody else invites, who has the mail; erased when the invite is used or revoked",
    "workspaces.Suspension.suspended_by": "whom a moderator keeps out: about the other person, whose export has it",
    "workspaces.Event.user_id": "notifications of changes that the export has, deleted after a week",
    "workspaces.WebhookDelivery": "events sent to an external address: the workspace's, not the account's",
}
