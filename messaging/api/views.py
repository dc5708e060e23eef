"""Messages over HTTP. Channels and direct conversations share every view: only the way to the place differs."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import access, resources
from messaging.actions import editing, posting, reacting, translating
from messaging.actions.idempotency import Idempotency
from messaging.api import serializers as shapes
from messaging.context import Place, Sender
from messaging.errors import unknown_id
from messaging.pages import Page, asked_language, cursor_of, newest_page, page_of
from messaging.resources import Home, Reader
from rosetta.errors import Forbidden, Invalid, NotFound
from rosetta.http.bodies import parsed
from rosetta.http.pagination import paged
from rosetta.http.throttles import EVERYTHING, Limit
from rosetta.http.views import ApiView

MESSAGE_LANGUAGE = OpenApiParameter("language", str, description="Show messages in this language instead of one's own.")
CURSOR = [
    OpenApiParameter("before", str, description="A message's id: the page just older than it."),
    OpenApiParameter("after", str, description="A message's id: the page just newer than it."),
    OpenApiParameter("around", str, description="A message's id: the page with it in the middle."),
    OpenApiParameter("limit", int, description="1–100, 50 unless said."),
    OpenApiParameter("threads", str, enum=["collapsed"], description="Leave replies out."),
    MESSAGE_LANGUAGE,
]
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Makes repeats within 24 hours answer the message that the first one made, as it is by then.",
)

POSTS = Limit("post", "120/minute", lambda request: f"user:{request.user.pk}" if request.user else None)


def idempotency_of(request: Request) -> Idempotency | None:
    """The request's Idempotency-Key with what it stands for. Raises Invalid for a malformed one."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Invalid({"Idempotency-Key": [_("Use 1 to 255 printable ASCII characters.")]})
    return Idempotency.of(key, request.data)


def is_collapsed(request: Request) -> bool:
    """``?threads=collapsed``: whether replies are left out. Raises Invalid for another word."""
    threads = request.query_params.get("threads", "")
    if threads not in ("", "collapsed"):
        raise unknown_id("threads")
    return threads == "collapsed"


def posted_answer(posted: posting.Posted, place: Place, reader: Reader) -> Response:
    """201 with the message; a replay says so and shows the message as it is now."""
    home = Home.of(place)
    data: dict[str, Any] | None
    if posted.is_replay:
        data = resources.message(posted.message.pk, home, reader)
    else:
        data = resources.fresh_message(posted.message, posted.translations, posted.attachments, home, reader)
    if data is not None and posted.client_id is not None:
        data["client_id"] = posted.client_id
    return Response({"data": data}, status=201, headers={"Idempotent-Replayed": "true"} if posted.is_replay else None)


def page_answer(page: Page, place: Place, reader: Reader) -> Response:
    """A page of messages; what its reader's language still lacks is owed from now on."""
    owed = translating.owe_on_read(rows=page.rows, scope_id=place.scope_id, language=reader.language)
    rows = page.rows
    if owed:
        fresh = resources.rows_again([row.id for row in rows], reader.language)
        by_id = {row.id: row for row in fresh}
        rows = [by_id.get(row.id, row) for row in rows]
    return Response({"data": resources.messages(rows, Home.of(place), reader), "meta": page.meta})


# What holds for whatever is written in a conversation.
WRITING = {409: "The channel is archived, or the message was deleted.", 410: "The temporary room has ended."}


class PlaceView(ApiView):
    """A view below a conversation's path, whichever kind it is."""

    tag = "Messages"
    refusals = WRITING

    def place(self, request: Request, *, to_write: bool = False) -> Place:
        """Where the caller stands. Raises NotFound to who may not know of the conversation."""
        if "channel_id" in self.kwargs:
            ids = self.kwargs["workspace_id"], self.kwargs["channel_id"]
            return access.channel_place(request.user, *ids, to_write=to_write)  # type: ignore[arg-type]
        return access.direct_place(request.user, self.kwargs["conversation_id"], to_write=to_write)  # type: ignore[arg-type]

    def sender(self, place: Place) -> Sender:
        return Sender(user=place.user, guest=place.guest)

    def show(self, request: Request, place: Place, message_id: str, status: int = 200) -> Response:
        reader = Reader.at(place, asked_language(request))
        return Response({"data": resources.message(message_id, Home.of(place), reader)}, status=status)


