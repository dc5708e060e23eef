"""What is told now or never: who types, who is there, how far one has read oneself."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from realtime.hub import Hub
from realtime.wire import Outgoing, outgoing

if TYPE_CHECKING:
    from realtime.connection import Connection

TYPING_SECONDS = 2.0
ONLINE, OFFLINE = "online", "offline"


def signal(event: str, data: dict[str, Any], **ids: str | None) -> Outgoing:
    """A signal's frame."""
    return outgoing({"type": "signal", **ids, "event": event, "data": data})


def may_type(connection: "Connection", conversation_id: str) -> bool:
    """Whether it is time to tell again that the caller types there: clients may say so at every key."""
    now = time.monotonic()
    typed = connection.caller.typed
    if now - typed.get(conversation_id, -TYPING_SECONDS) < TYPING_SECONDS:
        return False
    if len(typed) > 100:
        typed.clear()
    typed[conversation_id] = now
    return True


def show_typing(hub: Hub, conversation_id: str, key: str, about: dict[str, Any]) -> None:
    """Tell everybody in the conversation but the one who types."""
    stream = hub.streams.get(conversation_id)
    if stream is None:
        return
    frame = signal("typing", about, conversation_id=conversation_id)
    for socket in stream.audience.sockets():
        if socket.caller.key != key:
            socket.push(frame)


def show_read(hub: Hub, user_id: int, conversation_id: str, seq: int) -> None:
    """Tell the reader's own clients."""
    caller = hub.callers.get(f"user:{user_id}")
    if caller is None or hub.heard_by(caller, conversation_id) is None:
        return
    frame = signal("read", {"last_read_seq": seq}, conversation_id=conversation_id)
    for socket in caller.sockets:
        socket.push(frame)


def presence(user_id: int, status: str) -> Outgoing:
    """Somebody came or went. It is of no one conversation."""
    return signal("presence", {"user_id": user_id, "status": status}, conversation_id=None)


def show_presence(hub: Hub, user_id: int, status: str, workspace_ids: Iterable[str]) -> None:
    """Tell everybody who shares one of the workspaces, once."""
    frame = presence(user_id, status)
    told = {
        socket
        for workspace_id in workspace_ids
        if workspace_id in hub.streams
        for socket in hub.streams[workspace_id].audience.sockets()
    }
    for socket in told:
        if socket.caller.user_id != user_id:
            socket.push(frame)
