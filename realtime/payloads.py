"""The shapes of events' ``data``.

For each payload of the registry, a REST serializer or typed dictionaries.
"""

from typing import Any, Literal, TypedDict

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from rest_framework import serializers
from rest_framework.views import APIView

from messaging.api.schemas import MessageResource
from realtime.json_schema import schema_of
from rosetta.http.enums import enum_components, refer_to_enums
from workspaces.api.schemas import ChannelResource, MemberResource
from workspaces.streams.kinds import Payload


class UserName(TypedDict):
    """A user, as reactions name them."""

    id: int
    name: str


class GuestName(TypedDict):
    """A guest, as reactions name them."""

    id: str
    nickname: str


class ReactionCount(TypedDict):
    """A message's reaction that changed, and how many of this emoji there are now."""

    message_id: str
    emoji: str
    count: int


class ReactionOfUser(ReactionCount):
    """A reaction that a user added or removed, and how many of this emoji there are now."""

    user: UserName
    guest: None


class ReactionOfGuest(ReactionCount):
    """A reaction that a guest added or removed, and how many of this emoji there are now."""

    user: None
    guest: GuestName


class RoomState(TypedDict):
    """A temporary room, as everybody in it may see it.

    ``expires_at`` is a date and time.
    """

    room_id: str
    workspace_id: str
    channel_id: str
    name: str
    status: Literal["active", "expired", "closed"]
    expires_at: str


class ChannelInEvent(ChannelResource):
    """A channel.

    Personal fields (``unread_count``, ``unread_reply_count``, ``last_message_at``) are those of a channel without messages.
    """

    is_purged = serializers.BooleanField(required=False, help_text="Set when the channel is archived to be deleted.")


PAYLOADS: dict[Payload, Any] = {
    Payload.MESSAGE: MessageResource,
    Payload.REACTION: ReactionOfUser | ReactionOfGuest,
    Payload.ROOM: RoomState,
    Payload.MEMBER: MemberResource,
    Payload.CHANNEL: ChannelInEvent,
}


def payload_schemas() -> tuple[dict[Payload, dict[str, str]], dict[str, Any]]:
    """Return a reference for each payload, and the JSON Schemas that they refer to as ``#/components/schemas/…``."""
    # drf-spectacular maps serializers on behalf of a view; this one stands for none.
    generator, view = AutoSchema(), APIView()
    view.request = None  # type: ignore[assignment]
    generator.registry, generator.view, generator.path, generator.method = ComponentRegistry(), view, "", "GET"
    references: dict[Payload, dict[str, str]] = {}
    schemas: dict[str, Any] = {}
    for payload, shape in PAYLOADS.items():
        if isinstance(shape, type) and issubclass(shape, serializers.Serializer):
            references[payload] = generator.resolve_serializer(shape, "response").ref
        else:
            references[payload] = {"$ref": f"#/components/schemas/{payload.value}"}
            schemas[payload.value] = schema_of(shape)
    schemas |= generator.registry.build({})["schemas"]
    named = refer_to_enums(schemas)
    named |= enum_components(named)
    return references, {name: _without_extensions(schema) for name, schema in sorted(named.items())}


def _without_extensions(schema: Any) -> Any:
    """Drop what only OpenAPI tools understand."""
    if isinstance(schema, dict):
        return {key: _without_extensions(value) for key, value in schema.items() if not key.startswith("x-")}
    if isinstance(schema, list):
        return [_without_extensions(item) for item in schema]
    return schema
