"""Programs post: automation in its user's name, webhooks in their own."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.secrets import digest
from messaging import access
from messaging.actions import posting
from messaging.api import serializers as shapes
from messaging.api.views import IDEMPOTENCY_KEY, POSTS, WRITING, idempotency_of, posted_answer
from messaging.context import Sender
from messaging.pages import asked_language
from messaging.resources import Reader
from rosetta.http.bodies import parsed
from rosetta.http.permissions import Anyone
from rosetta.http.throttles import EVERYTHING, Limit
from rosetta.http.views import ApiView
from workspaces.access import webhook_of

SECRET_HEADER = "X-Rosetta-Webhook-Secret"  # noqa: S105


def by_webhook(request: Request) -> str:
    """The webhook with the secret that was said: who guesses does not use up what the real sender may post."""
    return f"{request.parser_context['kwargs']['webhook_id']}:{digest(secret_of(request))}"


WEBHOOK_POSTS = Limit("webhook-post", "120/minute", by_webhook)


class AutomationMessagesView(ApiView):
    tag = "Automation"
    abilities = {"POST": "automation:messages"}
    refusals = WRITING
    limits = (POSTS, EVERYTHING)

    @extend_schema(
        summary="Post as automation",
        parameters=[IDEMPOTENCY_KEY],
        request=shapes.AutomationPostSerializer,
        responses={201: shapes.MessageAnswer},
    )
    def post(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        user: Any = request.user
        place = access.channel_place(user, workspace_id, channel_id, to_write=True)
        draft = shapes.draft_of(parsed(shapes.AutomationPostSerializer, request))
        sender = Sender(user=user, is_automation=True)
        key = idempotency_of(request)
        posted = posting.post_message(sender=sender, place=place, draft=draft, idempotency_key=key)
        return posted_answer(posted, place, Reader.at(place, asked_language(request)))


class WebhookMessagesView(ApiView):
    """Takes what Slack-style senders write, too: ``text`` for ``content``."""

    tag = "Webhooks"
    authentication_classes = ()
    permission_classes = (Anyone,)
    limits = (WEBHOOK_POSTS,)
    refusals = WRITING

    @extend_schema(
        summary="Post through a webhook",
        description="The secret comes as `Authorization: Bearer whs_…` or in `X-Rosetta-Webhook-Secret`.",
        parameters=[IDEMPOTENCY_KEY, OpenApiParameter(SECRET_HEADER, str, OpenApiParameter.HEADER)],
        request=shapes.WebhookPostSerializer,
        responses={201: shapes.MessageAnswer},
        auth=[],
    )
    def post(self, request: Request, webhook_id: str) -> Response:
        webhook = webhook_of(webhook_id, secret_of(request))
        body = parsed(shapes.WebhookPostSerializer, request)
        place = access.webhook_place(webhook, body.get("channel_id"))
        key = idempotency_of(request)
        posted = posting.post_message(
            sender=Sender(webhook=webhook), place=place, draft=shapes.draft_of(body), idempotency_key=key
        )
        return posted_answer(posted, place, Reader.at(place))


def secret_of(request: Request) -> str:
    """The webhook's secret in either of its headers."""
    scheme, _, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return raw.strip() if scheme.lower() == "bearer" else request.headers.get(SECRET_HEADER, "")
