"""The payloads of message events in outgoing webhooks: the REST resource as it is when it is sent."""

from typing import Any

from messaging import resources
from messaging.models import Message
from messaging.resources import Reader
from workspaces.models import Channel


def message(stream_id: str, data: dict[str, Any]) -> dict[str, Any] | None:
    """Return the message of an event: in the event's language where it has one, else as it was written.

    None when the message or its channel was deleted, or the channel is no longer open to the whole workspace.
    """
    channel = Channel.objects.filter(pk=stream_id).first()
    written_in = Message.objects.filter(pk=data["message_id"]).values_list("language", flat=True).first()
    if channel is None or channel.is_restricted or written_in is None:
        return None
    reader = Reader(data.get("language") or written_in)
    return resources.message(data["message_id"], channel.workspace_id, reader)
