"""Outgoing webhooks: events are collected, sent and retried (collecting, sending, backoff), to safe addresses only."""

from collections.abc import Callable
from typing import Any

# Turns an event's stream id and data into the ``data`` to send, or None when nothing is left to send.
Renderer = Callable[[str, dict[str, Any]], dict[str, Any] | None]

# By kind of event; upper apps add theirs in AppConfig.ready. Other kinds are sent with the event's own data.
RENDERERS: dict[str, Renderer] = {}

EVENT_TYPES = (
    "message.created", "message.translated", "message.updated", "message.deleted", "message.pinned", "message.unpinned",
    "reaction.added", "reaction.removed",
    "member.joined", "member.updated", "member.left",
    "channel.created", "channel.updated", "channel.archived", "channel.joined",
)  # fmt: skip
ALL = "*"
