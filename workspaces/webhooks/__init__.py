"""Outgoing webhooks: events are collected, sent and retried (collecting, sending, backoff), to safe addresses only."""

from collections.abc import Callable
from typing import Any

from workspaces.streams.kinds import WEBHOOK_KINDS

# Turns an event's stream id and data into the ``data`` to send, or None when nothing is left to send.
Renderer = Callable[[str, dict[str, Any]], dict[str, Any] | None]

# By kind of event; upper apps add theirs in AppConfig.ready. Other kinds are sent with the event's own data and present names.
RENDERERS: dict[str, Renderer] = {}

EVENT_TYPES = WEBHOOK_KINDS
ALL = "*"
