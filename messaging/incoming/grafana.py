"""Grafana's webhooks: those of its unified alerting, and of the alerting before it."""

from messaging.incoming.alerts import alert_lines, status_of, title_of
from messaging.incoming.formats import Format, Payload
from messaging.incoming.reading import EXCERPT, address_at, lines, objects, text_at


def write(payload: Payload, event: str) -> str | None:
    """Return the message for a group of alerts, or for one rule of the former alerting."""
    alerts = objects(payload.get("alerts"))
    if not alerts:
        title = text_at(payload, "title") or text_at(payload, "ruleName")
        return lines(title, text_at(payload, "message", most=EXCERPT), address_at(payload, "ruleUrl"))
    first = alerts[0]
    page = address_at(first, "dashboardURL") or address_at(first, "panelURL") or address_at(first, "generatorURL")
    address = page or address_at(payload, "externalURL")
    return lines(f"[{status_of(payload)}] {title_of(payload)}", alert_lines(payload), address)


def _has_shape(payload: Payload) -> bool:
    is_unified = isinstance(payload.get("alerts"), list) and "orgId" in payload and "status" in payload
    return is_unified or ("ruleId" in payload and "ruleName" in payload and "state" in payload)


FORMAT = Format("grafana", "Grafana", write, has_shape=_has_shape)
