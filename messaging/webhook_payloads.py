"""The payloads of messages and reactions in outgoing webhooks, as they are when they are sent."""

from typing import Any

from messaging import resources
from messaging.emoji import folded
from messaging.models import Message
from messaging.resources import Reader
from rosetta.languages import Reading
from workspaces.models import Channel
from workspaces.streams.people import with_present_people


def message(stream_id: str, data: dict[str, Any]) -> dict[str, Any] | None:
    """Return the message of an event.

    In the event's language where it has one, else as it was written.

    None when the message or its channel was deleted, or the channel is no longer open to the whole workspace.
    """
    channel = Channel.objects.filter(pk=stream_id).first()
    written_in = Message.objects.filter(pk=data["message_id"]).values_list("language", flat=True).first()
    if channel is None or channel.is_restricted or written_in is None:
        return None
    reader = Reader(Reading(data.get("language") or written_in))
    return resources.message(data["message_id"], channel.workspace_id, reader)


def reaction(stream_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the change of a reaction, with the present name of whoever reacted."""
    [told] = with_present_people([data])
    return told | {"emoji": folded(told["emoji"])} if "emoji" in told else told
