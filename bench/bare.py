"""A minimal Django page for comparison.

A view that reads the same fifty rows through the ORM and writes them as JSON.

Without sign-in and translation, with two middlewares. Its rate says how fast the machine is, as pgbench's does for posts.
Settings and URLs in one: ``DJANGO_SETTINGS_MODULE=bench.bare``.
"""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import path

from rosetta.settings import *  # noqa: F403

# The answer's length, and what allauth insists on.
MIDDLEWARE = ["django.middleware.common.CommonMiddleware", "allauth.account.middleware.AccountMiddleware"]
ROOT_URLCONF = "bench.bare"


def page(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Answer the newest fifty messages of a conversation, with all columns."""
    from messaging.models import Message

    rows: list[dict[str, Any]] = list(
        Message.objects.filter(conversation_id=conversation_id).order_by("-seq").values()[:50]
    )
    return HttpResponse(orjson.dumps(rows, default=str), content_type="application/json")


urlpatterns = [path("readyz", lambda request: HttpResponse()), path("page/<conversation_id>", page)]
