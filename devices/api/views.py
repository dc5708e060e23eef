"""Registering devices, and saying when they may ring."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity import credentials
from accounts.identity.callers import caller
from devices import access, actions, resources
from devices.api import serializers
from rosetta.http.pagination import paged
from rosetta.http.views import ApiView


class DevicesView(ApiView):
    tag = "Devices"

    @extend_schema(
        operation_id="registerDevice",
        request=serializers.RegisterDeviceSerializer,
        responses={201: serializers.DeviceAnswer},
    )
    def post(self, request: Request) -> Response:
        """Register a device or refresh it; safe at every start of an app.

        The push token is the identity: sent by another account, it moves there. The device ends with the token or session
        that registered it last.
        """
        body = serializers.RegisterDeviceSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        told = {name: asked.get(name) or None for name in ("device_id", "device_name", "app_version")}
        device = actions.register_device(
            user=caller(request),
            push_token=asked["push_token"],
            credential=credentials.of_request(request),
            platform=asked["platform"],
            provider=asked["provider"],
            **told,
        )
        return Response({"data": resources.device(device)}, status=201)


class DeviceView(ApiView):
    tag = "Devices"

    @extend_schema(operation_id="removeDevice", responses={204: None})
    def delete(self, request: Request, device_id: str) -> Response:
        """Remove one of one's own devices."""
        actions.remove_device(device=access.own_device(caller(request), device_id))
        return Response(status=204)


class MyDevicesView(ApiView):
    tag = "Me"

    @extend_schema(
        operation_id="listMyDevices",
        parameters=[
            serializers.DeviceListQuery,
            OpenApiParameter("page", int),
            OpenApiParameter("per_page", int, description="1–100, 15 unless said."),
        ],
        responses={200: serializers.DeviceListAnswer},
    )
    def get(self, request: Request) -> Response:
        """One's own devices; push tokens are never shown."""
        given = {name: value for name, value in request.query_params.items() if value != ""}
        query = serializers.DeviceListQuery(data=given)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        rows = access.devices_of(caller(request))
        if "provider" in asked:
            rows = rows.filter(provider=asked["provider"])
        sort = asked["sort"]
        return paged(request, rows.order_by(sort, "-pk" if sort.startswith("-") else "pk"), resources.device)


class MyNotificationsView(ApiView):
    tag = "Me"

    @extend_schema(operation_id="showMyNotifications", responses={200: serializers.PushPreferenceAnswer})
    def get(self, request: Request) -> Response:
        """Whether and when one's devices may ring."""
        user = caller(request)
        return Response({"data": resources.push_preference(access.push_preference_of(user))})

    @extend_schema(
        operation_id="setMyNotifications",
        request=serializers.PushPreferenceSerializer,
        responses={200: serializers.PushPreferenceAnswer},
    )
    def put(self, request: Request) -> Response:
        """Turn pushes on or off, and say in which hours none shall come."""
        body = serializers.PushPreferenceSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        quiet = body.validated_data["quiet_hours"] or {}
        row = actions.set_push_preference(
            user=caller(request),
            is_enabled=body.validated_data["enabled"],
            quiet_from=quiet.get("from"),
            quiet_until=quiet.get("until"),
            time_zone=quiet.get("time_zone", "UTC"),
        )
        return Response({"data": resources.push_preference(row)})
