from rosetta.http.routers import ApiRouter, SingletonRouter
from workspaces.api.viewsets import channels, invites, sidebar, subscriptions, webhooks, workspaces

WORKSPACE = "workspaces/<ulid:workspace_id>"
CHANNEL = f"{WORKSPACE}/channels/<ulid:channel_id>"
SUBSCRIPTION = f"{WORKSPACE}/webhook-subscriptions/<ulid:subscription_id>"

router = ApiRouter()
router.register("workspaces", workspaces.WorkspaceViewSet, basename="workspace")
router.register(f"{WORKSPACE}/members", workspaces.MemberViewSet, basename="member")
router.register(f"{WORKSPACE}/suspensions", workspaces.SuspensionViewSet, basename="suspension")
router.register(f"{WORKSPACE}/invites", invites.InviteViewSet, basename="invite")
router.register(f"{WORKSPACE}/channels", channels.ChannelViewSet, basename="channel")
router.register(f"{CHANNEL}/members", channels.ChannelMemberViewSet, basename="channel-member")
router.register(f"{WORKSPACE}/sidebar/sections", sidebar.SidebarSectionViewSet, basename="sidebar-section")
router.register(f"{WORKSPACE}/webhooks", webhooks.WebhookViewSet, basename="webhook")
router.register(
    f"{WORKSPACE}/webhook-subscriptions", subscriptions.WebhookSubscriptionViewSet, basename="webhook-subscription"
)
router.register(f"{SUBSCRIPTION}/deliveries", subscriptions.WebhookDeliveryViewSet, basename="webhook-delivery")

singletons = SingletonRouter()
singletons.register(
    f"{WORKSPACE}/translation-usage", workspaces.TranslationUsageViewSet, basename="workspace-translation-usage"
)
singletons.register(f"{WORKSPACE}/icon", workspaces.WorkspaceIconViewSet, basename="workspace-icon")
singletons.register("me/sidebar", sidebar.SidebarViewSet, basename="sidebar")
singletons.register(f"{WORKSPACE}/sidebar", sidebar.WorkspaceSidebarViewSet, basename="workspace-sidebar")
singletons.register("invites/<str:token>", invites.InvitePreviewViewSet, basename="invite-preview")
singletons.register("invites/<str:token>/accept", invites.InviteAcceptanceViewSet, basename="invite-acceptance")

urlpatterns = [*router.urls, *singletons.urls]
