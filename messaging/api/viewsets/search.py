"""Search for messages of a workspace."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging import access, content, resources
from messaging.api import schemas
from messaging.api.queries import MESSAGE_LANGUAGE, PAGE_SIZE, asked_language
from messaging.errors import unknown_id
from messaging.pages import LIMIT, MAX_LIMIT
from messaging.resources import Reader
from messaging.search.filters import split_filters
from messaging.search.finding import SearchPage, find, find_best
from messaging.search.text import SearchQuery
from messaging.translations.on_read import request_missing_translations
from rosetta.errors import Invalid
from rosetta.http.pagination import query_int
from rosetta.http.throttles import EVERYTHING, Limit, by_caller
from rosetta.http.viewsets import ApiViewSet
from rosetta.ids import parse_ulid
from rosetta.languages import Reading
from workspaces.access import membership
from workspaces.models import Member

MAX_QUERY = 200
SORTS = ("date", "relevance")
SEARCHES = Limit("search", "120/minute", by_caller)


class SearchViewSet(ApiViewSet):
    tag = "Messages"
    limits = (SEARCHES, EVERYTHING)

    @extend_schema(
        operation_id="searchMessages",
        summary="Search the messages of a workspace",
        description=(
            "Finds messages that contain every word, in the original or in the caller's language, in channels that the "
            'caller reads; newest first. Case and width are ignored, and `"a phrase"` is found as it is written. Words of '
            "three letters and more also match the beginnings of longer words; two characters of Chinese, Japanese or Thai "
            "are enough. Accents of Latin letters are ignored. Emoji and signs cannot be looked for: `meta.ignored` names them."
            "\n\n"
            "Filters may stand among the words or alone: `from:` a member's name, `me` or an id, `in:` a channel's name, slug or "
            "id, `has:` `file`, `image`, `link` or `reaction`, `is:` `pinned` or `thread`, `after:` and `before:` a day, month "
            'or year (`2026-05-31`). Values with blanks stand in quotation marks: `from:"Ann Baker"`. Several of `from:` or of '
            "`in:` mean any of them. A filter that says nothing is named in `meta.ignored` too."
        ),
        parameters=[
            OpenApiParameter("q", str, required=True, description=f"1–{MAX_QUERY} characters."),
            OpenApiParameter("before", str, description="A message's id: the results older than it."),
            OpenApiParameter(
                "sort",
                str,
                enum=SORTS,
                description="Newest first by default; `relevance`: the best of the newest 200, on one page.",
            ),
            OpenApiParameter(
                "time_zone", str, description="Whose days `before:` and `after:` mean, such as `Asia/Tokyo`."
            ),
            PAGE_SIZE,
            MESSAGE_LANGUAGE,
        ],
        responses={200: schemas.FoundMessagesAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        user = caller(request)
        member = membership(user, workspace_id)
        asked = asked_language(request)
        reading = Reading(asked) if asked else member.reading
        words, filters = split_filters(_query(request), _zone(request))
        query = SearchQuery.of(words)
        limit = query_int(request, "limit", default=LIMIT, low=1, high=MAX_LIMIT)
        before = _before(request, member)
        if _sort(request) == "relevance" and before is None:
            page = find_best(member=member, reading=reading, query=query, limit=limit, filters=filters)
        else:
            page = find(member=member, reading=reading, query=query, limit=limit, before=before, filters=filters)
        # Not ``ensure``: a result is shown as it was found, beside its snippet.
        request_missing_translations(rows=page.rows, scope_id=member.workspace_id, reading=reading)
        data = _resources(page, member, Reader(reading, user.pk))
        return Response({"data": data, "meta": _meta(page) | {"ignored": [*query.ignored, *filters.ignored]}})


def _resources(page: SearchPage, member: Member, reader: Reader) -> list[dict[str, Any]]:
    messages = resources.messages(page.rows, member.workspace_id, reader, page.names)
    return [message | {"snippet": snippet} for message, snippet in zip(messages, page.snippets, strict=True)]


def _meta(page: SearchPage) -> dict[str, Any]:
    return {
        "has_more": page.next_before is not None,
        "next_before": page.next_before,
        "next_after": None,
        "last_seq": None,
    }


def _query(request: Request) -> str:
    query = request.query_params.get("q", "").strip()
    if not query:
        raise Invalid({"q": [content.required_text()]})
    if len(query) > MAX_QUERY:
        raise Invalid({"q": [_("The query must not be greater than %(max)d characters.") % {"max": MAX_QUERY}]})
    return query


def _sort(request: Request) -> str:
    """Return the order in ``?sort=``. Raises Invalid."""
    raw = request.query_params.get("sort") or SORTS[0]
    if raw not in SORTS:
        raise unknown_id("sort")
    return raw


def _zone(request: Request) -> ZoneInfo:
    """Return the zone in ``?time_zone=``, UTC without one. Raises Invalid."""
    raw = request.query_params.get("time_zone") or "UTC"
    try:
        return ZoneInfo(raw)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise Invalid({"time_zone": [_("Unknown time zone.")]}) from None


def _before(request: Request, member: Member) -> str | None:
    """Return the message in ``?before=``.

    Raises Invalid for one that ``member`` cannot read.
    """
    raw = request.query_params.get("before")
    if not raw:
        return None
    message_id = parse_ulid(raw)
    if message_id is None or not access.is_readable(member, message_id):
        raise unknown_id("before")
    return message_id
