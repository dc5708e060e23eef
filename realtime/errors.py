"""Refusals of the event lists."""

from rosetta.errors import Gone


class EventsExpired(Gone):
    """The number is too old, or ahead of the stream: not all that follows it is kept.

    Over the socket this is ``reset``.
    """

    code = "events_expired"
    message = "These events are no longer kept. Read the list again."
