"""Messages: posting, reading, editing, deleting, and what readers do with them."""

from dataclasses import asdict
from typing import Any, ClassVar

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import access, resources
from messaging.actions.correct import correct_language
from messaging.actions.delete import delete_message
from messaging.actions.edit import edit_message
from messaging.actions.pin import set_pin
from messaging.actions.post import Posted, post_message
from messaging.actions.react import add_reaction, remove_reaction
from messaging.actions.read import mark_read, mark_unread
from messaging.actions.report import report_message
from messaging.actions.threads import mark_thread_read, set_following
from messaging.api import schemas, serializers
from messaging.api.queries import (
    CURSOR,
    IDEMPOTENCY_KEY,
    MESSAGE_LANGUAGE,
    asked_language,
    cursor_of,
    idempotency_of,
    is_collapsed,
)
from messaging.api.viewsets.base import POSTS, ConversationViewSet, InChannel, InDirectConversation
from messaging.context import ConversationContext
from messaging.pages import Page, newest_page, page_of
from messaging.resources import Reader
from messaging.translations import on_read as translations
from rosetta.errors import NotFound
from rosetta.http.bodies import parsed
from rosetta.http.pagination import PAGING, paged
from rosetta.http.throttles import EVERYTHING, Limit, by_caller
from rosetta.http.viewsets import policy

LANGUAGE_CORRECTIONS = Limit("language", "30/minute", by_caller)


def post_answer(posted: Posted, context: ConversationContext, reader: Reader) -> Response:
    """Answer 201 with the message.

    A replay says so and shows the message as it is now.
    """
    workspace_id = context.workspace_id
    data: dict[str, Any] | None
    if posted.is_replay:
        data = resources.message(posted.message.pk, workspace_id, reader)
    else:
        data = resources.fresh_message(posted.message, posted.translations, posted.attachments, workspace_id, reader)
    if data is not None and posted.client_id is not None:
        data["client_id"] = posted.client_id
    return Response({"data": data}, status=201, headers={"Idempotent-Replayed": "true"} if posted.is_replay else None)


def page_answer(page: Page, context: ConversationContext, reader: Reader) -> Response:
    """Answer a page of messages.

    Reading may write: translations that the page lacks in its reader's language are requested here.
    """
    rows = translations.ensure(rows=page.rows, scope_id=context.scope_id, reading=reader.reading)
    return Response({"data": resources.messages(rows, context.workspace_id, reader), "meta": page.meta})


class MessageListViewSet(ConversationViewSet):
    """The messages of a conversation as a list that is read and posted to."""

    @extend_schema(
        operation_id="list{Kind}Messages",
        summary="List the messages of a {conversation}",
        description=(
            "Messages are listed newest first, each in the caller's language where it is translated. Translations that "
            "are missing in that language are requested."
        ),
        parameters=CURSOR,
        responses={200: schemas.MessagesAnswer},
        examples=[schemas.PAGE_EXAMPLE],
    )
    def list(self, request: Request, **ids: Any) -> Response:
        context = self.context()
        reader = Reader.for_context(context, asked_language(request))
        cursor = cursor_of(request, context)
        if is_collapsed(request):
            messages = access.messages_in(context).filter(Q(parent=None) | Q(is_broadcast=True))
            page = page_of(messages, cursor, reader.language, context.conversation.last_seq)
        else:
            page = newest_page(context, cursor, reader.language)
        return page_answer(page, context, reader)

    @policy(limits=(POSTS, EVERYTHING))
    @extend_schema(
        operation_id="post{Kind}Message",
        summary="Post a message to a {conversation}",
        description=(
            "Stores the message and answers at once; its translations follow. With an `Idempotency-Key` the request may be "
            "repeated safely."
        ),
        parameters=[IDEMPOTENCY_KEY, MESSAGE_LANGUAGE],
        request=serializers.PostSerializer,
        responses={201: schemas.MessageAnswer},
        examples=[schemas.POST_EXAMPLE, schemas.POSTED_EXAMPLE],
    )
    def create(self, request: Request, **ids: Any) -> Response:
        context = self.context(to_write=True)
        reader = Reader.for_context(context, asked_language(request))
        draft = serializers.draft_of(parsed(serializers.PostSerializer, request))
        posted = post_message(
            sender=self.sender(context), context=context, draft=draft, idempotency_key=idempotency_of(request)
        )
        return post_answer(posted, context, reader)


