"""Incoming webhooks: their addresses and secrets. What they post is messaging's."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from rosetta.http.bodies import parsed
from rosetta.http.pagination import paged
from workspaces import access, actions, resources
from workspaces.api import schemas
from workspaces.api.base import PersonView
from workspaces.api.serializers import WebhookCreateSerializer, WebhookUpdateSerializer

NEW_WEBHOOK = schemas.one(schemas.NewWebhookResource)


class Webhooks(PersonView):
    tag = "Webhooks"

    @extend_schema(
        summary="List incoming webhooks",
        parameters=schemas.PAGING,
        responses=schemas.page_of(schemas.WebhookResource),
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        member = access.moderator(self.caller, workspace_id)
        rows = access.webhooks_of(member.workspace)
        return paged(request, rows, resources.webhook)

    @extend_schema(
        summary="Create an incoming webhook",
        description="The answer shows its `secret`, this once.",
        request=WebhookCreateSerializer,
        responses={201: NEW_WEBHOOK},
    )
    def post(self, request: Request, workspace_id: str) -> Response:
        member = access.moderator(self.caller, workspace_id)
        webhook, secret = actions.create_webhook(member=member, **parsed(WebhookCreateSerializer, request))
        return Response({"data": resources.webhook(webhook, secret)}, status=201)


class WebhookDetail(PersonView):
    tag = "Webhooks"

    @extend_schema(
        summary="Change an incoming webhook",
        description="With `regenerate_secret` the answer shows a new `secret`, and the old one opens nothing any more.",
        request=WebhookUpdateSerializer,
        responses=NEW_WEBHOOK,
    )
    def put(self, request: Request, workspace_id: str, webhook_id: str) -> Response:
        member = access.moderator(self.caller, workspace_id)
        webhook = access.webhook_in(member.workspace, webhook_id)
        given = parsed(WebhookUpdateSerializer, request)
        webhook, secret = actions.update_webhook(member=member, webhook=webhook, **given)
        return Response({"data": resources.webhook(webhook, secret)})

    @extend_schema(summary="Delete an incoming webhook", responses={204: None})
    def delete(self, request: Request, workspace_id: str, webhook_id: str) -> Response:
        member = access.moderator(self.caller, workspace_id)
        actions.delete_webhook(webhook=access.webhook_in(member.workspace, webhook_id))
        return Response(status=204)
