from realtime.api import viewsets
from rosetta.http.routers import ApiRouter

router = ApiRouter()
router.register(
    "conversations/<ulid:conversation_id>/events", viewsets.ConversationEventViewSet, basename="conversation-event"
)
router.register("workspaces/<ulid:workspace_id>/events", viewsets.WorkspaceEventViewSet, basename="workspace-event")

urlpatterns = router.urls
