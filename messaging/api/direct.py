"""Direct conversations, who can be reached, and who is blocked."""

from typing import Any

from django.db.models import F
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from messaging import access, resources
from messaging.actions import direct
from messaging.api import serializers as shapes
from messaging.errors import unknown_id
from messaging.models import DirectConversation
from rosetta.http.bodies import parsed
from rosetta.http.pagination import paged
from rosetta.http.schema import MESSAGE
from rosetta.http.throttles import EVERYTHING, Limit, by_address, by_user
from rosetta.http.views import ApiView
from workspaces.resources import person

# Finding out who has an account: by person, however many tokens they make, and by address, however many accounts.
RESOLVES = (Limit("resolve", "30/minute", by_user), Limit("resolve-address", "300/minute", by_address))


def shown(row: DirectConversation, user: User) -> dict[str, Any]:
    """One of ``access.read_directs_of``."""
    unread = row.conversation.last_seq - row.read  # type: ignore[attr-defined]
    return resources.direct_conversation(row.conversation, access.other_in(row, user), unread)


class DirectConversationsView(ApiView):
    tag = "Direct conversations"

    @extend_schema(summary="My direct conversations, latest first", responses={200: shapes.DirectConversationsAnswer})
    def get(self, request: Request) -> Response:
        user: Any = request.user
        latest = F("conversation__last_message_at").desc(nulls_last=True)
        rows = access.read_directs_of(user).order_by(latest, "-conversation_id")
        return paged(request, rows, lambda row: shown(row, user))

    @extend_schema(
        summary="Open a direct conversation",
        request=shapes.OpenDirectSerializer,
        responses={201: shapes.DirectConversationAnswer, 200: shapes.DirectConversationAnswer},
    )
    def post(self, request: Request) -> Response:
        user: Any = request.user
        raw = parsed(shapes.OpenDirectSerializer, request)["participant_user_id"]
        if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
            raise unknown_id("participant_user_id")
        if not access.is_known(user, int(raw)):
            # Who counts through the ids learns names as who guesses addresses does.
            for limit in RESOLVES:
                limit.hit(request)
        row, is_new = direct.open_direct(user=user, other_id=int(raw))
        data = shown(access.read_directs_of(user).get(pk=row.pk), user)
        return Response({"data": data}, status=201 if is_new else 200)


class ResolveView(ApiView):
    tag = "Direct conversations"
    limits = (*RESOLVES, EVERYTHING)

    @extend_schema(
        summary="Who has this address",
        request=shapes.ResolveSerializer,
        responses={200: shapes.PersonAnswer, 404: OpenApiResponse(MESSAGE, "Nobody.")},
    )
    def post(self, request: Request) -> Response:
        email = parsed(shapes.ResolveSerializer, request)["email"].lower()
        return Response({"data": person(access.person_at(email))})


class BlocksView(ApiView):
    tag = "Direct conversations"

    @extend_schema(
        summary="Whose direct messages I do not take, the last blocked first", responses={200: shapes.PeopleAnswer}
    )
    def get(self, request: Request) -> Response:
        return paged(request, access.blocks_of(request.user), lambda row: person(row.blocked))  # type: ignore[arg-type]


class BlockView(ApiView):
    tag = "Direct conversations"

    @extend_schema(summary="Take no direct messages from somebody", request=None, responses={204: None})
    def put(self, request: Request, user_id: int) -> Response:
        direct.set_block(user=request.user, other_id=user_id, blocked=True)  # type: ignore[arg-type]
        return Response(status=204)

    @extend_schema(summary="Take direct messages again", responses={204: None})
    def delete(self, request: Request, user_id: int) -> Response:
        direct.set_block(user=request.user, other_id=user_id, blocked=False)  # type: ignore[arg-type]
        return Response(status=204)
