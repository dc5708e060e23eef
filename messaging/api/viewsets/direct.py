"""Direct conversations, finding people to talk to, and blocking them."""

from typing import ClassVar

from django.db.models import F
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging import access, resources
from messaging.actions import direct
from messaging.api import schemas, serializers
from messaging.errors import unknown_id
from rosetta.http.bodies import parsed
from rosetta.http.pagination import PAGING, paged
from rosetta.http.schema import MESSAGE
from rosetta.http.throttles import EVERYTHING, Limit, by_address, by_user
from rosetta.http.viewsets import ApiViewSet, policy
from workspaces.resources import person

# Finding out who has an account: by person, however many tokens they make, and by address, however many accounts.
RESOLVES = (Limit("resolve", "30/minute", by_user), Limit("resolve-address", "300/minute", by_address))


def _count_stranger(request: Request, user_id: int) -> None:
    """Count the request as finding a person does, unless the caller knows ``user_id``.

    Raises Throttled.

    Trying one id after another reveals who has an account as guessing addresses does.
    """
    if not access.is_known(caller(request), user_id):
        for limit in RESOLVES:
            limit.hit(request)


class DirectConversationViewSet(ApiViewSet):
    tag = "Direct conversations"

    @extend_schema(
        operation_id="listDirectConversations",
        summary="List my direct conversations",
        description="The conversation with the latest message comes first; those without messages come last.",
        parameters=PAGING,
        responses={200: schemas.DirectConversationsAnswer},
    )
    def list(self, request: Request) -> Response:
        user = caller(request)
        latest = F("conversation__last_message_at").desc(nulls_last=True)
        rows = access.read_directs_of(user).order_by(latest, "-conversation_id")
        return paged(request, rows, lambda row: resources.direct_conversation(row, user))

    @extend_schema(
        operation_id="openDirectConversation",
        summary="Open a direct conversation with somebody",
        description=(
            "Two people have one direct conversation: 201 when it is new, 200 when it exists already. With somebody who "
            "shares no workspace with the caller this counts as finding a person does."
        ),
        request=serializers.OpenDirectSerializer,
        responses={201: schemas.DirectConversationAnswer, 200: schemas.DirectConversationAnswer},
    )
    def create(self, request: Request) -> Response:
        user = caller(request)
        raw = parsed(serializers.OpenDirectSerializer, request)["participant_user_id"]
        if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
            raise unknown_id("participant_user_id")
        _count_stranger(request, int(raw))
        row, is_new = direct.open_direct(user=user, other_id=int(raw))
        data = resources.direct_conversation(access.read_directs_of(user).get(pk=row.pk), user)
        return Response({"data": data}, status=201 if is_new else 200)


class DirectRecipientViewSet(ApiViewSet):
    tag = "Direct conversations"

    @policy(limits=(*RESOLVES, EVERYTHING))
    @extend_schema(
        operation_id="resolveDirectRecipient",
        summary="Find a person by email address",
        description="Answers who has exactly this address, so that a direct conversation can be opened with them.",
        request=serializers.ResolveSerializer,
        responses={200: schemas.PersonAnswer, 404: OpenApiResponse(MESSAGE, "Nobody has this address.")},
    )
    @action(detail=False, methods=["post"])
    def resolve(self, request: Request) -> Response:
        email = parsed(serializers.ResolveSerializer, request)["email"].lower()
        return Response({"data": person(access.person_at(email))})


class BlockViewSet(ApiViewSet):
    tag = "Direct conversations"
    lookup_url_kwarg: ClassVar[str] = "user_id"
    lookup_value_converter = "int_id"

    @extend_schema(
        operation_id="listBlockedUsers",
        summary="List whom I block",
        description=(
            "The people whose direct messages the caller does not accept, the last blocked first. Only those who share a "
            "workspace or a direct conversation with the caller are listed."
        ),
        parameters=PAGING,
        responses={200: schemas.PeopleAnswer},
    )
    def list(self, request: Request) -> Response:
        return paged(request, access.known_blocks_of(caller(request)), lambda row: person(row.blocked))

    @extend_schema(
        operation_id="blockUser",
        summary="Block direct messages from somebody",
        description=(
            "Their direct messages to the caller are refused from now on. Idempotent; an unknown id is answered in the same "
            "way. For somebody who shares no workspace with the caller this counts as finding a person does."
        ),
        request=None,
        responses={204: None},
    )
    def update(self, request: Request, user_id: int) -> Response:
        _count_stranger(request, user_id)
        direct.set_block(user=caller(request), other_id=user_id, blocked=True)
        return Response(status=204)

    @extend_schema(
        operation_id="unblockUser",
        summary="Accept direct messages from somebody again",
        description="Ends a block. Idempotent.",
        responses={204: None},
    )
    def destroy(self, request: Request, user_id: int) -> Response:
        direct.set_block(user=caller(request), other_id=user_id, blocked=False)
        return Response(status=204)
