"""Incoming webhooks: their addresses and secrets.

``messaging`` serves what they post.
"""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from rosetta.http.bodies import parsed
from rosetta.http.pagination import PAGING, paged
from rosetta.http.viewsets import ApiViewSet
from workspaces import access, actions, resources
from workspaces.api import schemas
from workspaces.api.serializers import WebhookCreateSerializer, WebhookUpdateSerializer


class WebhookViewSet(ApiViewSet):
    tag = "Webhooks"
    lookup_url_kwarg: ClassVar[str] = "id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listWebhooks",
        summary="List incoming webhooks",
        description="For owners and admins. Secrets are not shown.",
        parameters=PAGING,
        responses={200: schemas.WebhookListAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        member = access.moderator(caller(request), workspace_id)
        return paged(request, access.webhooks_of(member.workspace), resources.webhook)

    @extend_schema(
        operation_id="createWebhook",
        summary="Create an incoming webhook",
        description="For owners and admins. Only this answer shows its `secret`.",
        request=WebhookCreateSerializer,
        responses={201: schemas.NewWebhookAnswer},
    )
    def create(self, request: Request, workspace_id: str) -> Response:
        member = access.moderator(caller(request), workspace_id)
        webhook, secret = actions.create_webhook(member=member, **parsed(WebhookCreateSerializer, request))
        return Response({"data": resources.webhook(webhook, secret)}, status=201)

    @extend_schema(
        operation_id="updateWebhook",
        summary="Change an incoming webhook",
        description=(
            "For owners and admins. Fields that are left out stay as they are. With `regenerate_secret` the answer shows "
            "a new `secret`, and the old one stops working at once."
        ),
        request=WebhookUpdateSerializer,
        responses={200: schemas.NewWebhookAnswer},
    )
    def update(self, request: Request, workspace_id: str, id: str) -> Response:
        member = access.moderator(caller(request), workspace_id)
        webhook = access.webhook_in(member.workspace, id)
        webhook, secret = actions.update_webhook(
            member=member, webhook=webhook, **parsed(WebhookUpdateSerializer, request)
        )
        return Response({"data": resources.webhook(webhook, secret)})

    @extend_schema(
        operation_id="deleteWebhook",
        summary="Delete an incoming webhook",
        description="For owners and admins. The messages that it posted stay.",
        responses={204: None},
    )
    def destroy(self, request: Request, workspace_id: str, id: str) -> Response:
        member = access.moderator(caller(request), workspace_id)
        actions.delete_webhook(webhook=access.webhook_in(member.workspace, id))
        return Response(status=204)
