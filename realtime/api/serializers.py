"""Events as the OpenAPI document shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from workspaces.streams.kinds import EVENT_KINDS


class EventResource(serializers.Serializer[Any]):
    """The same frame that a socket receives."""

    type = serializers.ChoiceField(["event"])
    conversation_id = serializers.CharField(required=False, help_text="The stream, when it is a conversation's.")
    workspace_id = serializers.CharField(required=False, help_text="The stream, when it is a workspace's.")
    seq = serializers.IntegerField()
    prev = serializers.IntegerField(help_text="What lies between it and `seq` does not concern the caller.")
    event = serializers.ChoiceField(list(EVENT_KINDS))
    at = serializers.DateTimeField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_data(self, _: Any) -> Any:  # only for the schema
        return {}


class EventsMeta(serializers.Serializer[Any]):
    has_more = serializers.BooleanField()
    next_after = serializers.IntegerField(help_text="The number to go on after.")
    last_seq = serializers.IntegerField(help_text="The stream's highest number.")


class EventsAnswer(serializers.Serializer[Any]):
    data = EventResource(many=True)  # type: ignore[assignment]
    meta = EventsMeta()
