"""Outgoing webhooks: who outside hears what happens, and the log of what they were sent."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from rosetta.http.bodies import parsed
from rosetta.http.pagination import paged
from workspaces import access, actions, resources
from workspaces.api import schemas
from workspaces.api.base import PersonView
from workspaces.api.serializers import (
    SubscriptionCreateSerializer,
    SubscriptionUpdateSerializer,
)
from workspaces.models import WebhookDelivery, WebhookSubscription

SUBSCRIPTION = schemas.one(schemas.SubscriptionResource)
NEW_SUBSCRIPTION = schemas.one(schemas.NewSubscriptionResource)
DELIVERY = schemas.one(schemas.DeliveryResource)
STATUS = OpenApiParameter("status", str, enum=list(WebhookDelivery.Status.values), description="Only these.")


class Subscriptions(PersonView):
    tag = "Outgoing webhooks"

    @extend_schema(
        summary="List subscriptions",
        parameters=schemas.PAGING,
        responses=schemas.page_of(schemas.SubscriptionResource),
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        member = access.moderator(self.caller, workspace_id)
        rows = access.subscriptions_of(member.workspace)
        return paged(request, rows, resources.subscription)

    @extend_schema(
        summary="Subscribe an address to events",
        description="Deliveries are signed as Standard Webhooks with the `secret` that the answer shows this once.",
        request=SubscriptionCreateSerializer,
        responses={201: NEW_SUBSCRIPTION},
    )
    def post(self, request: Request, workspace_id: str) -> Response:
        member = access.team_moderator(self.caller, workspace_id)
        subscription = actions.create_subscription(member=member, **parsed(SubscriptionCreateSerializer, request))
        return Response({"data": resources.subscription(subscription, subscription.secret)}, status=201)


class SubscriptionDetail(PersonView):
    tag = "Outgoing webhooks"

    @extend_schema(summary="Show a subscription", responses=SUBSCRIPTION)
    def get(self, request: Request, workspace_id: str, subscription_id: str) -> Response:
        return Response({"data": resources.subscription(self.subscription(workspace_id, subscription_id))})

    @extend_schema(
        summary="Change a subscription",
        description="Switched on again, it hears what happens from then on.",
        request=SubscriptionUpdateSerializer,
        responses=NEW_SUBSCRIPTION,
    )
    def put(self, request: Request, workspace_id: str, subscription_id: str) -> Response:
        subscription = self.subscription(workspace_id, subscription_id)
        given = parsed(SubscriptionUpdateSerializer, request)
        subscription, secret = actions.update_subscription(subscription=subscription, **given)
        return Response({"data": resources.subscription(subscription, secret)})

    @extend_schema(summary="End a subscription", responses={204: None})
    def delete(self, request: Request, workspace_id: str, subscription_id: str) -> Response:
        actions.delete_subscription(subscription=self.subscription(workspace_id, subscription_id))
        return Response(status=204)

    def subscription(self, workspace_id: str, subscription_id: str) -> WebhookSubscription:
        return access.subscription_in(access.moderator(self.caller, workspace_id).workspace, subscription_id)


class Deliveries(PersonView):
    tag = "Outgoing webhooks"

    @extend_schema(
        summary="List deliveries",
        description="The newest first; they are kept for 14 days.",
        parameters=[STATUS, *schemas.PAGING],
        responses=schemas.page_of(schemas.DeliveryResource),
    )
    def get(self, request: Request, workspace_id: str, subscription_id: str) -> Response:
        member = access.moderator(self.caller, workspace_id)
        subscription = access.subscription_in(member.workspace, subscription_id)
        rows = access.deliveries_of(subscription, request.query_params.get("status"))
        return paged(request, rows, resources.delivery)


class DeliveryReplay(PersonView):
    tag = "Outgoing webhooks"

    @extend_schema(
        summary="Send a delivery again",
        description="Under the same id, whatever became of it before. A subscription that is switched off is a 409.",
        request=None,
        responses={200: DELIVERY, 409: schemas.REFUSAL},
    )
    def post(self, request: Request, workspace_id: str, subscription_id: str, delivery_id: str) -> Response:
        member = access.moderator(self.caller, workspace_id)
        subscription = access.subscription_in(member.workspace, subscription_id)
        delivery = actions.replay_delivery(delivery=access.delivery_of(subscription, delivery_id))
        return Response({"data": resources.delivery(delivery)})
