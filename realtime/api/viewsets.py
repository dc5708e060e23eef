"""Lists of events over REST, for clients that were disconnected or have no socket, and the socket's own document."""

from typing import Any

import orjson
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.authentication import GuestAuthentication, SessionAuthentication, TokenAuthentication
from accounts.identity.callers import caller
from accounts.models import Guest
from messaging.api.queries import asked_language
from realtime import access, asyncapi, event_log
from realtime.api import renderers, schemas
from realtime.errors import EventsExpired
from realtime.event_log import MAX_SEQ, ReadableStream, Reader
from realtime.protocol import CONVERSATION_ID, WORKSPACE_ID
from realtime.subscriptions import Subscription
from rosetta.http.pagination import query_int
from rosetta.http.permissions import Anyone
from rosetta.http.schema import MESSAGE
from rosetta.http.viewsets import ApiViewSet, policy

LIMIT, MAX_LIMIT = 100, 500
PARAMETERS = [
    OpenApiParameter(
        "after", int, description="The number of the last event that the client has. Default: before the oldest kept."
    ),
    OpenApiParameter("limit", int, description=f"1–{MAX_LIMIT}. Default: {LIMIT}."),
    OpenApiParameter("language", str, description="Show messages in this language instead of the caller's."),
]
EXPIRED = OpenApiResponse(MESSAGE, "`after` is too old or ahead (`events_expired`), or the guest's room has ended.")
DESCRIPTION = (
    "Lists what happened, oldest first, as the frames that a socket would have received. Go on with `after={next_after}` while "
    "`has_more`."
)


class EventViewSet(ApiViewSet):
    tag = "Realtime"

    def page(
        self, request: Request, reader: Reader, stream_id: str, id_name: str, subscription: Subscription
    ) -> Response:
        """Answer the page that the query asks for. Raises Invalid and EventsExpired."""
        limit = query_int(request, "limit", default=LIMIT, low=1, high=MAX_LIMIT)
        after = query_int(request, "after", default=-1, low=0, high=MAX_SEQ)
        reading = asked_language(request) or subscription.reading
        first, last = event_log.kept_range(stream_id)
        if after < 0:
            after = last if first is None else first - 1
        elif event_log.is_out_of_range(after, first, last):
            raise EventsExpired
        shown = Subscription(reading, subscription.since, subscription.workspace_id)
        stream = ReadableStream(stream_id, id_name, shown)
        page = event_log.read_page(reader, stream, after=after, limit=limit)
        frames = [orjson.Fragment(text) for text in event_log.frame_texts(reader, stream, page.frames, after)]
        meta = {"has_more": page.has_more, "next_after": page.upto, "last_seq": page.last_seq}
        return Response({"data": frames, "meta": meta})


class ConversationEventViewSet(EventViewSet):
    @extend_schema(
        operation_id="listConversationEvents",
        summary="List a conversation's events",
        description=f"{DESCRIPTION} Guests may call it for their room.",
        parameters=PARAMETERS,
        responses={200: schemas.EventsAnswer, 410: EXPIRED},
    )
    @policy(authentication=(GuestAuthentication, TokenAuthentication, SessionAuthentication))
    def list(self, request: Request, conversation_id: str) -> Response:
        reader: Any = request.user
        if isinstance(reader, Guest):
            access.check_room_is_open(reader)
        subscription = access.conversation_subscription(reader, conversation_id)
        return self.page(request, Reader.of(reader), conversation_id, CONVERSATION_ID, subscription)


class WorkspaceEventViewSet(EventViewSet):
    @extend_schema(
        operation_id="listWorkspaceEvents",
        summary="List a workspace's events",
        description=f"{DESCRIPTION} They are about the workspace's members and channels.",
        parameters=PARAMETERS,
        responses={200: schemas.EventsAnswer, 410: EXPIRED},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        user = caller(request)
        subscription = access.workspace_subscription(user, workspace_id)
        return self.page(request, Reader.of(user), workspace_id, WORKSPACE_ID, subscription)


class AsyncApiViewSet(ApiViewSet):
    """The AsyncAPI document, open to everybody as the OpenAPI document is."""

    permission_classes: Any = (Anyone,)
    authentication_classes: Any = ()
    content_negotiation_class: Any = DefaultContentNegotiation
    renderer_classes: Any = (
        renderers.AsyncApiYamlRenderer,
        renderers.YamlRenderer,
        renderers.AsyncApiJsonRenderer,
        renderers.JsonRenderer,
    )

    @extend_schema(exclude=True)
    def retrieve(self, request: Request) -> Response:
        return Response(asyncapi.document())
