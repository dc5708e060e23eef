"""Uptime Kuma's webhooks."""

from messaging.incoming.formats import Format, Payload
from messaging.incoming.reading import EXCERPT, address_at, lines, text_at, value_at

_STATUSES = {"0": "is down", "1": "is up", "2": "is pending", "3": "is under maintenance"}


def write(payload: Payload, event: str) -> str | None:
    """Return the message for a heartbeat.

    Without one, as for a test, what Uptime Kuma says itself.
    """
    name = text_at(payload, "monitor", "name")
    told = _STATUSES.get(text_at(payload, "heartbeat", "status"))
    if not name or told is None:
        return text_at(payload, "msg", most=EXCERPT) or "Uptime Kuma: event"
    return lines(
        f"{name} {told}",
        text_at(payload, "heartbeat", "msg", most=EXCERPT),
        address_at(payload, "monitor", "url"),
    )


def _has_shape(payload: Payload) -> bool:
    return {"heartbeat", "monitor", "msg"} <= payload.keys() and value_at(payload, "msg") is not None


FORMAT = Format("uptime_kuma", "Uptime Kuma", write, has_shape=_has_shape)
