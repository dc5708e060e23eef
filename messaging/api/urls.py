from django.urls import URLPattern, include, path

from messaging.api import attachments, direct, glossary, notifications, programs, search, translations, views

# The same below a channel's path and a direct conversation's.
_conversation: list[URLPattern] = [
    path("messages", views.MessagesView.as_view()),
    path("messages/<ulid:message_id>", views.MessageView.as_view()),
    path("messages/<ulid:message_id>/replies", views.RepliesView.as_view()),
    path("messages/<ulid:message_id>/reactions/<str:emoji>", views.ReactionView.as_view()),
    path("messages/<ulid:message_id>/translations", translations.TranslationsView.as_view()),
    path("messages/<ulid:message_id>/translations/<str:language>", translations.CorrectionView.as_view()),
    path("messages/<ulid:message_id>/revisions", views.RevisionsView.as_view()),
    path("messages/<ulid:message_id>/pin", views.PinView.as_view()),
    path("messages/<ulid:message_id>/report", views.ReportView.as_view()),
    path("pins", views.PinsView.as_view()),
    path("read", views.ReadView.as_view()),
    path("notifications", notifications.NotificationsView.as_view()),
]

urlpatterns = [
    path("workspaces/<ulid:workspace_id>/channels/<ulid:channel_id>/", include(_conversation)),
    path("messages/<ulid:message_id>/translations", translations.MessageTranslationsView.as_view()),
    path("messages/<ulid:message_id>/translations/<str:language>", translations.MessageCorrectionView.as_view()),
    path("workspaces/<ulid:workspace_id>/translate", translations.PreviewView.as_view()),
    path("workspaces/<ulid:workspace_id>/glossary", glossary.GlossaryView.as_view()),
    path("workspaces/<ulid:workspace_id>/glossary/import", glossary.GlossaryImportView.as_view()),
    path("workspaces/<ulid:workspace_id>/glossary/export", glossary.GlossaryExportView.as_view()),
    path("workspaces/<ulid:workspace_id>/glossary/<ulid:term_id>", glossary.GlossaryTermView.as_view()),
    path("workspaces/<ulid:workspace_id>/search", search.SearchView.as_view()),
    path("direct-conversations/<ulid:conversation_id>/", include(_conversation)),
    path("direct-conversations", direct.DirectConversationsView.as_view()),
    path("direct-recipients/resolve", direct.ResolveView.as_view()),
    path("webhooks/<ulid:webhook_id>/messages", programs.WebhookMessagesView.as_view(), name="webhook-message-list"),
    path("message-attachments/<ulid:attachment_id>/download", attachments.AttachmentDownloadView.as_view()),
    path("message-attachments/<ulid:attachment_id>/thumbnail", attachments.AttachmentThumbnailView.as_view()),
    path(
        "direct-message-attachments/<ulid:attachment_id>/download", attachments.DirectAttachmentDownloadView.as_view()
    ),
    path(
        "direct-message-attachments/<ulid:attachment_id>/thumbnail", attachments.DirectAttachmentThumbnailView.as_view()
    ),
    path("me/blocks", direct.BlocksView.as_view()),
    path("me/blocks/<int_id:user_id>", direct.BlockView.as_view()),
    path(
        "automation/workspaces/<ulid:workspace_id>/channels/<ulid:channel_id>/messages",
        programs.AutomationMessagesView.as_view(),
    ),
]
