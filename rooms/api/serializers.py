"""Bodies of room requests, and shapes of answers for the OpenAPI document."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

from messaging.api.serializers import StringField
from rooms.access import STATUSES
from rosetta import languages
from rosetta.http.fields import NameField
from rosetta.http.schema import MESSAGE, data_of

MAX_REFERENCE = 255


class TextNameField(NameField):
    """A ``NameField`` that takes strings only, not numbers that could be read as one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class HoursField(serializers.IntegerField):
    """A whole number of hours, from 1.

    The owner's limit is checked by the action, with an error code of its own.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, required=False, allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or (isinstance(data, float) and not data.is_integer()):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class CreateRoomSerializer(serializers.Serializer[Any]):
    name = TextNameField(max_length=120)
    external_reference = StringField(
        max_length=MAX_REFERENCE,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="The developer's own id of the room.",
    )
    ttl_hours = HoursField(help_text="Hours until it expires; the owner's default unless given.")


class ExtendRoomSerializer(serializers.Serializer[Any]):
    extension_hours = HoursField(help_text="Hours to add; the owner's largest single extension unless given.")


class RoomListQuery(serializers.Serializer[Any]):
    status = serializers.ChoiceField(
        STATUSES, required=False, error_messages={"invalid_choice": _("The selected status is invalid.")}
    )
    external_reference = StringField(
        max_length=MAX_REFERENCE,
        required=False,
        trim_whitespace=False,
        error_messages={"max_length": _("The external reference is invalid.")},
    )


class JoinSerializer(serializers.Serializer[Any]):
    nickname = TextNameField(max_length=80)
    preferred_language = serializers.ChoiceField(languages.CODES)


# ── Answers ──


class JoinHintResource(serializers.Serializer[Any]):
    method = serializers.CharField()
    endpoint = serializers.URLField()


class RoomResource(serializers.Serializer[Any]):
    room_id = serializers.CharField()
    workspace_id = serializers.CharField(help_text="The same as `room_id`.")
    channel_id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(["temporary_room"])
    status = serializers.ChoiceField(STATUSES)
    external_reference = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField()
    max_expires_at = serializers.DateTimeField(help_text="The latest end that extensions may reach.")
    extension_count = serializers.IntegerField()
    join = JoinHintResource()


class RoomListAnswer(serializers.Serializer[Any]):
    data = RoomResource(many=True)  # type: ignore[assignment]
    meta = serializers.DictField()
    links = serializers.DictField()


class GuestResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    nickname = serializers.CharField()
    preferred_language = serializers.CharField()
    joined_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()


class GuestListAnswer(serializers.Serializer[Any]):
    data = GuestResource(many=True)  # type: ignore[assignment]
    meta = serializers.DictField()
    links = serializers.DictField()


class JoinedGuestResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    nickname = serializers.CharField()
    preferred_language = serializers.CharField()


class GuestSessionResource(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="`grst_…`; only this answer shows it.")
    token_type = serializers.ChoiceField(["guest"])
    header = serializers.CharField()
    expires_at = serializers.DateTimeField()


class JoinedRoomResource(serializers.Serializer[Any]):
    room_id = serializers.CharField()
    workspace_id = serializers.CharField()
    channel_id = serializers.CharField()
    name = serializers.CharField()
    display_name = serializers.CharField(
        help_text="The name in the guest's language, or as given while it is not translated."
    )
    status = serializers.ChoiceField(STATUSES)
    expires_at = serializers.DateTimeField()


class JoinedResource(serializers.Serializer[Any]):
    guest = JoinedGuestResource()
    session = GuestSessionResource()
    room = JoinedRoomResource()


class UsageLimits(serializers.Serializer[Any]):
    active_limit = serializers.IntegerField()
    monthly_creation_limit = serializers.IntegerField()


class UsageCounts(serializers.Serializer[Any]):
    active_room_count = serializers.IntegerField()
    monthly_creation_count = serializers.IntegerField()


class UsageSignals(serializers.Serializer[Any]):
    active_limit_reached = serializers.BooleanField()
    monthly_creation_limit_reached = serializers.BooleanField()


class RoomUsageResource(serializers.Serializer[Any]):
    limits = UsageLimits()
    usage = UsageCounts()
    abuse_signals = UsageSignals()


RoomAnswer = data_of(RoomResource)
JoinedAnswer = data_of(JoinedResource)
RoomUsageAnswer = data_of(RoomUsageResource)
FORBIDDEN = OpenApiResponse(MESSAGE, "The token lacks the ability, or the owner's limits do not allow it.")
ENDED = OpenApiResponse(MESSAGE, "The room has ended: `temporary_room_expired`.")
ROOM_EXAMPLE = OpenApiExample(
    "A new room",
    {
        "data": {
            "room_id": "01kr9m2d4e6f8g0h1j2k3m4n5p",
            "workspace_id": "01kr9m2d4e6f8g0h1j2k3m4n5p",
            "channel_id": "01kr9m2d4e6f8g0h1j2k3m4n5q",
            "name": "Customer Support Room",
            "kind": "temporary_room",
            "status": "active",
            "external_reference": "customer-123",
            "expires_at": "2026-06-12T12:00:00+00:00",
            "max_expires_at": "2026-06-13T00:00:00+00:00",
            "extension_count": 0,
            "join": {
                "method": "POST",
                "endpoint": "https://chat.example.com/api/v1/external/rooms/01kr9m2d4e6f8g0h1j2k3m4n5p/guests",
            },
        }
    },
    response_only=True,
    status_codes=["201"],
)
