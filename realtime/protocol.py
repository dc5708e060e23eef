"""The protocol `rosetta.v1`: close codes, and the frames of both sides. docs/realtime.md explains it to client authors.

The AsyncAPI document is generated from the frame types below (`realtime.asyncapi`). Event frames are not among them:
their `data` follows from the registry of events, and their text is put together in `realtime.frames`.
"""

from collections.abc import MutableMapping
from typing import Any, Literal, TypedDict

import orjson

from rosetta.ids import parse_ulid

PATH = "/api/v1/realtime"
SUBPROTOCOL = "rosetta.v1"
HEARTBEAT_SECONDS = 30

# Close codes. 1008 before the accept is a 403 to the client.
POLICY_VIOLATION, TRY_AGAIN = 1008, 1013
TOO_MANY_ERRORS, SIGNED_OUT, ROOM_ENDED, TOO_SLOW, TOO_MANY_SOCKETS = 4400, 4401, 4403, 4408, 4429
CLOSE_REASONS = {
    TRY_AGAIN: "Try again.",
    TOO_MANY_ERRORS: "Too many errors.",
    SIGNED_OUT: "Unauthenticated.",
    ROOM_ENDED: "The room has ended.",
    TOO_SLOW: "Too slow.",
    TOO_MANY_SOCKETS: "Too many sockets.",
}

MAX_FRAME_BYTES = 128 * 1024
MAX_SEQ = 2**63 - 1

# The name of a stream's id in frames.
WORKSPACE_ID, CONVERSATION_ID = "workspace_id", "conversation_id"


# ── Frames that the server sends ──


class UserRef(TypedDict):
    """A user, as signals show them."""

    id: int
    name: str
    avatar_url: str | None


class GuestRef(TypedDict):
    """A guest of a temporary room, as signals show them."""

    id: str
    nickname: str


class UserSender(TypedDict):
    """A user who types."""

    user: UserRef
    guest: None


class GuestSender(TypedDict):
    """A guest who types."""

    user: None
    guest: GuestRef


Sender = UserSender | GuestSender


class ReadPosition(TypedDict):
    """The number of the last message that the user has read."""

    last_read_seq: int


class ChangedDraft(TypedDict):
    """The message that the draft replies to, null for one in the conversation itself."""

    parent_message_id: str | None


class UserPresence(TypedDict):
    """Whether a user has a socket open."""

    user_id: int
    status: Literal["online", "offline"]


class SidebarOwner(TypedDict):
    """Whose sidebar it is."""

    user_id: int


class HelloFrame(TypedDict):
    """The first frame: every stream that the socket is subscribed to, with the number after which events will follow."""

    type: Literal["hello"]
    heartbeat_seconds: int
    cursors: dict[str, int]


class TypingSignal(TypedDict):
    """Somebody else types in the conversation. Show it for five seconds."""

    type: Literal["signal"]
    conversation_id: str
    event: Literal["typing"]
    data: Sender


class ReadSignal(TypedDict):
    """The user has read the conversation up to a message, on this client or another."""

    type: Literal["signal"]
    conversation_id: str
    event: Literal["read"]
    data: ReadPosition


class DraftSignal(TypedDict):
    """The user's draft was kept or deleted, on this client or another: read it with `GET /me/drafts`."""

    type: Literal["signal"]
    conversation_id: str
    event: Literal["draft"]
    data: ChangedDraft


class PresenceSignal(TypedDict):
    """Somebody who shares a small workspace came online or went offline.

    It belongs to no conversation.
    """

    type: Literal["signal"]
    conversation_id: None
    event: Literal["presence"]
    data: UserPresence


class SidebarSignal(TypedDict):
    """The user has arranged their sidebar, on this client or another: read it again.

    It belongs to no conversation.
    """

    type: Literal["signal"]
    conversation_id: None
    event: Literal["sidebar"]
    data: SidebarOwner


class ResumedFrame(TypedDict):
    """The replay that the client asked for is complete up to these numbers."""

    type: Literal["resumed"]
    cursors: dict[str, int]


