"""The messages of a temporary room, as its guests read and post them."""

from drf_spectacular.utils import extend_schema, extend_schema_view

from accounts.identity.authentication import GuestAuthentication
from accounts.models import Guest
from messaging.api import schemas
from messaging.api.viewsets.messages import MessageListViewSet
from messaging.context import ConversationContext
from rooms import access
from rooms.api.serializers import ENDED


@extend_schema_view(list=extend_schema(responses={200: schemas.MessagesAnswer, 410: ENDED}))
class RoomMessageViewSet(MessageListViewSet):
    tag = "External Temporary Rooms"
    authentication_classes = (GuestAuthentication,)
    operation_names = {"Kind": "Room", "Conversation": "Room", "conversation": "room"}

    def context(self, *, to_write: bool = False) -> ConversationContext:
        assert isinstance(self.request.user, Guest)  # noqa: S101  (the authentication lets nobody else in)
        return access.guest_context(self.request.user, self.kwargs["room_id"], to_write=to_write)
