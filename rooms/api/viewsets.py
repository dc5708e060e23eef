"""Temporary rooms: for the developers who own them, and for the guests who visit them."""

from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from rooms import access, actions, resources
from rooms.api import serializers
from rosetta.http.bodies import parsed, parsed_query
from rosetta.http.pagination import PAGING, paged
from rosetta.http.permissions import Anyone
from rosetta.http.throttles import EVERYTHING, Limit, by_address
from rosetta.http.viewsets import ApiViewSet, policy

CREATE, READ, EXTEND, CLOSE = (f"temporary-rooms:{ability}" for ability in ("create", "read", "extend", "close"))
JOINS = Limit("join", "20/minute", by_address)


class TemporaryRoomViewSet(ApiViewSet):
    tag = "External Temporary Rooms"
    lookup_url_kwarg: ClassVar[str] = "room_id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="createTemporaryRoom",
        summary="Create a temporary room",
        description="Creates a room that is open from now on. Needs `temporary-rooms:create`.",
        request=serializers.CreateRoomSerializer,
        responses={201: serializers.RoomAnswer, 403: serializers.FORBIDDEN},
        examples=[serializers.ROOM_EXAMPLE],
    )
    @policy(ability=CREATE)
    def create(self, request: Request) -> Response:
        fields = parsed(serializers.CreateRoomSerializer, request)
        room, limits = actions.create_room(
            owner=caller(request),
            name=fields["name"],
            external_reference=fields.get("external_reference") or None,
            ttl_hours=fields.get("ttl_hours"),
        )
        return Response({"data": resources.room(room, limits)}, status=201)

    @extend_schema(
        operation_id="listTemporaryRooms",
        summary="List my temporary rooms",
        description="The caller's own rooms, newest first. Needs `temporary-rooms:read`.",
        parameters=[
            OpenApiParameter("status", str, enum=access.STATUSES, description="List only rooms with this status."),
            OpenApiParameter("external_reference", str, description="List only the rooms with exactly this reference."),
            *PAGING,
        ],
        responses={200: serializers.RoomListAnswer, 403: serializers.FORBIDDEN},
    )
    @policy(ability=READ)
    def list(self, request: Request) -> Response:
        owner = caller(request)
        rooms = access.rooms_of(owner, **parsed_query(serializers.RoomListQuery, request))
        limits = actions.limits_of(owner)
        return paged(request, rooms.order_by("-created_at", "-pk"), lambda room: resources.room(room, limits))

    @extend_schema(
        operation_id="getTemporaryRoomUsage",
        summary="Show how much of my limits is used",
        description="How many rooms the caller may have and create, and how many it has. Needs `temporary-rooms:read`.",
        responses={200: serializers.RoomUsageAnswer, 403: serializers.FORBIDDEN},
    )
    @policy(ability=READ)
    @action(detail=False, methods=["get"])
    def usage(self, request: Request) -> Response:
        owner = caller(request)
        counts = actions.counts_of(owner, timezone.now())
        return Response({"data": resources.usage(actions.limits_of(owner), *counts)})

    @extend_schema(
        operation_id="getTemporaryRoom",
        summary="Show a temporary room",
        description="One of the caller's own rooms. Needs `temporary-rooms:read`.",
        responses={200: serializers.RoomAnswer, 403: serializers.FORBIDDEN},
    )
    @policy(ability=READ)
    def retrieve(self, request: Request, room_id: str) -> Response:
        owner = caller(request)
        return Response({"data": resources.room(access.own_room(owner, room_id), actions.limits_of(owner))})

    @extend_schema(
        operation_id="extendTemporaryRoom",
        summary="Extend a temporary room",
        description="The room and its guests' tokens stay valid for longer. Needs `temporary-rooms:extend`.",
        request=serializers.ExtendRoomSerializer,
        responses={200: serializers.RoomAnswer, 403: serializers.FORBIDDEN, 410: serializers.ENDED},
    )
    @policy(ability=EXTEND)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, room_id: str) -> Response:
        access.own_room(caller(request), room_id)  # an unknown room answers 404 whatever the body is
        fields = parsed(serializers.ExtendRoomSerializer, request)
        room, limits = actions.extend_room(
            owner=caller(request), room_id=room_id, extension_hours=fields.get("extension_hours")
        )
        return Response({"data": resources.room(room, limits)})

    @extend_schema(
        operation_id="closeTemporaryRoom",
        summary="Close a temporary room",
        description="Ends the room now. Idempotent. Needs `temporary-rooms:close`.",
        request=None,
        responses={200: serializers.RoomAnswer, 403: serializers.FORBIDDEN},
    )
    @policy(ability=CLOSE)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, room_id: str) -> Response:
        owner = caller(request)
        room = actions.close_room(owner=owner, room_id=room_id)
        return Response({"data": resources.room(room, actions.limits_of(owner))})


class RoomGuestViewSet(ApiViewSet):
    """Guests of a room: anybody who knows the room may join it.

    Its owner lists and removes them.
    """

    tag = "External Temporary Rooms"
    lookup_url_kwarg: ClassVar[str] = "guest_id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="joinTemporaryRoom",
        summary="Join a temporary room as a guest",
        description="Open to everybody who knows the room's id. Only this answer shows the guest's token.",
        auth=[],
        request=serializers.JoinSerializer,
        responses={201: serializers.JoinedAnswer, 410: serializers.ENDED},
    )
    # No authentication: a visitor's browser may hold the cookie or token of an account, which must not matter here.
    @policy(permissions=(Anyone,), authentication=(), limits=(JOINS, EVERYTHING))
    def create(self, request: Request, room_id: str) -> Response:
        access.open_room(room_id)  # a room that has ended answers 410 whatever the body is
        fields = parsed(serializers.JoinSerializer, request)
        guest, token, room = actions.join_room(
            room_id=room_id, nickname=fields["nickname"], preferred_language=fields["preferred_language"]
        )
        return Response({"data": resources.joined(guest, token, room)}, status=201)

    @extend_schema(
        operation_id="listTemporaryRoomGuests",
        summary="List a temporary room's guests",
        description="For the room's owner, in the order of joining. Needs `temporary-rooms:read`.",
        parameters=PAGING,
        responses={200: serializers.GuestListAnswer, 403: serializers.FORBIDDEN},
    )
    @policy(ability=READ)
    def list(self, request: Request, room_id: str) -> Response:
        room = access.own_room(caller(request), room_id)
        return paged(request, access.guests_in(room).order_by("joined_at", "pk"), resources.guest)

    @extend_schema(
        operation_id="removeTemporaryRoomGuest",
        summary="Remove a guest from a temporary room",
        description="The guest's token stops working at once. Needs `temporary-rooms:close`.",
        responses={204: None, 403: serializers.FORBIDDEN},
    )
    @policy(ability=CLOSE)
    def destroy(self, request: Request, room_id: str, guest_id: str) -> Response:
        actions.remove_guest(owner=caller(request), room_id=room_id, guest_id=guest_id)
        return Response(status=204)
