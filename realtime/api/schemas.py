"""Shapes of answers, for the OpenAPI document."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from workspaces.streams.kinds import EVENT_KINDS


class EventResource(serializers.Serializer[Any]):
    """An event, as a socket receives it.

    The AsyncAPI document describes each kind and its data.
    """

    type = serializers.ChoiceField(["event"])
    conversation_id = serializers.CharField(required=False, help_text="The stream, when it is a conversation's.")
    workspace_id = serializers.CharField(required=False, help_text="The stream, when it is a workspace's.")
    seq = serializers.IntegerField(help_text="The event's number in its stream.")
    prev = serializers.IntegerField(
        help_text="The number of the caller's previous event; what lies between does not concern them."
    )
    event = serializers.ChoiceField(list(EVENT_KINDS))
    at = serializers.DateTimeField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_data(self, _: Any) -> Any:
        """Exist for the schema alone."""
        return {}


class EventsMeta(serializers.Serializer[Any]):
    has_more = serializers.BooleanField()
    next_after = serializers.IntegerField(help_text="The number to go on after.")
    last_seq = serializers.IntegerField(help_text="The stream's highest number.")


class EventsAnswer(serializers.Serializer[Any]):
    data = EventResource(many=True)  # type: ignore[assignment]
    meta = EventsMeta()