class MessageViewSet(MessageListViewSet):
    """All that members do with the messages of a conversation."""

    lookup_url_kwarg: ClassVar[str] = "message_id"
    lookup_value_converter = "ulid"

    def message_answer(
        self, request: Request, context: ConversationContext, message_id: str, status: int = 200
    ) -> Response:
        reader = Reader.for_context(context, asked_language(request))
        return Response({"data": resources.message(message_id, context.workspace_id, reader)}, status=status)

    @extend_schema(
        operation_id="get{Kind}Message",
        summary="Show a message of a {conversation}",
        description=(
            "Shows one message in the caller's language where it is translated. A translation that is missing in that "
            "language is requested."
        ),
        parameters=[MESSAGE_LANGUAGE],
        responses={200: schemas.MessageAnswer},
        examples=[schemas.MESSAGE_EXAMPLE],
    )
    def retrieve(self, request: Request, message_id: str, **ids: Any) -> Response:
        context = self.context()
        reader = Reader.for_context(context, asked_language(request))
        rows = resources.rows_of(access.messages_in(context).filter(pk=message_id), reader.language)
        if not rows:
            raise NotFound
        rows = translations.ensure(rows=rows, scope_id=context.scope_id, reading=reader.reading)
        return Response({"data": resources.messages(rows, context.workspace_id, reader)[0]})

    @extend_schema(
        operation_id="edit{Kind}Message",
        summary="Edit one's own message in a {conversation}",
        description=(
            "Replaces the message's text, and translates it again. The previous text is kept for moderators. With `language` "
            "and no `content`, corrects the language that the message was taken to be in: any reader may, 30 times a "
            "minute. It is translated from that language, and what its writer says here is taken to be in it where it "
            "could be in any."
        ),
        request=serializers.EditSerializer,
        responses={200: schemas.MessageAnswer},
    )
    def partial_update(self, request: Request, message_id: str, **ids: Any) -> Response:
        context = self.context(to_write=True)
        data = parsed(serializers.EditSerializer, request)
        if "content" not in data:
            self.note_standing(LANGUAGE_CORRECTIONS.hit(request))
            correct_language(context=context, message_id=message_id, language=data["language"])
            return self.message_answer(request, context, message_id)
        edit_message(
            context=context,
            sender=self.sender(context),
            message_id=message_id,
            text=data["content"],
            language=data.get("language"),
            own_translations=data.get("translations"),
        )
        return self.message_answer(request, context, message_id)

    @extend_schema(
        operation_id="delete{Kind}Message",
        summary="Delete a message of a {conversation}",
        description=(
            "Deletes the message's text, files, translations and reactions, and leaves a stub. For its sender, and for the "
            "workspace's owners and admins."
        ),
        responses={204: None},
    )
    def destroy(self, request: Request, message_id: str, **ids: Any) -> Response:
        context = self.context()
        delete_message(context=context, sender=self.sender(context), message_id=message_id)
        return Response(status=204)

    @extend_schema(
        operation_id="list{Kind}MessageReplies",
        summary="List the replies to a message of a {conversation}",
        description="Replies are listed newest first, in the caller's language where they are translated.",
        parameters=CURSOR,
        responses={200: schemas.MessagesAnswer},
    )
    @action(detail=True, methods=["get"])
    def replies(self, request: Request, message_id: str, **ids: Any) -> Response:
        context = self.context()
        reader = Reader.for_context(context, asked_language(request))
        replies = access.messages_in(context).filter(parent=access.message_in(context, message_id))
        cursor = cursor_of(request, context)
        page = page_of(replies, cursor, reader.language, context.conversation.last_seq)
        return page_answer(page, context, reader)

    @extend_schema(
        operation_id="mark{Kind}MessageRepliesRead",
        summary="Mark the replies to a message of a {conversation} as read",
        description=(
            "Everything in the thread up to the reply counts as read for the caller, who follows it. The position never moves "
            "back. The conversation's own read position stays where it is."
        ),
        request=serializers.ThreadReadSerializer,
        responses={200: schemas.ThreadStateAnswer},
    )
    @action(detail=True, methods=["post"], url_path="replies/read", url_name="replies-read")
    def read_replies(self, request: Request, message_id: str, **ids: Any) -> Response:
        reply_id = parsed(serializers.ThreadReadSerializer, request)["message_id"]
        state = mark_thread_read(context=self.context(), message_id=message_id, reply_id=reply_id)
        return Response({"data": resources.thread_state(state)})

    @extend_schema(
        operation_id="follow{Kind}Thread",
        summary="Follow the thread of a message of a {conversation}",
        description=(
            "The caller is notified of its replies and finds it among the followed threads. The message's author, those who "
            "reply and those who are mentioned follow by themselves. Idempotent."
        ),
        request=None,
        responses={200: schemas.ThreadStateAnswer},
    )
    @action(detail=True, methods=["put"])
    def follow(self, request: Request, message_id: str, **ids: Any) -> Response:
        state = set_following(context=self.context(), message_id=message_id, is_following=True)
        return Response({"data": resources.thread_state(state)})

    @extend_schema(
        operation_id="unfollow{Kind}Thread",
        summary="Leave the thread of a message of a {conversation}",
        description="The caller is no longer notified of its replies, until they reply there again. Idempotent.",
        responses={204: None},
    )
    @follow.mapping.delete
    def unfollow(self, request: Request, message_id: str, **ids: Any) -> Response:
        set_following(context=self.context(), message_id=message_id, is_following=False)
        return Response(status=204)

    @extend_schema(
        operation_id="add{Kind}MessageReaction",
        summary="React to a message of a {conversation}",
        description=(
            "Adds one emoji in the caller's name, in any spelling (`❤` is `❤️`); a sequence that Unicode does not recommend for "
            "interchange is a 422. Idempotent."
        ),
        request=None,
        responses={200: schemas.MessageAnswer},
    )
    @action(detail=True, methods=["put"], url_path="reactions/<str:emoji>", url_name="reaction")
    def react(self, request: Request, message_id: str, emoji: str, **ids: Any) -> Response:
        context = self.context(to_write=True)
        add_reaction(context=context, message_id=message_id, emoji=emoji)
        return self.message_answer(request, context, message_id)

    @extend_schema(
        operation_id="remove{Kind}MessageReaction",
        summary="Remove a reaction from a message of a {conversation}",
        description="Removes one emoji of the caller's, in any spelling. Idempotent.",
        responses={204: None},
    )
    @react.mapping.delete
    def unreact(self, request: Request, message_id: str, emoji: str, **ids: Any) -> Response:
        remove_reaction(context=self.context(), message_id=message_id, emoji=emoji)
        return Response(status=204)

    @extend_schema(
        operation_id="list{Kind}MessageReactors",
        summary="List who reacted to a message of a {conversation} with an emoji",
        description="Who chose the emoji, in any spelling, the first one first. Nobody chose another text than an emoji.",
        parameters=PAGING,
        responses={200: schemas.ReactorsAnswer},
    )
    @react.mapping.get
    def reactors(self, request: Request, message_id: str, emoji: str, **ids: Any) -> Response:
        message = access.message_in(self.context(), message_id)
        return paged(request, resources.reactors_of(message, emoji), resources.reactor)

    @extend_schema(
        operation_id="list{Kind}MessageRevisions",
        summary="List the earlier texts of a message of a {conversation}",
        description="What the message said before each of its edits, latest first, for all who read the message.",
        parameters=PAGING,
        responses={200: schemas.RevisionsAnswer},
    )
    @action(detail=True, methods=["get"])
    def revisions(self, request: Request, message_id: str, **ids: Any) -> Response:
        context = self.context()
        message = access.message_in(context, message_id)
        return paged(request, message.revisions.order_by("-revision"), resources.revision)

    @extend_schema(
        operation_id="pin{Kind}Message",
        summary="Pin a message to its {conversation}",
        description="Any reader may pin a message. Idempotent.",
        request=None,
        responses={200: schemas.MessageAnswer},
    )
    @action(detail=True, methods=["put"])
    def pin(self, request: Request, message_id: str, **ids: Any) -> Response:
        context = self.context(to_write=True)
        set_pin(context=context, message_id=message_id, pinned=True)
        return self.message_answer(request, context, message_id)

    @extend_schema(
        operation_id="unpin{Kind}Message",
        summary="Unpin a message from its {conversation}",
        description="Any reader may unpin a message. Idempotent.",
        responses={204: None},
    )
    @pin.mapping.delete
    def unpin(self, request: Request, message_id: str, **ids: Any) -> Response:
        set_pin(context=self.context(to_write=True), message_id=message_id, pinned=False)
        return Response(status=204)

    @extend_schema(
        operation_id="report{Kind}Message",
        summary="Report a message of a {conversation} to staff",
        description="Asks the service's staff to look at what the message says now. 200 when the caller had reported it before.",
        request=serializers.ReportSerializer,
        responses={201: schemas.MessageAnswer, 200: schemas.MessageAnswer},
    )
    @action(detail=True, methods=["post"])
    def report(self, request: Request, message_id: str, **ids: Any) -> Response:
        context = self.context()
        message = access.message_in(context, message_id)
        reason = parsed(serializers.ReportSerializer, request)["reason"]
        is_new = report_message(context=context, message=message, reason=reason)
        return self.message_answer(request, context, message_id, status=201 if is_new else 200)


