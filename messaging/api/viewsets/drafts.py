"""What the caller has begun to write, the same on all their devices."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging import access, resources
from messaging.actions.keep_draft import forget_draft, keep_draft
from messaging.api import schemas, serializers
from rosetta.http.bodies import parsed
from rosetta.http.pagination import PAGING, paged
from rosetta.http.viewsets import ApiViewSet

IN_CONVERSATION = OpenApiParameter("conversation_id", str, description="List only the drafts in this conversation.")
REPLY_TO = OpenApiParameter("parent_message_id", str, description="Delete the draft of a reply to this message.")


class DraftViewSet(ApiViewSet):
    tag = "Messages"
    lookup_url_kwarg: ClassVar[str] = "conversation_id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listDrafts",
        summary="List what I have begun to write",
        description="In the conversations that the caller reads, the last changed first; at most 200.",
        parameters=[IN_CONVERSATION, *PAGING],
        responses={200: schemas.DraftsAnswer},
    )
    def list(self, request: Request) -> Response:
        drafts = access.drafts_of(caller(request), request.query_params.get("conversation_id"))
        return paged(request, drafts, resources.draft)

    @extend_schema(
        operation_id="keepDraft",
        summary="Keep what I have begun to write",
        description=(
            "One draft for each conversation and each message that is replied to; the last write wins. The caller's other "
            "clients get the signal `draft`. The oldest of more than 200 drafts are deleted."
        ),
        request=serializers.DraftSerializer,
        responses={200: schemas.DraftAnswer},
    )
    def update(self, request: Request, conversation_id: str) -> Response:
        context = access.context_in(caller(request), conversation_id)
        fields = parsed(serializers.DraftSerializer, request)
        draft = keep_draft(
            context=context,
            user=caller(request),
            content=fields["content"],
            parent_id=fields.get("parent_message_id"),
        )
        return Response({"data": resources.draft(draft)})

    @extend_schema(
        operation_id="deleteDraft",
        summary="Delete a draft",
        description="As it was posted or given up. Idempotent.",
        parameters=[REPLY_TO],
        responses={204: None},
    )
    def destroy(self, request: Request, conversation_id: str) -> Response:
        context = access.context_in(caller(request), conversation_id)
        parent = access.selected_parent(context, request.query_params.get("parent_message_id"))
        forget_draft(context=context, user=caller(request), parent_id=parent.pk if parent else None)
        return Response(status=204)
