from messaging.api.viewsets import (
    attachments,
    demo,
    direct,
    drafts,
    glossary,
    messages,
    notifications,
    people,
    placements,
    programs,
    reports,
    saved,
    search,
    shared_files,
    threads,
    translations,
    workspace_export,
)
from rosetta.http.routers import ApiRouter, SingletonRouter

WORKSPACE = "workspaces/<ulid:workspace_id>"
CHANNEL = f"{WORKSPACE}/channels/<ulid:channel_id>"
DIRECT = "direct-conversations/<ulid:conversation_id>"
MESSAGE = "messages/<ulid:message_id>"

# Messages first: nearly every request is about them, and Django tries one address after another.
router = ApiRouter()
router.register(f"{CHANNEL}/messages", messages.ChannelMessageViewSet, basename="channel-message")
router.register(f"{DIRECT}/messages", messages.DirectMessageViewSet, basename="direct-message")
router.register(f"{CHANNEL}/read", messages.ChannelReadPositionViewSet, basename="channel-read-position")
router.register(f"{DIRECT}/read", messages.DirectReadPositionViewSet, basename="direct-read-position")
router.register(f"{CHANNEL}/unread", messages.ChannelUnreadPositionViewSet, basename="channel-unread-position")
router.register(f"{DIRECT}/unread", messages.DirectUnreadPositionViewSet, basename="direct-unread-position")
router.register("direct-conversations", direct.DirectConversationViewSet, basename="direct-conversation")
router.register(f"{CHANNEL}/pins", messages.ChannelPinViewSet, basename="channel-pin")
router.register(f"{DIRECT}/pins", messages.DirectPinViewSet, basename="direct-pin")
router.register(
    f"{CHANNEL}/{MESSAGE}/translations", translations.ChannelTranslationViewSet, basename="channel-translation"
)
router.register(
    f"{DIRECT}/{MESSAGE}/translations", translations.DirectTranslationViewSet, basename="direct-translation"
)
router.register(f"{MESSAGE}/translations", translations.MessageTranslationViewSet, basename="message-translation")
router.register("message-attachments", attachments.ChannelAttachmentViewSet, basename="message-attachment")
router.register("direct-message-attachments", attachments.DirectAttachmentViewSet, basename="direct-message-attachment")
router.register("webhooks/<ulid:webhook_id>/messages", programs.WebhookMessageViewSet, basename="webhook-message")
router.register(f"automation/{CHANNEL}/messages", programs.AutomationMessageViewSet, basename="automation-message")
router.register(f"{CHANNEL}/files", shared_files.ChannelFileViewSet, basename="channel-file")
router.register(f"{DIRECT}/files", shared_files.DirectFileViewSet, basename="direct-file")
router.register(f"{WORKSPACE}/files", shared_files.WorkspaceFileViewSet, basename="workspace-file")
router.register(f"{WORKSPACE}/search", search.SearchViewSet, basename="message-search")
router.register(f"{WORKSPACE}/translate", translations.PreviewViewSet, basename="translation-preview")
router.register(
    f"{WORKSPACE}/rejected-translations", translations.RejectedTranslationViewSet, basename="rejected-translation"
)
router.register(f"{WORKSPACE}/term-proposals", glossary.TermProposalViewSet, basename="term-proposal")
router.register(f"{WORKSPACE}/glossary", glossary.GlossaryTermViewSet, basename="glossary-term")
router.register(f"{WORKSPACE}/reports", reports.ReportViewSet, basename="report")
router.register("direct-recipients", direct.DirectRecipientViewSet, basename="direct-recipient")
router.register("users", people.PersonViewSet, basename="person")
router.register("me/drafts", drafts.DraftViewSet, basename="draft")
router.register("me/saved-messages", saved.SavedMessageViewSet, basename="saved-message")
router.register("me/threads", threads.FollowedThreadViewSet, basename="followed-thread")
router.register("me/blocks", direct.BlockViewSet, basename="block")

singletons = SingletonRouter()
singletons.register(f"{WORKSPACE}/export", workspace_export.WorkspaceExportViewSet, basename="workspace-export")
singletons.register(f"{WORKSPACE}/demo", demo.DemoViewSet, basename="workspace-demo")
singletons.register(
    f"{CHANNEL}/notifications", notifications.ChannelNotificationViewSet, basename="channel-notifications"
)
singletons.register(f"{DIRECT}/notifications", notifications.DirectNotificationViewSet, basename="direct-notifications")
singletons.register(f"{CHANNEL}/placement", placements.ChannelPlacementViewSet, basename="channel-placement")
singletons.register(f"{DIRECT}/placement", placements.DirectPlacementViewSet, basename="direct-placement")

urlpatterns = [*router.urls, *singletons.urls]
