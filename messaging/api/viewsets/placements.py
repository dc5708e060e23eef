"""Where somebody's sidebar shows a conversation."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging.api.viewsets.base import ConversationViewSet, InChannel, InDirectConversation
from messaging.context import ConversationContext
from rosetta.http.bodies import parsed
from workspaces import actions, resources
from workspaces.access import selected_section
from workspaces.api import schemas
from workspaces.api.serializers import PlacementSerializer


class PlacementViewSet(ConversationViewSet):
    tag = "Sidebar"
    refusals = {409: "The sidebar has as many conversations outside of their usual place as it may have."}

    @extend_schema(
        operation_id="place{Conversation}",
        summary="Choose where my sidebar shows a {conversation}",
        description=(
            "For the caller alone, on all of their devices. A muted conversation is not counted as unread and never notified of; "
            "a hidden one is not listed, though it can be read. Fields that are left out stay as they are."
        ),
        request=PlacementSerializer,
        responses={200: schemas.PlacementAnswer},
    )
    def partial_update(self, request: Request, **ids: Any) -> Response:
        context, user = self.context(), caller(request)
        fields = parsed(PlacementSerializer, request)
        if "section_id" in fields:
            fields["section"] = self.section(context, fields.pop("section_id"))
        placement = actions.place(user=user, conversation_id=context.conversation.pk, **fields)
        return Response({"data": resources.placement(placement)})

    def section(self, context: ConversationContext, section_id: str | None) -> Any:
        """Return the section of the conversation's workspace. Raises Invalid."""
        if section_id is None:
            return None
        return selected_section(context.user, context.workspace, section_id)


class ChannelPlacementViewSet(InChannel, PlacementViewSet):
    pass


class DirectPlacementViewSet(InDirectConversation, PlacementViewSet):
    pass
