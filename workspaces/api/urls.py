from django.urls import URLPattern, path

from workspaces.api.views import channels, invites, subscriptions, webhooks, workspaces

WORKSPACE = "workspaces/<ulid:workspace_id>"
CHANNEL = f"{WORKSPACE}/channels/<ulid:channel_id>"
SUBSCRIPTION = f"{WORKSPACE}/webhook-subscriptions/<ulid:subscription_id>"

urlpatterns: list[URLPattern] = [
    path("workspaces", workspaces.Workspaces.as_view()),
    path(WORKSPACE, workspaces.WorkspaceDetail.as_view()),
    path(f"{WORKSPACE}/join", workspaces.WorkspaceJoin.as_view()),
    path(f"{WORKSPACE}/leave", workspaces.WorkspaceLeave.as_view()),
    path(f"{WORKSPACE}/members", workspaces.Members.as_view()),
    path(f"{WORKSPACE}/members/<ulid:member_id>", workspaces.MemberDetail.as_view()),
    path(f"{WORKSPACE}/invites", invites.Invites.as_view()),
    path(f"{WORKSPACE}/invites/<ulid:invite_id>", invites.InviteDetail.as_view()),
    path("invites/<str:token>", invites.InvitePreview.as_view()),
    path("invites/<str:token>/accept", invites.InviteAccept.as_view()),
    path(f"{WORKSPACE}/channels", channels.Channels.as_view()),
    path(CHANNEL, channels.ChannelDetail.as_view()),
    path(f"{CHANNEL}/unarchive", channels.ChannelUnarchive.as_view()),
    path(f"{CHANNEL}/join", channels.ChannelJoin.as_view()),
    path(f"{CHANNEL}/leave", channels.ChannelLeave.as_view()),
    path(f"{CHANNEL}/members", channels.ChannelMembers.as_view()),
    path(f"{CHANNEL}/members/<ulid:member_id>", channels.ChannelMemberDetail.as_view()),
    path(f"{WORKSPACE}/webhooks", webhooks.Webhooks.as_view()),
    path(f"{WORKSPACE}/webhooks/<ulid:webhook_id>", webhooks.WebhookDetail.as_view()),
    path(f"{WORKSPACE}/webhook-subscriptions", subscriptions.Subscriptions.as_view()),
    path(SUBSCRIPTION, subscriptions.SubscriptionDetail.as_view()),
    path(f"{SUBSCRIPTION}/deliveries", subscriptions.Deliveries.as_view()),
    path(f"{SUBSCRIPTION}/deliveries/<ulid:delivery_id>/replay", subscriptions.DeliveryReplay.as_view()),
]
