"""The registry of events.

Every kind that a stream may contain, and what follows from it.

To add a kind, add it here, append it with `workspaces.streams.events.append`, and document it in docs/realtime.md. The
webhook event types, the REST and AsyncAPI documents and the gateway's re-reading of access all derive from this table.
"""

from dataclasses import dataclass
from enum import Enum


class StreamKind(Enum):
    """What a stream belongs to."""

    CONVERSATION = "conversation"
    WORKSPACE = "workspace"


class Payload(Enum):
    """The shape of an event's ``data`` as clients receive it."""

    MESSAGE = "Message"  # rendered for each reader when it is sent; the row holds ids only
    REACTION = "ReactionChange"
    ROOM = "RoomState"
    MEMBER = "Member"
    CHANNEL = "Channel"


class Access(Enum):
    """Whose access an event may change, so that gateways read it again."""

    NOBODY = "nobody"
    SUBJECT = "the user that the data is about"
    WORKSPACE = "all members of the workspace, and the user that the event is for"
    ROOM_GUESTS = "the guests of the room"


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event. ``for_webhooks``: outgoing webhooks may subscribe to it."""

    name: str
    stream: StreamKind
    payload: Payload
    summary: str
    for_webhooks: bool = True
    # Whether only readers of the language that its data names receive it.
    is_for_one_language: bool = False
    changes_access_of: Access = Access.NOBODY

    @property
    def is_message(self) -> bool:
        """Return whether the row holds a message's id, and the message is rendered for each reader."""
        return self.payload is Payload.MESSAGE


def _message(name: str, summary: str) -> EventKind:
    return EventKind(name, StreamKind.CONVERSATION, Payload.MESSAGE, summary)


def _translation(name: str, summary: str) -> EventKind:
    return EventKind(name, StreamKind.CONVERSATION, Payload.MESSAGE, summary, is_for_one_language=True)


def _reaction(name: str, summary: str) -> EventKind:
    return EventKind(name, StreamKind.CONVERSATION, Payload.REACTION, summary)


def _room(name: str, summary: str) -> EventKind:
    return EventKind(
        name, StreamKind.CONVERSATION, Payload.ROOM, summary, for_webhooks=False, changes_access_of=Access.ROOM_GUESTS
    )


def _member(name: str, summary: str) -> EventKind:
    return EventKind(name, StreamKind.WORKSPACE, Payload.MEMBER, summary, changes_access_of=Access.SUBJECT)


def _channel(name: str, summary: str) -> EventKind:
    return EventKind(name, StreamKind.WORKSPACE, Payload.CHANNEL, summary, changes_access_of=Access.WORKSPACE)


EVENT_KINDS: dict[str, EventKind] = {
    kind.name: kind
    for kind in (
        _message("message.created", "A message was posted."),
        _translation("message.translated", "A message has a new translation in the receiver's language."),
        _translation(
            "message.untranslated",
            "A message stays as it was written: its translation into the receiver's language failed or was skipped.",
        ),
        _message("message.updated", "A message was edited, or what is shown of it changed."),
        _message("message.deleted", "A message was deleted; a stub stays."),
        _message("message.pinned", "A message was pinned."),
        _message("message.unpinned", "A message was unpinned."),
        _reaction("reaction.added", "Somebody reacted to a message."),
        _reaction("reaction.removed", "Somebody took a reaction back."),
        _room("room.extended", "A temporary room ends later."),
        _room("room.closed", "A temporary room was closed."),
        _member("member.joined", "Somebody joined the workspace."),
        _member("member.updated", "A member's role or language changed."),
        _member("member.left", "Somebody left the workspace, or was removed."),
        _channel("channel.created", "A channel was created."),
        _channel("channel.updated", "A channel was changed."),
        _channel("channel.archived", "A channel was archived, or will be deleted (`is_purged`)."),
        _channel("channel.joined", "The receiver joined a channel."),
    )
}

ONE_LANGUAGE_KINDS = frozenset(name for name, kind in EVENT_KINDS.items() if kind.is_for_one_language)
MESSAGE_KINDS = frozenset(name for name, kind in EVENT_KINDS.items() if kind.is_message)
REACTION_KINDS = frozenset(name for name, kind in EVENT_KINDS.items() if kind.payload is Payload.REACTION)
WEBHOOK_KINDS = tuple(name for name, kind in EVENT_KINDS.items() if kind.for_webhooks)
