"""Posts by programs: automation in its user's name, webhooks in their own."""

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from accounts.identity.secrets import digest
from messaging import access
from messaging.actions.post import post_message
from messaging.api import schemas, serializers
from messaging.api.parsers import WebhookParser
from messaging.api.queries import IDEMPOTENCY_KEY, asked_language, idempotency_of
from messaging.api.viewsets.base import POSTS, WRITING
from messaging.api.viewsets.messages import post_answer
from messaging.context import Sender
from messaging.incoming import registry
from messaging.resources import Reader
from rosetta.errors import Unauthenticated
from rosetta.http.bodies import parsed, validated
from rosetta.http.permissions import Anyone
from rosetta.http.throttles import EVERYTHING, Limit, by_address
from rosetta.http.viewsets import ApiViewSet, policy
from workspaces.access import webhook_of
from workspaces.models import Webhook

SECRET_HEADER = "X-Rosetta-Webhook-Secret"  # noqa: S105
GITLAB_TOKEN = "X-Gitlab-Token"  # noqa: S105
SECRET = OpenApiParameter(
    SECRET_HEADER, str, OpenApiParameter.HEADER, description="The webhook's secret, where no bearer token can be sent."
)


def by_webhook(request: Request) -> str:
    """Return the webhook with the given secret, so that wrong guesses do not use up the real sender's limit."""
    return f"{request.parser_context['kwargs']['webhook_id']}:{digest(secret_of(request))}"


WEBHOOK_POSTS = Limit("webhook-post", "120/minute", by_webhook)
# Counted for failures alone, because many senders of webhooks may share one address.
WRONG_SECRETS = Limit("wrong-webhook-secret", "120/minute", by_address)


class AutomationMessageViewSet(ApiViewSet):
    tag = "Automation"
    refusals = WRITING
    limits = (POSTS, EVERYTHING)

    @policy(ability="automation:messages")
    @extend_schema(
        operation_id="postAutomationMessage",
        summary="Post to a channel as automation",
        description="Needs the ability `automation:messages`. The message is the token owner's, marked as automation.",
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.AutomationPostSerializer,
        responses={201: schemas.MessageAnswer},
        examples=[schemas.POST_EXAMPLE],
    )
    def create(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        user = caller(request)
        context = access.channel_context(user, workspace_id, channel_id, to_write=True)
        draft = serializers.draft_of(parsed(serializers.AutomationPostSerializer, request))
        sender = Sender(user=user, is_automation=True)
        key = idempotency_of(request)
        posted = post_message(sender=sender, context=context, draft=draft, idempotency_key=key)
        return post_answer(posted, context, Reader.for_context(context, asked_language(request)))


class WebhookMessageViewSet(ApiViewSet):
    tag = "Webhooks"
    parser_classes = (WebhookParser,)
    authentication_classes = ()
    permission_classes = (Anyone,)
    limits = (WEBHOOK_POSTS,)
    refusals = WRITING

    @extend_schema(
        operation_id="postWebhookMessage",
        summary="Post to a channel through a webhook",
        description=(
            "The secret is sent as `Authorization: Bearer whs_…`, as the password of `Authorization: Basic`, or in "
            "`X-Rosetta-Webhook-Secret` or `X-Gitlab-Token`.\n\n"
            "Besides its own JSON the route takes what is made for Slack (`text`, `attachments`, `blocks`; also in a form's "
            "field `payload`) and the JSON of GitHub, GitLab, Sentry, Grafana, Alertmanager and Uptime Kuma, told by their "
            "headers, by `format` or by their shape; `Content-Type` may say anything. All of it becomes one text, which is "
            "cut at 8,000 characters. 204: nothing is posted, as for GitHub's `ping`. Wrong secrets are limited by address to "
            "120 a minute."
        ),
        parameters=[
            IDEMPOTENCY_KEY,
            SECRET,
            OpenApiParameter("format", str, enum=registry.NAMES, description="Whose JSON the body is."),
        ],
        request={
            "application/json": serializers.WebhookPostSerializer,
            "application/x-www-form-urlencoded": schemas.WebhookForm,
            schemas.FOREIGN: OpenApiTypes.OBJECT,
        },
        responses={201: schemas.MessageAnswer, 204: None},
        examples=[schemas.POST_EXAMPLE, *schemas.WEBHOOK_EXAMPLES],
        auth=[],
    )
    def create(self, request: Request, webhook_id: str) -> Response:
        webhook = _webhook_of(request, webhook_id)
        asked = request.query_params.get("format") or None
        read = registry.read(cast(dict[str, Any], request.data), request.headers, asked)
        if read is None:
            return Response(status=204)
        body = validated(serializers.WebhookPostSerializer, read)
        context = access.webhook_context(webhook, body.get("channel_id"))
        key = idempotency_of(request)
        posted = post_message(
            sender=Sender(webhook=webhook), context=context, draft=serializers.draft_of(body), idempotency_key=key
        )
        return post_answer(posted, context, Reader.for_context(context))


def _webhook_of(request: Request, webhook_id: str) -> Webhook:
    """Return the webhook that the request posts through.

    Raises as ``webhook_of``; Throttled after many wrong secrets.
    """
    try:
        return webhook_of(webhook_id, secret_of(request))
    except Unauthenticated:
        WRONG_SECRETS.hit(request)
        raise


def secret_of(request: Request) -> str:
    """Return the webhook's secret from the header that the sender can set.

    Senders that only know an address send its user and password: ``https://rosetta:whs_…@chat.example.com/…``.
    """
    scheme, _, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        return str(raw.strip())
    if scheme.lower() == "basic":
        try:
            return b64decode(raw.strip(), validate=True).decode().partition(":")[2]
        except (NotBase64, ValueError):
            return ""
    return next((request.headers[name] for name in (SECRET_HEADER, GITLAB_TOKEN) if name in request.headers), "")
