from django.urls import path

from realtime.api import views

urlpatterns = [
    path("conversations/<ulid:conversation_id>/events", views.ConversationEventsView.as_view()),
    path("workspaces/<ulid:workspace_id>/events", views.WorkspaceEventsView.as_view()),
]
