"""Paged lists: ``{"data": […], "meta": {…}, "links": {…}}``.

Message lists use cursors, in ``messaging``.
"""

from collections.abc import Callable, Iterable
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from rosetta.errors import Invalid
from rosetta.http.links import absolute

PER_PAGE = 15
MAX_PER_PAGE = 100
MAX_PAGE = 1_000_000_000
# The query parameters of a paged list, for the schema.
PAGING = [
    OpenApiParameter("page", int, description="The page's number, from 1."),
    OpenApiParameter("per_page", int, description=f"Rows a page: 1 to {MAX_PER_PAGE}, {PER_PAGE} by default."),
]


def query_int(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    """Read a whole number from query parameter ``name``.

    Raises Invalid outside ``low``–``high``.
    """
    raw = request.query_params.get(name)
    if raw is None or raw == "":
        return default
    if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        raise Invalid({name: [_("Enter a whole number.")]})
    value = int(raw)
    if not low <= value <= high:
        raise Invalid({name: [_("Choose a number from %(low)d to %(high)d.") % {"low": low, "high": high}]})
    return value


def query_flag(request: Request, name: str, *, default: bool) -> bool:
    """Read a boolean (``true``, ``1``, ``false``, ``0``) from query parameter ``name``. Raises Invalid."""
    raw = request.query_params.get(name)
    if raw is None or raw == "":
        return default
    if raw.lower() not in ("true", "1", "false", "0"):
        raise Invalid({name: [_("Choose true or false.")]})
    return raw.lower() in ("true", "1")


def paged(
    request: Request,
    rows: QuerySet[Any],
    present: Callable[[Any], Any] | None = None,
    *,
    present_all: Callable[[list[Any]], Iterable[Any]] | None = None,
) -> Response:
    """Return the page of ``rows`` that ``page`` and ``per_page`` name.

    A page past the end is empty.

    ``present`` turns one row into its resource; ``present_all`` turns a whole page, where that saves queries.
    """
    per_page = query_int(request, "per_page", default=PER_PAGE, low=1, high=MAX_PER_PAGE)
    page = query_int(request, "page", default=1, low=1, high=MAX_PAGE)
    total = rows.count()
    start = (page - 1) * per_page
    chosen = list(rows[start : start + per_page]) if start < total else []
    data = list(present_all(chosen)) if present_all else [present(row) if present else row for row in chosen]
    last_page = max(1, ceil(total / per_page))

    def link(number: int | None) -> str | None:
        if number is None:
            return None
        query = {**request.query_params.dict(), "page": str(number)}
        return f"{absolute(iri_to_uri(request.path_info))}?{urlencode(query)}"

    meta = {"current_page": page, "per_page": per_page, "last_page": last_page, "total": total}
    links = {
        "first": link(1),
        "last": link(last_page),
        "prev": link(min(page - 1, last_page) if page > 1 else None),
        "next": link(page + 1 if page < last_page else None),
    }
    return Response({"data": data, "meta": meta, "links": links})
