"""Read bodies and query strings of requests by serializers."""

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers
from rest_framework.request import Request


def parsed(
    serializer: type[serializers.Serializer[Any]], request: Request, *, context: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the body of ``request`` as ``serializer`` reads it.

    Raises ValidationError.

    ``context`` is for serializers that check against it, such as who calls; they are made anew for each request.
    """
    if context is None:
        return validated(serializer, request.data)
    return dict(serializer(context=context).run_validation(request.data))


def validated(serializer: type[serializers.Serializer[Any]], body: Any) -> dict[str, Any]:
    """Return ``body``, the data of a request or what was made of it, as ``serializer`` reads it. Raises ValidationError."""
    return dict(_reader(serializer, get_language()).run_validation(body))


def parsed_query(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the query parameters of ``request`` as ``serializer`` reads them.

    An empty one counts as absent.

    Raises ValidationError.
    """
    given = {name: value for name, value in request.query_params.items() if value != ""}
    return dict(_reader(serializer, get_language()).run_validation(given))


@lru_cache(maxsize=1000)
def _reader(serializer: type[serializers.Serializer[Any]], language: str | None) -> serializers.Serializer[Any]:
    """Return the one instance of ``serializer`` that reads every request.

    One for all, because DRF copies all fields of each new serializer, which takes longer than reading. One for each language,
    because validators keep the first sentence that they say.
    """
    return serializer()
