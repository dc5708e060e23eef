"""What happens in a workspace, sent to addresses outside: found (collecting), posted (sending), safely (addresses)."""

from collections.abc import Callable
from typing import Any

# From an event's stream and data to what a subscriber is sent as ``data``, or None when there is nothing left to send.
Renderer = Callable[[str, dict[str, Any]], dict[str, Any] | None]

# By kind of event; upper apps add theirs in AppConfig.ready. A kind without one is sent with its data as it stands.
RENDERERS: dict[str, Renderer] = {}

EVENT_TYPES = (
    "message.created", "message.translated", "message.updated", "message.deleted", "message.pinned", "message.unpinned",
    "reaction.added", "reaction.removed",
    "member.joined", "member.updated", "member.left",
    "channel.created", "channel.updated", "channel.archived", "channel.joined",
)  # fmt: skip
ALL = "*"
