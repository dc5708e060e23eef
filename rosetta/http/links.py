"""Absolute addresses of this service, as people and clients reach it."""

from typing import Any

from django.conf import settings
from django.urls import reverse


def absolute(path: str) -> str:
    """Return the address of ``path`` (which begins with ``/``) below ``PUBLIC_URL``, whose own path it keeps."""
    return f"{settings.PUBLIC_URL}{path}"


def link_to(name: str, **kwargs: Any) -> str:
    """Return the absolute address of the URL called ``name``. Raises NoReverseMatch."""
    return absolute(reverse(name, kwargs=kwargs))
