"""Rows of workspaces, channels, streams and webhooks."""

from workspaces.models.channel import Channel, ChannelMember, ChannelReading, Erasure, Formality
from workspaces.models.sidebar import Placement, SidebarSection
from workspaces.models.stream import Conversation, Event, ReadMark, Stream
from workspaces.models.webhook import (
    StreamCursor,
    Webhook,
    WebhookDelivery,
    WebhookSubscription,
    new_signing_secret,
)
from workspaces.models.workspace import (
    ChannelOrder,
    Invite,
    Member,
    PasswordProtected,
    Role,
    Suspension,
    Visibility,
    Workspace,
)

__all__ = [
    "Channel",
    "ChannelMember",
    "ChannelOrder",
    "ChannelReading",
    "Conversation",
    "Erasure",
    "Event",
    "Formality",
    "Invite",
    "Member",
    "PasswordProtected",
    "Placement",
    "ReadMark",
    "Role",
    "SidebarSection",
    "Stream",
    "StreamCursor",
    "Suspension",
    "Visibility",
    "Webhook",
    "WebhookDelivery",
    "WebhookSubscription",
    "Workspace",
    "new_signing_secret",
]
