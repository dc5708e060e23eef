"""Direct conversations, who can be reached, and who is blocked."""

from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from messaging import access, resources
from messaging.actions import direct
from messaging.api import serializers as shapes
from messaging.api.views import validated
from messaging.errors import unknown_id
from messaging.models import DirectConversation
from rosetta.errors import NotFound
from rosetta.pagination import paged
from rosetta.throttles import EVERYTHING, Limit, by_caller
from rosetta.views import ApiView
from workspaces.models import ReadMark

RESOLVES = Limit("resolve", "30/minute", by_caller)


def shown(row: DirectConversation, user: User) -> dict[str, Any]:
    read = getattr(row, "read", 0)
    other = access.other_in(row, user)
    return resources.direct_conversation(row.conversation, other, row.conversation.last_seq - read)


class DirectConversationsView(ApiView):
    tag = "Direct conversations"

    @extend_schema(summary="My direct conversations, latest first", responses={200: shapes.DirectConversationsAnswer})
    def get(self, request: Request) -> Response:
        user: Any = request.user
        marks = ReadMark.objects.filter(user=user, conversation=OuterRef("conversation")).values("last_read_seq")
        rows = (
            access.direct_conversations_of(user)
            .annotate(read=Coalesce(Subquery(marks), 0))
            .order_by(F("conversation__last_message_at").desc(nulls_last=True), "-conversation_id")
        )
        return paged(request, rows, lambda row: shown(row, user))

    @extend_schema(
        summary="Open a direct conversation",
        request=shapes.OpenDirectSerializer,
        responses={201: shapes.DirectConversationAnswer, 200: shapes.DirectConversationAnswer},
    )
    def post(self, request: Request) -> Response:
        user: Any = request.user
        raw = validated(shapes.OpenDirectSerializer, request).validated_data["participant_user_id"]
        if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
            raise unknown_id("participant_user_id")
        row, is_new = direct.open_direct(user=user, other_id=int(raw))
        mark = ReadMark.objects.filter(user=user, conversation=row.conversation).first()
        data = resources.direct_conversation(
            row.conversation,
            access.other_in(row, user),
            row.conversation.last_seq - (mark.last_read_seq if mark else 0),
        )
        return Response({"data": data}, status=201 if is_new else 200)


class ResolveView(ApiView):
    tag = "Direct conversations"
    limits = (RESOLVES, EVERYTHING)

    @extend_schema(
        summary="Who has this address", request=shapes.ResolveSerializer, responses={200: shapes.PersonAnswer}
    )
    def post(self, request: Request) -> Response:
        email = validated(shapes.ResolveSerializer, request).validated_data["email"].lower()
        found = User.objects.filter(email=email, is_active=True).first()
        if found is None:
            raise NotFound
        return Response({"data": {"id": found.pk, "name": found.name, "avatar_url": found.avatar_url}})


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
