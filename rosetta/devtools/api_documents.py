"""The documents that describe the API, for checks and generators of clients."""

import json
from typing import Any

from django.test import RequestFactory
from django.urls import resolve, reverse
from drf_spectacular.generators import SchemaGenerator


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document, as JSON is: without tuples and lazy strings."""
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return _plain(json.dumps(document, default=str))


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI document.

    Asked of its view, because it belongs to a higher app.
    """
    path = reverse("asyncapi")
    view, args, kwargs = resolve(path)
    answer = view(RequestFactory().get(path, {"format": "json"}), *args, **kwargs)
    return _plain(answer.render().content)


def _plain(text: str | bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    return document