class ConversationResetFrame(TypedDict):
    """The conversation's cursor is too old, or ahead.

    Read its messages again over REST.
    """

    type: Literal["reset"]
    conversation_id: str


class WorkspaceResetFrame(TypedDict):
    """The workspace's cursor is too old, or ahead: read its lists again over REST."""

    type: Literal["reset"]
    workspace_id: str


class PongFrame(TypedDict):
    """The answer to a ping."""

    type: Literal["pong"]


class ErrorFrame(TypedDict):
    """A frame of the client is refused.

    The socket stays open until there are too many of them.
    """

    type: Literal["error"]
    code: Literal["bad_frame", "unknown_type", "too_large", "rate_limited"]
    message: str


SERVER_FRAMES = (
    HelloFrame,
    TypingSignal,
    ReadSignal,
    DraftSignal,
    PresenceSignal,
    SidebarSignal,
    ResumedFrame,
    ConversationResetFrame,
    WorkspaceResetFrame,
    PongFrame,
    ErrorFrame,
)


# ── Frames that the client sends ──


class PingFrame(TypedDict):
    """Keep the line alive, for clients that cannot ping on the protocol's level."""

    type: Literal["ping"]


class ResumeFrame(TypedDict):
    """Ask for everything that happened in the streams after these numbers."""

    type: Literal["resume"]
    cursors: dict[str, int]


class TypingFrame(TypedDict):
    """Show the others in the conversation that the caller types."""

    type: Literal["typing"]
    conversation_id: str


CLIENT_FRAMES = (PingFrame, ResumeFrame, TypingFrame)
ClientFrame = PingFrame | ResumeFrame | TypingFrame

MESSAGES = {
    "bad_frame": "This is not a frame that I understand.",
    "unknown_type": "There is no frame of this type.",
    "too_large": f"A frame has at most {MAX_FRAME_BYTES} bytes.",
    "rate_limited": "Too many frames; send fewer.",
}


class BadFrame(Exception):
    """A client's frame that is refused; ``code`` is one of MESSAGES."""

    def __init__(self, code: str, message: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES[code]


def parse_client_frame(message: MutableMapping[str, Any]) -> ClientFrame:
    """Parse what the client sent, an ASGI ``websocket.receive``. Raises BadFrame."""
    body = _json_object(message)
    match body["type"]:
        case "ping":
            return {"type": "ping"}
        case "resume":
            return {"type": "resume", "cursors": _cursors(body.get("cursors"))}
        case "typing":
            conversation_id = parse_ulid(body.get("conversation_id"))
            if conversation_id is None:
                raise unknown_conversation()
            return {"type": "typing", "conversation_id": conversation_id}
    raise BadFrame("unknown_type")


def unknown_conversation() -> BadFrame:
    """Refuse a conversation that does not exist, or that the caller may not read.

    They must not differ.
    """
    return BadFrame("bad_frame", "conversation_id: not a conversation that you read.")


def _json_object(message: MutableMapping[str, Any]) -> dict[str, Any]:
    text = message.get("text")
    if text is None:
        raise BadFrame("bad_frame", "Frames are JSON text.")
    if len(text) > MAX_FRAME_BYTES:
        raise BadFrame("too_large")
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadFrame("bad_frame") from None
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        raise BadFrame("bad_frame", "Frames are objects with a type.")
    return body


def _cursors(raw: Any) -> dict[str, int]:
    """Return the streams with their numbers; ids that are no ULIDs are left out."""
    if not isinstance(raw, dict):
        raise BadFrame("bad_frame", "cursors: an object of stream ids and numbers.")
    cursors = {}
    for raw_id, seq in raw.items():
        if type(seq) is not int or not 0 <= seq <= MAX_SEQ:
            raise BadFrame("bad_frame", "cursors: an object of stream ids and numbers.")
        if stream_id := parse_ulid(raw_id):
            cursors[stream_id] = seq
    return cursors
