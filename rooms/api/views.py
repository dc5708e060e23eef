"""Temporary rooms over HTTP: for the developer who owns them, and for the guests who visit."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.authentication import GuestAuthentication
from accounts.identity.callers import caller
from accounts.models import Guest
from messaging.api import serializers as message_shapes
from messaging.api.views import CURSOR, IDEMPOTENCY_KEY, MESSAGE_LANGUAGE, MessagesView
from messaging.context import Place
from rooms import access, actions, resources
from rooms.api import serializers
from rosetta.errors import Invalid
from rosetta.http.bodies import parsed
from rosetta.http.pagination import paged
from rosetta.http.permissions import Anyone
from rosetta.http.schema import MESSAGE
from rosetta.http.throttles import EVERYTHING, Limit, by_address
from rosetta.http.views import ApiView

CREATE, READ, EXTEND, CLOSE = (f"temporary-rooms:{what}" for what in ("create", "read", "extend", "close"))
STATUSES = ("active", "expired", "closed")
MAX_REFERENCE = 255

FORBIDDEN = OpenApiResponse(MESSAGE, "The token lacks the ability, or the owner's limits do not allow it.")
ENDED = OpenApiResponse(MESSAGE, "The room has ended: `temporary_room_expired`.")
PAGES = [OpenApiParameter("page", int), OpenApiParameter("per_page", int, description="1–100, 15 unless said.")]


class RoomView(ApiView):
    tag = "External Temporary Rooms"


class RoomsView(RoomView):
    abilities = {"POST": CREATE, "GET": READ}

    @extend_schema(
        operation_id="createRoom",
        request=serializers.CreateRoomSerializer,
        responses={201: serializers.RoomAnswer, 403: FORBIDDEN},
    )
    def post(self, request: Request) -> Response:
        """Open a temporary room. Needs `temporary-rooms:create`."""
        asked = parsed(serializers.CreateRoomSerializer, request)
        room, limits = actions.create_room(
            owner=caller(request),
            name=asked["name"],
            external_reference=asked.get("external_reference") or None,
            ttl_hours=asked.get("ttl_hours"),
        )
        return Response({"data": resources.room(room, limits)}, status=201)

    @extend_schema(
        operation_id="listRooms",
        parameters=[
            OpenApiParameter("status", str, enum=STATUSES),
            OpenApiParameter("external_reference", str, description="The rooms with this very reference."),
            *PAGES,
        ],
        responses={200: serializers.RoomListAnswer, 403: FORBIDDEN},
    )
    def get(self, request: Request) -> Response:
        """One's own rooms, newest first. Needs `temporary-rooms:read`."""
        owner = caller(request)
        rooms = access.rooms_of(owner)
        if status := request.query_params.get("status"):
            if status not in STATUSES:
                raise Invalid({"status": [_("The selected status is invalid.")]})
            rooms = rooms.filter(access.with_status(status, timezone.now()))
        if reference := request.query_params.get("external_reference"):
            if "\0" in reference or len(reference) > MAX_REFERENCE:
                raise Invalid({"external_reference": [_("The external reference is invalid.")]})
            rooms = rooms.filter(external_reference=reference)
        limits = actions.limits_of(owner)
        return paged(request, rooms.order_by("-created_at", "-pk"), lambda room: resources.room(room, limits))


class UsageView(RoomView):
    abilities = {"GET": READ}

    @extend_schema(operation_id="showRoomUsage", responses={200: serializers.RoomUsageAnswer, 403: FORBIDDEN})
    def get(self, request: Request) -> Response:
        """How much of one's limits is used. Needs `temporary-rooms:read`."""
        owner = caller(request)
        return Response({"data": resources.usage(actions.limits_of(owner), *actions.counts_of(owner, timezone.now()))})


class OneRoomView(RoomView):
    abilities = {"GET": READ}

    @extend_schema(operation_id="showRoom", responses={200: serializers.RoomAnswer, 403: FORBIDDEN})
    def get(self, request: Request, room_id: str) -> Response:
        """One of one's own rooms. Needs `temporary-rooms:read`."""
        owner = caller(request)
        return Response({"data": resources.room(access.own_room(owner, room_id), actions.limits_of(owner))})


class ExtendView(RoomView):
    abilities = {"POST": EXTEND}

    @extend_schema(
        operation_id="extendRoom",
        request=serializers.ExtendRoomSerializer,
        responses={200: serializers.RoomAnswer, 403: FORBIDDEN, 410: ENDED},
    )
    def post(self, request: Request, room_id: str) -> Response:
        """Let a room live longer, and its guests' tokens with it. Needs `temporary-rooms:extend`."""
        access.own_room(caller(request), room_id)  # an unknown room is told before a bad body is
        asked = parsed(serializers.ExtendRoomSerializer, request)
        room, limits = actions.extend_room(
            owner=caller(request), room_id=room_id, extension_hours=asked.get("extension_hours")
        )
        return Response({"data": resources.room(room, limits)})


class CloseView(RoomView):
    abilities = {"POST": CLOSE}

    @extend_schema(operation_id="closeRoom", request=None, responses={200: serializers.RoomAnswer, 403: FORBIDDEN})
    def post(self, request: Request, room_id: str) -> Response:
        """End a room now; again changes nothing. Needs `temporary-rooms:close`."""
        owner = caller(request)
        room = actions.close_room(owner=owner, room_id=room_id)
        return Response({"data": resources.room(room, actions.limits_of(owner))})


class GuestsView(RoomView):
    """Joining is open to anybody who knows the room; the list is its owner's."""

    abilities = {"GET": READ}
    JOINS = Limit("join", "20/minute", by_address)

    def get_permissions(self) -> Any:
        return [Anyone()] if self.request.method == "POST" else super().get_permissions()

    def get_authenticators(self) -> Any:
        # A visitor's browser may hold the cookie or token of somebody's account; joining asks for neither.
        if self.request is not None and self.request.method == "POST":
            return []
        return super().get_authenticators()

    def limits_for(self, request: Request) -> tuple[Limit, ...]:
        return (self.JOINS, EVERYTHING) if request.method == "POST" else (EVERYTHING,)

    @extend_schema(
        operation_id="joinRoom",
        auth=[],
        request=serializers.JoinSerializer,
        responses={201: serializers.JoinedAnswer, 410: ENDED},
    )
    def post(self, request: Request, room_id: str) -> Response:
        """Join a room as a guest. The answer has the guest's token, once."""
        access.open_room(room_id)  # ended is told before a bad body is
        asked = parsed(serializers.JoinSerializer, request)
        guest, token, room = actions.join_room(
            room_id=room_id, nickname=asked["nickname"], preferred_language=asked["preferred_language"]
        )
        return Response({"data": resources.joined(guest, token, room)}, status=201)

    @extend_schema(
        operation_id="listRoomGuests",
        parameters=PAGES,
        responses={200: serializers.GuestListAnswer, 403: FORBIDDEN},
    )
    def get(self, request: Request, room_id: str) -> Response:
        """Who visits a room. Needs `temporary-rooms:read`."""
        room = access.own_room(caller(request), room_id)
        return paged(request, access.guests_in(room).order_by("joined_at", "pk"), resources.guest)


class GuestView(RoomView):
    abilities = {"DELETE": CLOSE}

    @extend_schema(operation_id="removeRoomGuest", responses={204: None, 403: FORBIDDEN})
    def delete(self, request: Request, room_id: str, guest_id: str) -> Response:
        """Send a guest out; its token dies at once. Needs `temporary-rooms:close`."""
        actions.remove_guest(owner=caller(request), room_id=room_id, guest_id=guest_id)
        return Response(status=204)


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
