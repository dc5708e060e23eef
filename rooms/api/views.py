"""The messages of the room that a guest joined."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.authentication import GuestAuthentication
from accounts.models import Guest
from messaging.api import serializers as message_shapes
from messaging.api.views import CURSOR, IDEMPOTENCY_KEY, MESSAGE_LANGUAGE, MessagesView
from messaging.context import Place
from rooms import access
from rooms.api.serializers import ENDED


class GuestMessagesView(MessagesView):
    """The messages of the room that a guest joined, in the guest's language."""

    tag = "External Temporary Rooms"
    authentication_classes = (GuestAuthentication,)

    def place(self, request: Request, *, to_write: bool = False) -> Place:
        assert isinstance(request.user, Guest)  # noqa: S101  (no other way in)
        return access.guest_place(request.user, self.kwargs["room_id"], to_write=to_write)

    @extend_schema(
        operation_id="listGuestMessages",
        summary="A guest's view of its room's messages, newest first",
        parameters=CURSOR,
        responses={200: message_shapes.MessagesAnswer, 410: ENDED},
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Needs the guest's token in `X-Rosetta-Guest-Token`."""
        return super().get(request, **kwargs)

    @extend_schema(
        operation_id="postGuestMessage",
        summary="Post as a guest",
        parameters=[IDEMPOTENCY_KEY, MESSAGE_LANGUAGE],
        request=message_shapes.PostSerializer,
        responses={201: message_shapes.MessageAnswer, 410: ENDED},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Needs the guest's token in `X-Rosetta-Guest-Token`."""
        return super().post(request, **kwargs)
