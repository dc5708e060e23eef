"""Bodies of requests, as serializers read them."""

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers
from rest_framework.request import Request


def parsed(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body of ``request`` as ``serializer`` reads it. Raises ValidationError."""
    return dict(_reader(serializer, get_language()).run_validation(request.data))


@lru_cache(maxsize=1000)
def _reader(serializer: type[serializers.Serializer[Any]], language: str | None) -> serializers.Serializer[Any]:
    """One of a kind, for every request: DRF copies all fields of a serializer that is made, which takes longer than reading.

    One for each language too, as validators keep the first sentence that they say.
    """
    return serializer()
