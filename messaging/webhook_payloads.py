"""Message events as outgoing webhooks send them: the REST resource as it is now, to a reader who is nobody in particular."""

from typing import Any

from messaging import resources
from messaging.models import Message
from messaging.resources import Home, Reader
from workspaces import webhooks
from workspaces.models import Channel, Event


def message(stream_id: str, data: dict[str, Any]) -> dict[str, Any] | None:
    """The message that an event is about: in the event's language where it tells of a translation, else as it was written.

    None when the message or its channel is gone, or the channel is not everybody's any more: the words are today's.
    """
    channel = Channel.objects.filter(pk=stream_id).first()
    written_in = Message.objects.filter(pk=data["message_id"]).values_list("language", flat=True).first()
    if channel is None or channel.is_restricted or written_in is None:
        return None
    reader = Reader(data.get("language") or written_in)
    return resources.message(data["message_id"], Home(channel.workspace_id), reader)


def register() -> None:
    """Make outgoing webhooks know messages."""
    webhooks.RENDERERS.update(dict.fromkeys(Event.MESSAGE_KINDS, message))
