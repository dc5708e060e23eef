"""Push devices, and when they may ring."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity import credentials
from accounts.identity.callers import caller
from devices import access, actions, resources
from devices.api import serializers
from rosetta.http.bodies import parsed, parsed_query
from rosetta.http.pagination import PAGING, paged
from rosetta.http.viewsets import ApiViewSet


class DeviceViewSet(ApiViewSet):
    tag = "Devices"
    lookup_url_kwarg: ClassVar[str] = "id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="registerDevice",
        summary="Register a push device",
        description=(
            "Registers a device or refreshes it; safe at every start of an app. The push token is the identity: sent by another "
            "account, it moves there. The device ends with the token or session that registered it last. "
            "A browser is a device too: `provider` `webpush`, with the endpoint and keys of its push subscription, made with "
            "`web_push_key` of `GET /me/notifications`."
        ),
        request=serializers.RegisterDeviceSerializer,
        responses={201: serializers.DeviceAnswer},
    )
    def create(self, request: Request) -> Response:
        fields = parsed(serializers.RegisterDeviceSerializer, request)
        optional = {name: fields.get(name) or None for name in ("device_id", "device_name", "app_version")}
        device = actions.register_device(
            user=caller(request),
            push_token=fields["push_token"],
            credential=credentials.of_request(request),
            platform=fields["platform"],
            provider=fields["provider"],
            **(fields["keys"] or {"p256dh": "", "auth": ""}),
            **optional,
        )
        return Response({"data": resources.device(device)}, status=201)

    @extend_schema(
        operation_id="deleteDevice",
        summary="Remove a push device",
        description="Removes one of the caller's own devices; no push goes to it from then on.",
        responses={204: None},
    )
    def destroy(self, request: Request, id: str) -> Response:
        actions.remove_device(device=access.own_device(caller(request), id))
        return Response(status=204)


class MyDeviceViewSet(ApiViewSet):
    tag = "Me"

    @extend_schema(
        operation_id="listMyDevices",
        summary="List my push devices",
        description="The caller's own devices. Push tokens are never shown.",
        parameters=[serializers.DeviceListQuery, *PAGING],
        responses={200: serializers.DeviceListAnswer},
    )
    def list(self, request: Request) -> Response:
        query = parsed_query(serializers.DeviceListQuery, request)
        devices = access.devices_of(caller(request))
        if "provider" in query:
            devices = devices.filter(provider=query["provider"])
        sort = query["sort"]
        return paged(request, devices.order_by(sort, "-pk" if sort.startswith("-") else "pk"), resources.device)


class PushPreferenceViewSet(ApiViewSet):
    tag = "Me"

    @extend_schema(
        operation_id="getMyNotifications",
        summary="Show when my devices may ring",
        description="Whether pushes are on for the caller, and in which hours none may come.",
        responses={200: serializers.PushPreferenceAnswer},
    )
    def retrieve(self, request: Request) -> Response:
        preference = access.push_preference_of(caller(request))
        return Response({"data": resources.push_preference(preference)})

    @extend_schema(
        operation_id="updateMyNotifications",
        summary="Choose when my devices may ring",
        description="Turns pushes on or off for the caller, and sets the hours in which none may come.",
        request=serializers.PushPreferenceSerializer,
        responses={200: serializers.PushPreferenceAnswer},
    )
    def update(self, request: Request) -> Response:
        fields = parsed(serializers.PushPreferenceSerializer, request)
        quiet_hours = fields["quiet_hours"] or {}
        preference = actions.set_push_preference(
            user=caller(request),
            is_enabled=fields["enabled"],
            quiet_from=quiet_hours.get("from"),
            quiet_until=quiet_hours.get("until"),
            time_zone=quiet_hours.get("time_zone", "UTC"),
        )
        return Response({"data": resources.push_preference(preference)})
