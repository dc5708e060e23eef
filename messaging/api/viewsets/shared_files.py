"""The files of a conversation, and of all channels of a workspace that somebody reads."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging import access, resources
from messaging.api import schemas
from messaging.api.viewsets.base import ConversationViewSet, InChannel, InDirectConversation
from messaging.errors import unknown_id
from messaging.pages import LIMIT, MAX_LIMIT, seq_of
from messaging.resources import Reader
from messaging.search.files import KINDS, FilePage, files_in, has_kind, has_words, readable_channel_ids
from rosetta.http.pagination import query_int
from rosetta.http.viewsets import ApiViewSet
from rosetta.ids import parse_ulid
from workspaces.access import membership
from workspaces.api.serializers import query_text

FILTERS = [
    OpenApiParameter("kind", str, enum=KINDS, description="Files of this kind alone."),
    OpenApiParameter("q", str, description="Words in the file's name."),
    OpenApiParameter("before", str, description="A message's id: the files of older ones."),
    OpenApiParameter("limit", int, description=f"Messages with files a page: 1 to {MAX_LIMIT}, {LIMIT} by default."),
]


class ConversationFileViewSet(ConversationViewSet):
    tag = "Attachments"

    @extend_schema(
        operation_id="list{Conversation}Files",
        summary="List the files of a {conversation}",
        description="Newest first, with who sent each in which message. A page has the files of `limit` messages.",
        parameters=FILTERS,
        responses={200: schemas.SharedFilesAnswer},
    )
    def list(self, request: Request, **ids: Any) -> Response:
        context = self.context()
        before = request.query_params.get("before") or None
        if before is not None and seq_of(context, before) is None:
            raise unknown_id("before")
        workspace_id = context.workspace.pk if context.workspace is not None else None
        reader = Reader.for_context(context)
        return _answer(request, [str(context.conversation.pk)], workspace_id, reader, parse_ulid(before))


class ChannelFileViewSet(InChannel, ConversationFileViewSet):
    pass


class DirectFileViewSet(InDirectConversation, ConversationFileViewSet):
    pass


class WorkspaceFileViewSet(ApiViewSet):
    tag = "Attachments"

    @extend_schema(
        operation_id="listWorkspaceFiles",
        summary="List the files of a workspace",
        description="Of the channels that the caller reads, newest first. A page has the files of `limit` messages.",
        parameters=FILTERS,
        responses={200: schemas.SharedFilesAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        member = membership(caller(request), workspace_id)
        raw = request.query_params.get("before") or None
        before = parse_ulid(raw)
        if raw is not None and (before is None or not access.is_readable(member, before)):
            raise unknown_id("before")
        reader = Reader(member.reading, member.user_id)
        return _answer(request, readable_channel_ids(member), member.workspace_id, reader, before)


def _answer(
    request: Request, conversation_ids: list[str], workspace_id: str | None, reader: Reader, before: str | None
) -> Response:
    kind = request.query_params.get("kind") or None
    if kind is not None and kind not in KINDS:
        raise unknown_id("kind")
    words = query_text(request, "q")
    limit = query_int(request, "limit", default=LIMIT, low=1, high=MAX_LIMIT)
    page = files_in(conversation_ids, language=reader.language, kind=kind, words=words, limit=limit, before=before)
    rows = [
        row
        for row in resources.shared_files(page.rows, workspace_id, reader)
        if has_kind(row["mime_type"], kind) and has_words(row["client_name"], words)
    ]
    return Response({"data": rows, "meta": _meta(page)})


def _meta(page: FilePage) -> dict[str, Any]:
    return {
        "has_more": page.next_before is not None,
        "next_before": page.next_before,
        "next_after": None,
        "last_seq": None,
    }
