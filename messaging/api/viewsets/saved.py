"""The messages that the caller keeps for later."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging import resources
from messaging.actions.save import forget_message, save_message, saved_page
from messaging.api import schemas
from messaging.api.queries import LISTED, listed_before
from messaging.pages import LIMIT, MAX_LIMIT
from rosetta.http.pagination import query_int
from rosetta.http.viewsets import ApiViewSet


class SavedMessageViewSet(ApiViewSet):
    tag = "Messages"
    lookup_url_kwarg: ClassVar[str] = "message_id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listSavedMessages",
        summary="List the messages that I saved for later",
        description=(
            "Messages of all channels and direct conversations that the caller reads, the last saved first, each in the "
            "language that the caller reads there."
        ),
        parameters=LISTED,
        responses={200: schemas.ListedMessagesAnswer},
    )
    def list(self, request: Request) -> Response:
        user = caller(request)
        limit = query_int(request, "limit", default=LIMIT, low=1, high=MAX_LIMIT)
        ids = saved_page(user, before=listed_before(request), limit=limit + 1)
        shown = ids[:limit]
        meta = {"has_more": len(ids) > limit, "next_before": shown[-1] if len(ids) > limit else None}
        return Response({"data": resources.messages_anywhere(user, shown), "meta": meta})

    @extend_schema(
        operation_id="saveMessage",
        summary="Save a message for later",
        description="Nobody else sees what one saves. Idempotent.",
        request=None,
        responses={204: None},
    )
    def update(self, request: Request, message_id: str) -> Response:
        save_message(user=caller(request), message_id=message_id)
        return Response(status=204)

    @extend_schema(
        operation_id="unsaveMessage",
        summary="Take a message from the saved ones",
        description="Idempotent; an unknown id is answered in the same way.",
        responses={204: None},
    )
    def destroy(self, request: Request, message_id: str) -> Response:
        forget_message(user=caller(request), message_id=message_id)
        return Response(status=204)
