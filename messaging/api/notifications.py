"""What somebody wants to be told of in one conversation."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from devices import actions, resources
from devices.access import conversation_preference_of
from devices.api import serializers
from devices.models import ConversationPreference
from messaging.api.views import PlaceView
from messaging.push import default_level
from rosetta.http.bodies import parsed


class NotificationsView(PlaceView):
    tag = "Notifications"

    @extend_schema(
        summary="What one is told of in this conversation", responses={200: serializers.ConversationPreferenceAnswer}
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """`mentions` for channels unless one has said otherwise, `all` for direct conversations and temporary rooms."""
        place = self.place(request)
        mine = conversation_preference_of(caller(request), place.conversation.pk)
        row = mine or ConversationPreference(level=default_level(place.channel))
        return Response({"data": resources.conversation_preference(row)})

    @extend_schema(
        summary="Say what one wants to be told of in this conversation",
        request=serializers.ConversationPreferenceSerializer,
        responses={200: serializers.ConversationPreferenceAnswer},
    )
    def put(self, request: Request, **kwargs: Any) -> Response:
        """`all`, `mentions` or `none`; and nothing at all before `muted_until`."""
        place = self.place(request)
        asked = parsed(serializers.ConversationPreferenceSerializer, request)
        row = actions.set_conversation_preference(
            user=caller(request),
            conversation_id=place.conversation.pk,
            level=asked["level"],
            muted_until=asked["muted_until"],
        )
        return Response({"data": resources.conversation_preference(row)})
