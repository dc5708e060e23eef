"""Outgoing webhooks: the addresses that receive a workspace's events, and the log of deliveries."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from rosetta.http.bodies import parsed
from rosetta.http.pagination import PAGING, paged
from rosetta.http.viewsets import ApiViewSet
from workspaces import access, actions, resources
from workspaces.api import schemas
from workspaces.api.serializers import SubscriptionCreateSerializer, SubscriptionUpdateSerializer
from workspaces.models import WebhookDelivery, WebhookSubscription

STATUS = OpenApiParameter(
    "status", str, enum=list(WebhookDelivery.Status.values), description="List only deliveries with this status."
)


def _subscription(request: Request, workspace_id: str, subscription_id: str) -> WebhookSubscription:
    """Return a subscription that the caller moderates. Raises NotFound, Forbidden."""
    return access.subscription_in(access.moderator(caller(request), workspace_id).workspace, subscription_id)


class WebhookSubscriptionViewSet(ApiViewSet):
    tag = "Outgoing webhooks"
    lookup_url_kwarg: ClassVar[str] = "subscription_id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listWebhookSubscriptions",
        summary="List subscriptions",
        description="For owners and admins. Secrets are not shown.",
        parameters=PAGING,
        responses={200: schemas.SubscriptionListAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        member = access.moderator(caller(request), workspace_id)
        return paged(request, access.subscriptions_of(member.workspace), resources.subscription)

    @extend_schema(
        operation_id="createWebhookSubscription",
        summary="Subscribe an address to events",
        description=(
            "For owners and admins. Deliveries are signed as Standard Webhooks with the `secret`, which only this answer "
            "shows."
        ),
        request=SubscriptionCreateSerializer,
        responses={201: schemas.NewSubscriptionAnswer},
    )
    def create(self, request: Request, workspace_id: str) -> Response:
        member = access.team_moderator(caller(request), workspace_id)
        subscription = actions.create_subscription(member=member, **parsed(SubscriptionCreateSerializer, request))
        return Response({"data": resources.subscription(subscription, subscription.secret)}, status=201)

    @extend_schema(
        operation_id="getWebhookSubscription",
        summary="Show a subscription",
        description="For owners and admins. The secret is not shown.",
        responses={200: schemas.SubscriptionAnswer},
    )
    def retrieve(self, request: Request, workspace_id: str, subscription_id: str) -> Response:
        return Response({"data": resources.subscription(_subscription(request, workspace_id, subscription_id))})

    @extend_schema(
        operation_id="updateWebhookSubscription",
        summary="Change a subscription",
        description=(
            "For owners and admins. Fields that are left out stay as they are. A subscription that is switched on again "
            "receives the events from then on. With `regenerate_secret` the answer shows a new `secret`."
        ),
        request=SubscriptionUpdateSerializer,
        responses={200: schemas.NewSubscriptionAnswer},
    )
    def update(self, request: Request, workspace_id: str, subscription_id: str) -> Response:
        member = access.moderator(caller(request), workspace_id)
        subscription = access.subscription_in(member.workspace, subscription_id)
        fields = parsed(SubscriptionUpdateSerializer, request)
        subscription, secret = actions.update_subscription(subscription=subscription, member=member, **fields)
        return Response({"data": resources.subscription(subscription, secret)})

    @extend_schema(
        operation_id="deleteWebhookSubscription",
        summary="Delete a subscription",
        description="For owners and admins. The address receives nothing from then on, and its log is deleted.",
        responses={204: None},
    )
    def destroy(self, request: Request, workspace_id: str, subscription_id: str) -> Response:
        actions.delete_subscription(subscription=_subscription(request, workspace_id, subscription_id))
        return Response(status=204)

    @extend_schema(
        operation_id="testWebhookSubscription",
        summary="Send a test delivery",
        description=(
            "For owners and admins. A delivery of the type `webhook.test` with empty `data` and `seq` 0, signed and retried "
            "like any other; the log says what became of it. A subscription that is switched off answers 409."
        ),
        request=None,
        responses={201: schemas.DeliveryAnswer, 409: schemas.REFUSAL},
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, workspace_id: str, subscription_id: str) -> Response:
        delivery = actions.send_test(subscription=_subscription(request, workspace_id, subscription_id))
        return Response({"data": resources.delivery(delivery)}, status=201)


class WebhookDeliveryViewSet(ApiViewSet):
    tag = "Outgoing webhooks"
    lookup_url_kwarg: ClassVar[str] = "delivery_id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listWebhookDeliveries",
        summary="List deliveries",
        description="For owners and admins, newest first. Deliveries are kept for 14 days.",
        parameters=[STATUS, *PAGING],
        responses={200: schemas.DeliveryListAnswer},
    )
    def list(self, request: Request, workspace_id: str, subscription_id: str) -> Response:
        subscription = _subscription(request, workspace_id, subscription_id)
        deliveries = access.deliveries_of(subscription, request.query_params.get("status"))
        return paged(request, deliveries, resources.delivery)

    @extend_schema(
        operation_id="replayWebhookDelivery",
        summary="Send a delivery again",
        description=(
            "For owners and admins. It is sent under the same id, whatever its status. A subscription that is switched "
            "off answers 409."
        ),
        request=None,
        responses={200: schemas.DeliveryAnswer, 409: schemas.REFUSAL},
    )
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, workspace_id: str, subscription_id: str, delivery_id: str) -> Response:
        subscription = _subscription(request, workspace_id, subscription_id)
        delivery = actions.replay_delivery(delivery=access.delivery_of(subscription, delivery_id))
        return Response({"data": resources.delivery(delivery)})
