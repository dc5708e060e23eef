"""Tell who posts to an incoming webhook, and read the body as a post of our own."""

from collections.abc import Mapping
from typing import Any

from messaging import content
from messaging.errors import unknown_id
from messaging.incoming import alertmanager, github, gitlab, grafana, sentry, slack, uptime_kuma
from messaging.incoming.formats import Format
from messaging.models import MAX_CONTENT, Message

# In the order in which their shapes are tried: Grafana's alerts have what Alertmanager's have, and more.
FORMATS: tuple[Format, ...] = (
    github.FORMAT,
    gitlab.FORMAT,
    sentry.FORMAT,
    grafana.FORMAT,
    alertmanager.FORMAT,
    uptime_kuma.FORMAT,
)
SLACK = "slack"
NAMES = (*(one.name for one in FORMATS), SLACK)


def read(body: Mapping[str, Any], headers: Mapping[str, str], name: str | None) -> dict[str, Any] | None:
    """Return ``body`` as the body of a post.

    None where nothing is to be posted, as for the test call of a tool.

    ``name`` is the format that the address asks for; without one the headers tell, then the JSON's shape. Text that is too
    long is cut, except for ``content``. Raises Invalid for an unknown format.
    """
    if name is not None and name not in NAMES:
        raise unknown_id("format")
    tool = _format_of(body, headers, name)
    if tool is not None:
        text = tool.write(body, headers.get(tool.header, "")[:100] if tool.header else "")
        return None if text is None else {"content": _cut(text or f"{tool.title}: event")}
    is_slack = name == SLACK or not body.get("content")
    if is_slack or any(body.get(key) for key in ("attachments", "blocks")):
        return _from_slack(body)
    return {**body, "type": None} if body.get("type") == "message" else dict(body)


def _format_of(body: Mapping[str, Any], headers: Mapping[str, str], name: str | None) -> Format | None:
    if name is not None:
        return next((one for one in FORMATS if one.name == name), None)
    if by_header := next((one for one in FORMATS if one.header and one.header in headers), None):
        return by_header
    if body.get("content") or any(key in body for key in slack.KEYS):
        return None
    return next((one for one in FORMATS if one.has_shape(body)), None)


def _from_slack(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body that is made for Slack as ours.

    Without anything to say it has no content, as ours may have none.
    """
    text, written = slack.text_of(body, MAX_CONTENT), body.get("content")
    read = {key: value for key, value in body.items() if key not in slack.KEYS}
    if text and isinstance(written, str) and written.strip():
        read["content"] = written if len(written) > MAX_CONTENT else _cut(f"{written}\n{text}")
    elif text:
        read["content"] = _cut(text)
    elif written is None:
        read.pop("content", None)
    # Slack's type says that it is a message.
    if read.get("type") not in Message.Type.values:
        read.pop("type", None)
    return read


def _cut(text: str) -> str:
    """Return ``text`` as long as a message may be, and well formed.

    Nobody sits at the tool to shorten it.
    """
    text = content.cleaned(text[: 4 * MAX_CONTENT].encode("utf-8", "replace").decode())
    return text if len(text) <= MAX_CONTENT else text[: MAX_CONTENT - 1].rstrip() + "…"
