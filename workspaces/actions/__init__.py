"""Every change to workspaces, members, channels, invites and webhooks.

One function for each.
"""

from workspaces.actions.channels import (
    add_to_channel,
    archive_channel,
    choose_language,
    create_channel,
    join_channel,
    leave_channel,
    purge_channel,
    remove_from_channel,
    unarchive_channel,
    update_channel,
)
from workspaces.actions.invites import accept_invite, create_invite, revoke_invite
from workspaces.actions.members import (
    add_member,
    end_suspension,
    join_workspace,
    leave_workspace,
    readmit,
    remove_member,
    suspend_fellow,
    suspend_member,
    update_member,
)
from workspaces.actions.sidebar import create_section, delete_section, order_channels, place, update_section
from workspaces.actions.subscriptions import (
    create_subscription,
    delete_subscription,
    replay_delivery,
    send_test,
    update_subscription,
)
from workspaces.actions.webhooks import create_webhook, delete_webhook, update_webhook
from workspaces.actions.workspaces import create_workspace, delete_workspace, set_icon, set_retention, update_workspace

__all__ = [
    "accept_invite",
    "add_member",
    "add_to_channel",
    "archive_channel",
    "choose_language",
    "create_channel",
    "create_invite",
    "create_section",
    "create_subscription",
    "create_webhook",
    "create_workspace",
    "delete_section",
    "delete_subscription",
    "delete_webhook",
    "delete_workspace",
    "end_suspension",
    "join_channel",
    "join_workspace",
    "leave_channel",
    "leave_workspace",
    "order_channels",
    "place",
    "purge_channel",
    "readmit",
    "remove_from_channel",
    "remove_member",
    "replay_delivery",
    "revoke_invite",
    "send_test",
    "set_icon",
    "set_retention",
    "suspend_fellow",
    "suspend_member",
    "unarchive_channel",
    "update_channel",
    "update_member",
    "update_section",
    "update_subscription",
    "update_webhook",
    "update_workspace",
]
