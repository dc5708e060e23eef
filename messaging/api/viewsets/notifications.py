"""What somebody is notified of in one conversation."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from devices import actions, resources
from devices.access import conversation_preference_of
from devices.api import serializers
from devices.models import ConversationPreference
from messaging.api.viewsets.base import ConversationViewSet, InChannel, InDirectConversation
from messaging.push.recipients import default_level
from rosetta.http.bodies import parsed


class NotificationPreferenceViewSet(ConversationViewSet):
    tag = "Notifications"

    @extend_schema(
        operation_id="get{Conversation}Notifications",
        summary="Show what I am notified of in a {conversation}",
        description=(
            "By default `mentions` in channels, and `all` in direct conversations and temporary rooms, unless the caller "
            "chose another level."
        ),
        responses={200: serializers.ConversationPreferenceAnswer},
    )
    def retrieve(self, request: Request, **ids: Any) -> Response:
        context = self.context()
        chosen = conversation_preference_of(caller(request), context.conversation.pk)
        preference = chosen or ConversationPreference(level=default_level(context.channel))
        return Response({"data": resources.conversation_preference(preference)})

    @extend_schema(
        operation_id="update{Conversation}Notifications",
        summary="Choose what I am notified of in a {conversation}",
        description="The level is `all`, `mentions` or `none`; before `muted_until` nothing is notified at all.",
        request=serializers.ConversationPreferenceSerializer,
        responses={200: serializers.ConversationPreferenceAnswer},
    )
    def update(self, request: Request, **ids: Any) -> Response:
        context = self.context()
        fields = parsed(serializers.ConversationPreferenceSerializer, request)
        preference = actions.set_conversation_preference(
            user=caller(request),
            conversation_id=context.conversation.pk,
            level=fields["level"],
            muted_until=fields["muted_until"],
        )
        return Response({"data": resources.conversation_preference(preference)})


class ChannelNotificationViewSet(InChannel, NotificationPreferenceViewSet):
    pass


class DirectNotificationViewSet(InDirectConversation, NotificationPreferenceViewSet):
    pass
