"""What Grafana and Alertmanager send alike.

Groups of alerts that are firing or resolved.
"""

from messaging.incoming.formats import Payload
from messaging.incoming.reading import EXCERPT, objects, some, text_at, value_at, words

ALERTS = 10
# Labels that tell one alert of a group from another, in the order in which they do so best.
_TELLING = ("instance", "pod", "job", "service", "namespace", "severity")


def status_of(payload: Payload) -> str:
    """Return ``FIRING`` or ``RESOLVED``.

    Of a group with both, how many there are of each.
    """
    states = [text_at(alert, "status").lower() for alert in objects(payload.get("alerts"))]
    firing, resolved = states.count("firing"), states.count("resolved")
    if firing and resolved:
        return f"{firing} FIRING, {resolved} RESOLVED"
    return (text_at(payload, "status") or (states[0] if states else "alert")).upper()


def title_of(payload: Payload) -> str:
    """Return what the group is about: the name that its alerts share, else its labels."""
    name = text_at(payload, "commonLabels", "alertname") or text_at(payload, "groupLabels", "alertname")
    if name:
        return name
    labels = value_at(payload, "groupLabels")
    told = [f"{key}={text_at(labels, key)}" for key in list(labels)[:5]] if isinstance(labels, dict) else []
    return ", ".join(told) or text_at(payload, "receiver") or "alerts"


def alert_lines(payload: Payload) -> list[str]:
    """Return a line for each of the first alerts."""
    alerts = objects(payload.get("alerts"))
    left_out = payload.get("truncatedAlerts")
    total = len(alerts) + (left_out if isinstance(left_out, int) and 0 < left_out < 10**6 else 0)
    return some((_alert_line(alert) for alert in alerts), total, ALERTS)


def _alert_line(alert: Payload) -> str:
    notes = alert.get("annotations")
    told = text_at(notes, "summary", most=EXCERPT) or text_at(notes, "description", most=EXCERPT)
    told = told or text_at(notes, "message", most=EXCERPT)
    labels = alert.get("labels")
    name = text_at(labels, "alertname") or "alert"
    which = next((value for key in _TELLING if (value := text_at(labels, key))), "")
    state = text_at(alert, "status").lower()
    return words(f"{state}:" if state else "", told or name, f"({which})" if which and which not in told else "")
