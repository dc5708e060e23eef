"""The threads that the caller follows, wherever they are."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging import resources, threads
from messaging.api import schemas
from messaging.api.queries import LISTED, listed_before
from messaging.pages import LIMIT, MAX_LIMIT
from rosetta.http.pagination import query_flag, query_int
from rosetta.http.viewsets import ApiViewSet


class FollowedThreadViewSet(ApiViewSet):
    tag = "Messages"

    @extend_schema(
        operation_id="listFollowedThreads",
        summary="List the threads that I follow",
        description=(
            "The messages that the threads are about, of all channels and direct conversations that the caller reads; the one "
            "with the latest reply first. `thread.unread_count` says what is new there."
        ),
        parameters=[
            *LISTED,
            OpenApiParameter("unread", bool, description="Only threads with replies that the caller has not read."),
        ],
        responses={200: schemas.ListedMessagesAnswer},
    )
    def list(self, request: Request) -> Response:
        user = caller(request)
        limit = query_int(request, "limit", default=LIMIT, low=1, high=MAX_LIMIT)
        unread_only = query_flag(request, "unread", default=False)
        ids = threads.page_of(user, before=listed_before(request), limit=limit + 1, unread_only=unread_only)
        shown = ids[:limit]
        meta = {"has_more": len(ids) > limit, "next_before": shown[-1] if len(ids) > limit else None}
        return Response({"data": resources.messages_anywhere(user, shown), "meta": meta})