class MessagesView(PlaceView):
    def limits_for(self, request: Request) -> tuple[Limit, ...]:
        return (POSTS, EVERYTHING) if request.method == "POST" else (EVERYTHING,)

    @extend_schema(summary="Messages, newest first", parameters=CURSOR, responses={200: shapes.MessagesAnswer})
    def get(self, request: Request, **kwargs: Any) -> Response:
        place = self.place(request)
        reader = Reader.at(place, asked_language(request))
        cursor = cursor_of(request, place)
        if is_collapsed(request):
            messages = access.messages_in(place).filter(parent=None)
            page = page_of(messages, cursor, reader.language, place.conversation.last_seq)
        else:
            page = newest_page(place, cursor, reader.language)
        return page_answer(page, place, reader)

    @extend_schema(
        summary="Post a message",
        parameters=[IDEMPOTENCY_KEY, MESSAGE_LANGUAGE],
        request=shapes.PostSerializer,
        responses={201: shapes.MessageAnswer},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        place = self.place(request, to_write=True)
        reader = Reader.at(place, asked_language(request))
        draft = shapes.draft_of(parsed(shapes.PostSerializer, request))
        posted = posting.post_message(
            sender=self.sender(place), place=place, draft=draft, idempotency_key=idempotency_of(request)
        )
        return posted_answer(posted, place, reader)


class MessageView(PlaceView):
    @extend_schema(summary="One message", parameters=[MESSAGE_LANGUAGE], responses={200: shapes.MessageAnswer})
    def get(self, request: Request, message_id: str, **kwargs: Any) -> Response:
        place = self.place(request)
        reader = Reader.at(place, asked_language(request))
        rows = resources.rows_of(access.messages_in(place).filter(pk=message_id), reader.language)
        if not rows:
            raise NotFound
        return Response({"data": page_answer(Page(rows, {}), place, reader).data["data"][0]})

    @extend_schema(
        summary="Edit one's own message", request=shapes.EditSerializer, responses={200: shapes.MessageAnswer}
    )
    def patch(self, request: Request, message_id: str, **kwargs: Any) -> Response:
        place = self.place(request, to_write=True)
        data = parsed(shapes.EditSerializer, request)
        editing.edit_message(
            place=place,
            sender=self.sender(place),
            message_id=message_id,
            text=data["content"],
            language=data.get("language"),
            variants=data.get("translations"),
        )
        return self.show(request, place, message_id)

    @extend_schema(summary="Delete a message", responses={204: None})
    def delete(self, request: Request, message_id: str, **kwargs: Any) -> Response:
        place = self.place(request)
        editing.delete_message(place=place, sender=self.sender(place), message_id=message_id)
        return Response(status=204)


class RevisionsView(PlaceView):
    @extend_schema(
        summary="What a message said before, latest first",
        description="Owners and admins of the workspace.",
        responses={200: shapes.RevisionsAnswer},
    )
    def get(self, request: Request, message_id: str, **kwargs: Any) -> Response:
        place = self.place(request)
        message = access.message_in(place, message_id)
        if not place.is_moderator:
            raise Forbidden
        return paged(request, message.revisions.order_by("-revision"), resources.revision)


class RepliesView(PlaceView):
    @extend_schema(summary="A message's replies", parameters=CURSOR, responses={200: shapes.MessagesAnswer})
    def get(self, request: Request, message_id: str, **kwargs: Any) -> Response:
        place = self.place(request)
        reader = Reader.at(place, asked_language(request))
        replies = access.messages_in(place).filter(parent=access.message_in(place, message_id))
        cursor = cursor_of(request, place)
        return page_answer(page_of(replies, cursor, reader.language, place.conversation.last_seq), place, reader)


class ReactionView(PlaceView):
    @extend_schema(summary="React to a message", request=None, responses={200: shapes.MessageAnswer})
    def put(self, request: Request, message_id: str, emoji: str, **kwargs: Any) -> Response:
        place = self.place(request, to_write=True)
        reacting.add_reaction(place=place, message_id=message_id, emoji=emoji)
        return self.show(request, place, message_id)

    @extend_schema(summary="Take a reaction back", responses={204: None})
    def delete(self, request: Request, message_id: str, emoji: str, **kwargs: Any) -> Response:
        reacting.remove_reaction(place=self.place(request), message_id=message_id, emoji=emoji)
        return Response(status=204)


class PinView(PlaceView):
    @extend_schema(summary="Pin a message", request=None, responses={200: shapes.MessageAnswer})
    def put(self, request: Request, message_id: str, **kwargs: Any) -> Response:
        place = self.place(request, to_write=True)
        reacting.set_pin(place=place, message_id=message_id, pinned=True)
        return self.show(request, place, message_id)

    @extend_schema(summary="Unpin a message", responses={204: None})
    def delete(self, request: Request, message_id: str, **kwargs: Any) -> Response:
        reacting.set_pin(place=self.place(request, to_write=True), message_id=message_id, pinned=False)
        return Response(status=204)


class PinsView(PlaceView):
    @extend_schema(
        summary="Pinned messages, by their place in the conversation",
        parameters=CURSOR,
        responses={200: shapes.MessagesAnswer},
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        place = self.place(request)
        reader = Reader.at(place, asked_language(request))
        pinned = access.messages_in(place).filter(pinned_at__isnull=False)
        cursor = cursor_of(request, place)
        return page_answer(page_of(pinned, cursor, reader.language, place.conversation.last_seq), place, reader)


class ReportView(PlaceView):
    @extend_schema(
        summary="Ask staff to look at a message",
        request=shapes.ReportSerializer,
        responses={201: shapes.MessageAnswer, 200: shapes.MessageAnswer},
    )
    def post(self, request: Request, message_id: str, **kwargs: Any) -> Response:
        place = self.place(request)
        message = access.message_in(place, message_id)
        reason = parsed(shapes.ReportSerializer, request)["reason"]
        is_new = reacting.report_message(place=place, message=message, reason=reason)
        return self.show(request, place, message_id, status=201 if is_new else 200)


class ReadView(PlaceView):
    @extend_schema(
        summary="Say how far one has read", request=shapes.ReadSerializer, responses={200: shapes.ReadAnswer}
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        place = self.place(request)
        message_id = parsed(shapes.ReadSerializer, request)["message_id"]
        state = reacting.mark_read(place=place, message_id=message_id)
        return Response({"data": {"last_read_seq": state.last_read_seq, "unread_count": state.unread_count}})
