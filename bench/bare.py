"""The least that Django does for a page: a view that reads the same fifty rows through its ORM and writes them as JSON.

Nobody is signed in, nothing is translated, two middlewares remain. How many of these a machine answers says how quick the
machine is, as pgbench does for posts. Settings and addresses in one: ``DJANGO_SETTINGS_MODULE=bench.bare``.
"""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import path

from rosetta.observability import health
from rosetta.settings import *  # noqa: F403

# The answer's length, and what allauth insists on.
MIDDLEWARE = ["django.middleware.common.CommonMiddleware", "allauth.account.middleware.AccountMiddleware"]
ROOT_URLCONF = "bench.bare"


def page(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """The newest fifty messages of a conversation, each column as it is."""
    from messaging.models import Message

    rows: list[dict[str, Any]] = list(
        Message.objects.filter(conversation_id=conversation_id).order_by("-seq").values()[:50]
    )
    return HttpResponse(orjson.dumps(rows, default=str), content_type="application/json")


urlpatterns = [path("readyz", health.readyz), path("page/<conversation_id>", page)]
