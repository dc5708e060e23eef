"""Sentry's webhooks: of integrations, and of the plugin before them."""

from collections.abc import Callable

from messaging.incoming.formats import Format, Payload
from messaging.incoming.reading import EXCERPT, address_at, lines, text_at, value_at, words


def write(payload: Payload, event: str) -> str | None:
    """Return the message for a resource of Sentry's, which a header names, else the payload's data."""
    data = value_at(payload, "data")
    kinds = ("metric_alert", "event", "issue", "error", "comment")
    kind = event or next((name for name in kinds if isinstance(value_at(data, name), dict | str)), "")
    writer = _WRITERS.get(kind)
    return (writer(payload) if writer else "") or _plugin(payload) or _other(payload, kind)


def _other(payload: Payload, kind: str) -> str:
    action = text_at(payload, "action")
    return words("Sentry:", (kind or "event").replace("_", " "), action)


def _issue(payload: Payload) -> str:
    issue = value_at(payload, "data", "issue")
    who, action = text_at(payload, "actor", "name"), text_at(payload, "action") or "changed"
    number, title = text_at(issue, "shortId"), text_at(issue, "title")
    if not title:
        return ""
    by = f"by {who}" if who and who != "Sentry" else ""
    where = text_at(issue, "project", "name") or text_at(issue, "project", "slug")
    about = words("Sentry issue", number, action, by, f"in {where}" if where else "")
    address = address_at(issue, "web_url") or address_at(issue, "permalink")
    return lines(f"{about}: {title}", text_at(issue, "culprit"), address)


def _event_alert(payload: Payload) -> str:
    event, rule = value_at(payload, "data", "event"), text_at(payload, "data", "triggered_rule")
    title = text_at(event, "title") or text_at(event, "message")
    about = words("Sentry alert", rule, f"({level})" if (level := text_at(event, "level")) else "")
    if not title and not rule:
        return ""
    return lines(f"{about}: {title}" if title else about, text_at(event, "culprit"), address_at(event, "web_url"))


def _error(payload: Payload) -> str:
    error = value_at(payload, "data", "error")
    title = text_at(error, "title") or text_at(error, "message")
    return lines(f"Sentry error: {title}", text_at(error, "culprit"), address_at(error, "web_url")) if title else ""


def _metric_alert(payload: Payload) -> str:
    data = payload.get("data")
    title = text_at(data, "description_title") or text_at(data, "metric_alert", "title")
    told = f"Sentry: {title}" if title else words("Sentry metric alert", text_at(payload, "action"))
    return lines(told, text_at(data, "description_text", most=EXCERPT), address_at(data, "web_url"))


def _comment(payload: Payload) -> str:
    who = text_at(payload, "actor", "name") or "Somebody"
    where = text_at(payload, "data", "project_slug")
    told = words(f"{who} commented on a Sentry issue", f"in {where}" if where else "")
    return lines(told, text_at(payload, "data", "comment", most=EXCERPT))


def _plugin(payload: Payload) -> str:
    """Return the message for the former plugin's JSON, which has no envelope."""
    title = text_at(payload, "event", "title") or text_at(payload, "message")
    if not title:
        return ""
    where, level = text_at(payload, "project_name") or text_at(payload, "project"), text_at(payload, "level")
    about = words("Sentry", level, f"in {where}" if where else "")
    return lines(f"{about}: {title}", text_at(payload, "culprit"), address_at(payload, "url"))


_WRITERS: dict[str, Callable[[Payload], str]] = {
    "issue": _issue,
    "event_alert": _event_alert,
    "event": _event_alert,
    "error": _error,
    "metric_alert": _metric_alert,
    "comment": _comment,
}


def _has_shape(payload: Payload) -> bool:
    is_plugin = {"project_name", "culprit", "level", "url"} <= payload.keys()
    return is_plugin or {"action", "data", "installation", "actor"} <= payload.keys()


FORMAT = Format("sentry", "Sentry", write, header="Sentry-Hook-Resource", has_shape=_has_shape)
