"""The AsyncAPI 3 document of the socket, generated from the registry of events and the protocol's frame types.

Schemas are JSON Schema. Only what is listed is promised: clients ignore fields and frames that they do not know.
"""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from realtime.json_schema import schema_of
from realtime.payloads import payload_schemas
from realtime.protocol import (
    CLIENT_FRAMES,
    CLOSE_REASONS,
    CONVERSATION_ID,
    PATH,
    SERVER_FRAMES,
    SUBPROTOCOL,
    WORKSPACE_ID,
)
from rosetta.http import schema_names
from workspaces.streams.kinds import EVENT_KINDS, EventKind, Payload, StreamKind

ID_NAMES = {StreamKind.CONVERSATION: CONVERSATION_ID, StreamKind.WORKSPACE: WORKSPACE_ID}
CHANNEL = "#/channels/realtime"
ULID = {"type": "string", "pattern": "^[0-9a-z]{26}$"}


@cache
def document() -> dict[str, Any]:
    """Return the document. Do not change what is returned: it is kept."""
    payloads, schemas = payload_schemas()
    sent = {kind.name: _event_message(kind, payloads[kind.payload]) for kind in EVENT_KINDS.values()}
    sent |= {frame.__name__: _frame_message(frame) for frame in SERVER_FRAMES}
    received = {frame.__name__: _frame_message(frame) for frame in CLIENT_FRAMES}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rosetta realtime",
            "version": settings.SPECTACULAR_SETTINGS["VERSION"],
            "description": _description(),
            "contact": schema_names.contact(settings.PUBLIC_URL),
            "license": schema_names.LICENSE,
            "tags": [{"name": "Realtime", "description": schema_names.TAGS["Realtime"]}],
            "externalDocs": {"url": _absolute("api/docs"), "description": "The REST API."},
        },
        "defaultContentType": "application/json",
        "servers": {"default": _server()},
        "channels": {
            "realtime": {
                "address": PATH,
                "title": "The socket",
                "description": f"One socket a client, for everything that it may read. Subprotocol: `{SUBPROTOCOL}`.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in (*sent, *received)},
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            }
        },
        "operations": {
            "sendToClient": _operation(
                "send",
                "Send what happens, and answers to the client's frames",
                "`hello` comes first. Events are sent in the order of their numbers, each once; signals may be lost.",
                sent,
            ),
            "receiveFromClient": _operation(
                "receive",
                "Receive the client's frames",
                "A frame that is refused is answered by `ErrorFrame`, and the socket stays open until there are too many.",
                received,
            ),
        },
        "components": {"messages": sent | received, "schemas": schemas, "securitySchemes": _security_schemes()},
    }


def _description() -> str:
    codes = "\n".join(f"- `{code}`: {reason}" for code, reason in sorted(CLOSE_REASONS.items()))
    return (
        "What the WebSocket sends and receives. `hello` is the first frame. Events are numbered in each stream, so that a "
        "client knows what it missed and resumes after it; signals may be lost. Ignore fields and frames that you do not "
        f"know.\n\nClose codes:\n\n{codes}"
    )


def _absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/{path}"


def _server() -> dict[str, Any]:
    url = urlsplit(settings.PUBLIC_URL)
    server: dict[str, Any] = {
        "host": url.netloc,
        "protocol": "wss" if url.scheme == "https" else "ws",
        "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in _security_schemes()],
    }
    if url.path.strip("/"):
        server["pathname"] = url.path.rstrip("/")
    return server


def _security_schemes() -> dict[str, Any]:
    return {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "An access token with the ability `*`; in browsers as the subprotocol `bearer.{token}`.",
        },
        "guestToken": {
            "type": "httpApiKey",
            "in": "header",
            "name": "X-Rosetta-Guest-Token",
            "description": "A guest's token; in browsers as the subprotocol `guest.{token}`.",
        },
        "session": {
            "type": "httpApiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A browser's session, from an allowed origin.",
        },
    }


def _operation(action: str, summary: str, description: str, messages: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": CHANNEL},
        "summary": summary,
        "description": description,
        "messages": [{"$ref": f"{CHANNEL}/messages/{name}"} for name in messages],
    }


def _frame_message(frame: Any) -> dict[str, Any]:
    schema = schema_of(frame)
    return {"name": frame.__name__, "summary": schema.pop("description"), "payload": schema}


def _event_message(kind: EventKind, data: dict[str, str]) -> dict[str, Any]:
    id_name = ID_NAMES[kind.stream]
    properties = {
        "type": {"const": "event"},
        id_name: ULID,
        "seq": {"type": "integer", "minimum": 1, "description": "The event's number in its stream."},
        "prev": {
            "type": "integer",
            "minimum": 0,
            "description": "The number of the receiver's previous event; what lies between does not concern them.",
        },
        "event": {"const": kind.name},
        "at": {"type": "string", "format": "date-time"},
        "data": data,
    }
    message: dict[str, Any] = {
        "name": kind.name,
        "summary": kind.summary,
        "payload": {"type": "object", "properties": properties, "required": list(properties)},
    }
    if kind.payload is Payload.MESSAGE:
        message["description"] = "The message as it is when it is sent, `display_*` in the receiver's language."
    return message
