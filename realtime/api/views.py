"""What happened in a stream, over HTTP: the way back for clients that were away, and for those without a socket."""

from typing import Any

import orjson
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.authentication import GuestAuthentication, SessionAuthentication, TokenAuthentication
from accounts.identity.callers import caller
from accounts.models import Guest
from messaging.pages import asked_language
from realtime import access, replay
from realtime.access import Seat
from realtime.api import serializers as shapes
from realtime.errors import EventsExpired
from realtime.replay import MAX_SEQ, Heard, Listener
from rosetta.http.pagination import query_int
from rosetta.http.schema import MESSAGE
from rosetta.http.views import ApiView

LIMIT, MAX_LIMIT = 100, 500
PARAMETERS = [
    OpenApiParameter(
        "after", int, description="The number of the last event that one has; the oldest kept unless said."
    ),
    OpenApiParameter("limit", int, description=f"1–{MAX_LIMIT}, {LIMIT} unless said."),
    OpenApiParameter("language", str, description="Show messages in this language instead of one's own."),
]
EXPIRED = OpenApiResponse(MESSAGE, "`after` is too old or ahead (`events_expired`), or the guest's room has ended.")


class EventsView(ApiView):
    tag = "Realtime"

    def answer(self, request: Request, listener: Listener, stream_id: str, kind: str, seat: Seat) -> Response:
        """The page that the query asks for. Raises Invalid and EventsExpired."""
        limit = query_int(request, "limit", default=LIMIT, low=1, high=MAX_LIMIT)
        after = query_int(request, "after", default=-1, low=0, high=MAX_SEQ)
        language = asked_language(request) or seat.language
        first, last = replay.reach(stream_id)
        if after < 0:
            after = last if first is None else first - 1
        elif replay.is_out_of_reach(after, first, last):
            raise EventsExpired
        heard = Heard(stream_id, kind, Seat(language, seat.since, seat.workspace_id))
        page = replay.page(listener, heard, after=after, limit=limit)
        frames = [orjson.Fragment(text) for text in replay.texts(listener, heard, page.frames, after)]
        meta = {"has_more": page.has_more, "next_after": page.upto, "last_seq": page.last_seq}
        return Response({"data": frames, "meta": meta})


class ConversationEventsView(EventsView):
    authentication_classes = (GuestAuthentication, TokenAuthentication, SessionAuthentication)

    @extend_schema(
        operation_id="listConversationEvents",
        summary="What happened in a conversation, oldest first",
        parameters=PARAMETERS,
        responses={200: shapes.EventsAnswer, 410: EXPIRED},
    )
    def get(self, request: Request, conversation_id: str) -> Response:
        """The frames that a socket would have got. Guests may call it for their room."""
        who: Any = request.user
        if isinstance(who, Guest):
            access.check_room_is_open(who)
        seat = access.conversation_seat(who, conversation_id)
        return self.answer(request, Listener.of(who), conversation_id, "conversation_id", seat)


class WorkspaceEventsView(EventsView):
    @extend_schema(
        operation_id="listWorkspaceEvents",
        summary="What happened to a workspace's members and channels, oldest first",
        parameters=PARAMETERS,
        responses={200: shapes.EventsAnswer, 410: EXPIRED},
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        """The frames that a socket would have got."""
        user = caller(request)
        seat = access.workspace_seat(user, workspace_id)
        return self.answer(request, Listener.of(user), workspace_id, "workspace_id", seat)
