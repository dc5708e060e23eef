"""Alertmanager's webhooks, version 4."""

from messaging.incoming.alerts import alert_lines, status_of, title_of
from messaging.incoming.formats import Format, Payload
from messaging.incoming.reading import address_at, lines


def write(payload: Payload, event: str) -> str | None:
    """Return the message for a group of alerts."""
    head = f"[{status_of(payload)}] {title_of(payload)}"
    return lines(head, alert_lines(payload), address_at(payload, "externalURL"))


def _has_shape(payload: Payload) -> bool:
    return "groupKey" in payload and "receiver" in payload and isinstance(payload.get("alerts"), list)


FORMAT = Format("alertmanager", "Alertmanager", write, has_shape=_has_shape)
