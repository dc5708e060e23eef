"""Bodies of device requests, and the shapes of the answers for the schema."""

import zoneinfo
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from devices.models import TOKEN_LENGTH, ConversationPreference, Device
from devices.transports.web_push import check_keys, checked_endpoint
from rosetta.http.addresses import AddressRefused
from rosetta.http.schema import data_of


class TokenField(serializers.CharField):
    """A provider's token: printable ASCII, as they all are."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not data.isascii() or not data.strip().isprintable():
            self.fail("invalid")
        return str(super().to_internal_value(data))


class BrowserKeys(serializers.Serializer[Any]):
    """The keys of a browser's push subscription, as its ``toJSON()`` gives them."""

    p256dh = TokenField(max_length=88, help_text="The browser's public key, in base64url.")
    auth = TokenField(max_length=24, help_text="The secret of 16 bytes, in base64url.")


class RegisterDeviceSerializer(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(Device.Platform.choices)
    provider = serializers.ChoiceField(Device.Provider.choices)
    push_token = TokenField(
        max_length=TOKEN_LENGTH,
        help_text="Issued by the provider, of `webpush` the subscription's `endpoint`; never shown again.",
    )
    keys = BrowserKeys(
        required=False, allow_null=True, default=None, help_text="Only of `webpush`: those of the subscription."
    )
    device_id = serializers.CharField(max_length=255, required=False, allow_null=True, allow_blank=True)
    device_name = serializers.CharField(max_length=255, required=False, allow_null=True, allow_blank=True)
    app_version = serializers.CharField(max_length=64, required=False, allow_null=True, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["provider"] != Device.Provider.WEB_PUSH:
            return {**attrs, "keys": None}
        try:
            checked_endpoint(attrs["push_token"])
        except AddressRefused:
            raise serializers.ValidationError({"push_token": [_("Enter a push service's https address.")]}) from None
        if attrs["keys"] is None:
            raise serializers.ValidationError({"keys": [_("This field is required.")]})
        try:
            check_keys(**attrs["keys"])
        except ValueError as error:
            raise serializers.ValidationError({"keys": {str(error): [_("Not a key of a browser.")]}}) from None
        return attrs


class DeviceListQuery(serializers.Serializer[Any]):
    SORTS = ("last_used_at", "-last_used_at", "created_at", "-created_at")

    provider = serializers.ChoiceField(
        Device.Provider.choices, required=False, help_text="List only devices that this provider reaches."
    )
    sort = serializers.ChoiceField(
        SORTS, required=False, default="-last_used_at", help_text="With `-`, the newest first."
    )


class QuietHours(serializers.Serializer[Any]):
    """From one time of the day to another, over midnight when the second is the earlier one."""

    until = serializers.TimeField(format="%H:%M", input_formats=["%H:%M"], help_text="`HH:MM`")
    time_zone = serializers.CharField(max_length=64, required=False, default="UTC", help_text="`Asia/Bangkok`")

    def get_fields(self) -> dict[str, Any]:
        start = serializers.TimeField(format="%H:%M", input_formats=["%H:%M"], help_text="`HH:MM`")
        return {"from": start, **super().get_fields()}

    def validate_time_zone(self, value: str) -> str:
        if value not in zoneinfo.available_timezones():
            raise serializers.ValidationError(_("Unknown time zone."))
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["from"] == attrs["until"]:
            raise serializers.ValidationError({"until": [_("Quiet hours need two different times.")]})
        return attrs


class PushPreferenceSerializer(serializers.Serializer[Any]):
    enabled = serializers.BooleanField(required=False, default=True)
    quiet_hours = QuietHours(required=False, allow_null=True, default=None)


class ConversationPreferenceSerializer(serializers.Serializer[Any]):
    level = serializers.ChoiceField(ConversationPreference.Level.choices)
    muted_until = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="No push from here before then."
    )


# ── Answers ──


class DeviceResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    platform = serializers.ChoiceField(Device.Platform.choices)
    provider = serializers.ChoiceField(Device.Provider.choices)
    device_id = serializers.CharField(allow_null=True)
    device_name = serializers.CharField(allow_null=True)
    app_version = serializers.CharField(allow_null=True)
    last_used_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class DeviceListAnswer(serializers.Serializer[Any]):
    data = DeviceResource(many=True)  # type: ignore[assignment]
    meta = serializers.DictField()
    links = serializers.DictField()


class PushPreferenceResource(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    quiet_hours = QuietHours(allow_null=True)
    transports = serializers.DictField(child=serializers.BooleanField(), help_text="Which ways out are on.")
    web_push_key = serializers.CharField(
        allow_null=True, help_text="With which browsers subscribe (`applicationServerKey`); null while Web Push is off."
    )


class ConversationPreferenceResource(serializers.Serializer[Any]):
    level = serializers.ChoiceField(ConversationPreference.Level.choices)
    muted_until = serializers.DateTimeField(allow_null=True)


DeviceAnswer = data_of(DeviceResource)
PushPreferenceAnswer = data_of(PushPreferenceResource)
ConversationPreferenceAnswer = data_of(ConversationPreferenceResource)