class PinViewSet(ConversationViewSet):
    @extend_schema(
        operation_id="list{Conversation}Pins",
        summary="List the pinned messages of a {conversation}",
        description="Pinned messages are listed by their position in the conversation, newest first.",
        parameters=CURSOR,
        responses={200: schemas.MessagesAnswer},
    )
    def list(self, request: Request, **ids: Any) -> Response:
        context = self.context()
        reader = Reader.for_context(context, asked_language(request))
        pinned = access.messages_in(context).filter(pinned_at__isnull=False)
        cursor = cursor_of(request, context)
        page = page_of(pinned, cursor, reader.language, context.conversation.last_seq)
        return page_answer(page, context, reader)


class ReadPositionViewSet(ConversationViewSet):
    @extend_schema(
        operation_id="mark{Conversation}Read",
        summary="Mark a {conversation} as read up to a message",
        description="Everything up to the message counts as read from now on. The position never moves back.",
        request=serializers.ReadSerializer,
        responses={200: schemas.ReadAnswer},
    )
    def create(self, request: Request, **ids: Any) -> Response:
        context = self.context()
        message_id = parsed(serializers.ReadSerializer, request)["message_id"]
        state = mark_read(context=context, message_id=message_id)
        return Response({"data": asdict(state)})


class UnreadPositionViewSet(ConversationViewSet):
    @extend_schema(
        operation_id="mark{Conversation}Unread",
        summary="Mark a {conversation} as unread from a message on",
        description="The message and what follows count as unread from now on: the read position moves back.",
        request=serializers.ReadSerializer,
        responses={200: schemas.ReadAnswer},
    )
    def create(self, request: Request, **ids: Any) -> Response:
        context = self.context()
        message_id = parsed(serializers.ReadSerializer, request)["message_id"]
        return Response({"data": asdict(mark_unread(context=context, message_id=message_id))})


class ChannelMessageViewSet(InChannel, MessageViewSet):
    pass


class DirectMessageViewSet(InDirectConversation, MessageViewSet):
    pass


class ChannelPinViewSet(InChannel, PinViewSet):
    pass


class DirectPinViewSet(InDirectConversation, PinViewSet):
    pass


class ChannelUnreadPositionViewSet(InChannel, UnreadPositionViewSet):
    pass


class DirectUnreadPositionViewSet(InDirectConversation, UnreadPositionViewSet):
    pass


class ChannelReadPositionViewSet(InChannel, ReadPositionViewSet):
    pass


class DirectReadPositionViewSet(InDirectConversation, ReadPositionViewSet):
    pass
