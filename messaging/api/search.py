"""Search over HTTP."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import access, content, resources
from messaging.actions import translating
from messaging.api.serializers import CursorMeta, MessageResource
from messaging.api.views import MESSAGE_LANGUAGE
from messaging.errors import unknown_id
from messaging.pages import LIMIT, MAX_LIMIT, asked_language
from messaging.resources import Home, Reader
from messaging.search.finding import Found, find
from messaging.search.text import Asked
from rosetta.errors import Invalid
from rosetta.http.pagination import query_int
from rosetta.http.schema import data_of
from rosetta.http.throttles import EVERYTHING, Limit, by_caller
from rosetta.http.views import ApiView
from rosetta.ids import parse_ulid
from workspaces.access import membership
from workspaces.models import Member

MAX_QUERY = 200
SEARCHES = Limit("search", "120/minute", by_caller)


class FoundMessageResource(MessageResource):
    snippet = serializers.CharField(help_text="Plain text around the first hit, in the language in which it was found.")


class SearchMeta(CursorMeta):
    last_seq = serializers.IntegerField(allow_null=True, help_text="Null: results are of several conversations.")


class SearchView(ApiView):
    """Messages by their words."""

    tag = "Messages"
    limits = (SEARCHES, EVERYTHING)

    @extend_schema(
        summary="Search a workspace's messages",
        description=(
            "Finds messages that have every word, in the original or in the caller's language, without case or width, in "
            'channels that the caller reads; newest first. Words of three letters and more also find longer words; `"a '
            'phrase"` is found as it stands. Two characters of Chinese, Japanese or Thai are enough.'
        ),
        parameters=[
            OpenApiParameter("q", str, required=True, description="1–200 characters."),
            OpenApiParameter("before", str, description="A message's id: the results older than it."),
            OpenApiParameter("limit", int, description="1–100, 50 unless said."),
            MESSAGE_LANGUAGE,
        ],
        responses={200: data_of(FoundMessageResource, many=True, meta=SearchMeta)},
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        user: Any = request.user
        member = membership(user, workspace_id)
        language = asked_language(request) or member.language
        found = find(
            member=member,
            language=language,
            asked=Asked.of(_query(request)),
            limit=query_int(request, "limit", default=LIMIT, low=1, high=MAX_LIMIT),
            before=_before(request, member),
        )
        meta = {
            "has_more": found.next_before is not None,
            "next_before": found.next_before,
            "next_after": None,
            "last_seq": None,
        }
        return Response({"data": _shown(found, member, Reader(language, user.pk)), "meta": meta})


def _shown(found: Found, member: Member, reader: Reader) -> list[dict[str, Any]]:
    translating.owe_on_read(rows=found.rows, scope_id=member.workspace_id, language=reader.language)
    shown = resources.messages(found.rows, Home(member.workspace_id), reader)
    return [message | {"snippet": snippet} for message, snippet in zip(shown, found.snippets, strict=True)]


def _query(request: Request) -> str:
    query = request.query_params.get("q", "").strip()
    if not query:
        raise Invalid({"q": [content.required_text()]})
    if len(query) > MAX_QUERY:
        raise Invalid({"q": [_("The query must not be greater than %(max)d characters.") % {"max": MAX_QUERY}]})
    return query


def _before(request: Request, member: Member) -> str | None:
    """The message in ``before``, if ``member`` may know of it. Raises Invalid."""
    raw = request.query_params.get("before")
    if not raw:
        return None
    message_id = parse_ulid(raw)
    if message_id is None or not access.is_readable(member, message_id):
        raise unknown_id("before")
    return message_id
