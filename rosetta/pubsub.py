"""Pub/sub between processes: short typed messages to every gateway over Redis.

Delivery is at most once. Whatever a lost message was about is found by polling within about a second: events by their
numbers, changes of access by theirs. Only `Typing`, `PresenceChanged`, `ReadMoved`, `DraftChanged` and `SidebarChanged` are not
repeated, because nobody waits for them.

Without Redis, messages reach the gateway of this process alone; what other processes change is found by watching the
database (see `realtime.pubsub`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import orjson
import structlog
from django.conf import settings
from django.db import transaction
from redis.exceptions import RedisError

from rosetta.redis import clients

log = structlog.get_logger(__name__)

# Its end names the format: processes of a version with another format use another channel and ignore each other.
CHANNEL = f"{settings.REDIS_PREFIX}:gateways:1"
BACKOFF_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class StreamAdvanced:
    """A stream (a conversation's or a workspace's) has new events."""

    stream_id: str


@dataclass(frozen=True, slots=True)
class AccessAdvanced:
    """There are new rows of ``rosetta.models.AccessChange``."""


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """What a user or a guest may read has changed, or which channels all members of a workspace may read.

    Published by processes of earlier versions, which write no rows.

    Exactly one field is set. For a user or a guest, the credentials of their sockets are checked too.
    """

    user: int | None = None
    guest: str | None = None
    workspace: str | None = None

    def __post_init__(self) -> None:
        if [self.user, self.guest, self.workspace].count(None) != 2:
            raise ValueError("Set exactly one of user, guest and workspace.")


@dataclass(frozen=True, slots=True)
class CredentialEnded:
    """A token or session no longer opens anything.

    Published by processes of earlier versions, which write no rows. ``kind`` is ``token`` or ``session``, ``id`` that row's id.
    """

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class ReadMoved:
    """A user has read a conversation up to the message numbered ``last_read_seq``."""

    user_id: int
    conversation_id: str
    last_read_seq: int


@dataclass(frozen=True, slots=True)
class DraftChanged:
    """A user's draft in a conversation, or in reply to a message of it, was kept or deleted."""

    user_id: int
    conversation_id: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class SidebarChanged:
    """A user has arranged their sidebar."""

    user_id: int


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody types.

    ``sender`` is what clients see of them; ``origin`` the process that has shown it already.
    """

    conversation_id: str
    caller_key: str
    sender: dict[str, Any]
    origin: str


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """A user came online or went offline.

    ``origin`` is the process that has shown it already.
    """

    user_id: int
    status: str
    workspace_ids: list[str]
    origin: str


Message = (
    StreamAdvanced
    | AccessAdvanced
    | AccessChanged
    | CredentialEnded
    | ReadMoved
    | DraftChanged
    | SidebarChanged
    | Typing
    | PresenceChanged
)
Listener = Callable[[Message], None]

_NAMES: dict[type[Message], str] = {
    StreamAdvanced: "stream_advanced",
    AccessAdvanced: "access_advanced",
    AccessChanged: "access_changed",
    CredentialEnded: "credential_ended",
    ReadMoved: "read_moved",
    DraftChanged: "draft_changed",
    SidebarChanged: "sidebar_changed",
    Typing: "typing",
    PresenceChanged: "presence_changed",
}
_TYPES = {name: message_type for message_type, name in _NAMES.items()}


def _fields_of(message_type: type[Message]) -> dict[str, tuple[type, ...]]:
    """Return the fields of a message type, with the classes that their values may have."""
    hints = get_type_hints(message_type)
    return {field.name: _classes_of(hints[field.name]) for field in fields(message_type)}


def _classes_of(hint: Any) -> tuple[type, ...]:
    parts = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return tuple(get_origin(part) or part for part in parts)


_FIELDS = {message_type: _fields_of(message_type) for message_type in _NAMES}


class BadMessage(ValueError):
    """What came over the channel is no message of this version."""


def encode(message: Message) -> bytes:
    """Write ``message`` as JSON; fields that are None are left out."""
    body = {"type": _NAMES[type(message)]}
    for name in _FIELDS[type(message)]:
        value = getattr(message, name)
        if value is not None:
            body[name] = value
    return orjson.dumps(body)


def decode(data: bytes) -> Message:
    """Read what `encode` wrote. Raises BadMessage."""
    try:
        body = orjson.loads(data)
        message_type = _TYPES[body.pop("type")]
        classes = _FIELDS[message_type]
        for name, value in body.items():
            if not isinstance(value, classes[name]):
                raise BadMessage(f"{name} is a {type(value).__name__}")
        return message_type(**body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadMessage(repr(error)) from error


# ── Publishing ──

_listeners: list[Listener] = []
_unavailable_until = 0.0


def listen(listener: Listener) -> None:
    """Without Redis, call ``listener`` with every message of this process, in the thread that publishes it."""
    _listeners.append(listener)


def unlisten(listener: Listener) -> None:
    """Undo `listen`."""
    _listeners.remove(listener)


def publish_on_commit(message: Message) -> None:
    """Publish ``message`` once the current transaction is committed.

    At once where there is none.
    """
    transaction.on_commit(lambda: publish(message))


def publish(message: Message) -> None:
    """Send ``message`` to every gateway process.

    Never raises; while Redis is unavailable it is dropped.
    """
    global _unavailable_until
    if not settings.REDIS_URL:
        for listener in tuple(_listeners):
            listener(message)
        return
    if time.monotonic() < _unavailable_until:
        return
    try:
        clients.client(settings.REDIS_URL, seconds=0.5).publish(CHANNEL, encode(message))
    except RedisError as error:
        # Because each attempt may take as long as the timeout, and a request waits for it.
        _unavailable_until = time.monotonic() + BACKOFF_SECONDS
        log.warning("publish_failed", error=str(error))
