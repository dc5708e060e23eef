"""Ephemeral signals, which may be lost.

Who types, who is online, how far the user has read and what they arranged on another client.
"""

import time
from collections.abc import Iterable

from realtime.hub import Caller, Hub
from realtime.protocol import DraftSignal, PresenceSignal, ReadSignal, Sender, SidebarSignal, TypingSignal
from realtime.wire import TextFrame, text_frame

TYPING_SECONDS = 2.0
ONLINE, OFFLINE = "online", "offline"
# Conversations per caller of which the last typing is remembered.
MAX_TYPED = 100


def may_show_typing(caller: Caller, conversation_id: str) -> bool:
    """Count a typing frame.

    False when one was shown within TYPING_SECONDS: clients may send one at every key.
    """
    now = time.monotonic()
    if now - caller.last_typed.get(conversation_id, -TYPING_SECONDS) < TYPING_SECONDS:
        return False
    if len(caller.last_typed) > MAX_TYPED:
        caller.last_typed.clear()
    caller.last_typed[conversation_id] = now
    return True


def show_typing(hub: Hub, conversation_id: str, caller_key: str, sender: Sender) -> None:
    """Show everybody in the conversation, except the sender, that they type."""
    stream = hub.streams.get(conversation_id)
    if stream is None:
        return
    signal: TypingSignal = {
        "type": "signal",
        "conversation_id": conversation_id,
        "event": "typing",
        "data": sender,
    }
    frame = text_frame(signal)
    for socket in stream.audience.sockets():
        if socket.caller.key != caller_key:
            socket.push(frame)


def show_read(hub: Hub, user_id: int, conversation_id: str, last_read_seq: int) -> None:
    """Show a user's own clients how far they have read."""
    caller = hub.callers.get(f"user:{user_id}")
    if caller is None or hub.subscription_of(caller, conversation_id) is None:
        return
    signal: ReadSignal = {
        "type": "signal",
        "conversation_id": conversation_id,
        "event": "read",
        "data": {"last_read_seq": last_read_seq},
    }
    frame = text_frame(signal)
    for socket in caller.sockets:
        socket.push(frame)


def show_draft(hub: Hub, user_id: int, conversation_id: str, parent_id: str | None) -> None:
    """Tell a user's own clients that a draft of theirs has changed; what it says they read over REST."""
    caller = hub.callers.get(f"user:{user_id}")
    if caller is None or hub.subscription_of(caller, conversation_id) is None:
        return
    signal: DraftSignal = {
        "type": "signal",
        "conversation_id": conversation_id,
        "event": "draft",
        "data": {"parent_message_id": parent_id},
    }
    frame = text_frame(signal)
    for socket in caller.sockets:
        socket.push(frame)


def show_sidebar(hub: Hub, user_id: int) -> None:
    """Tell a user's own clients that their sidebar was arranged."""
    caller = hub.callers.get(f"user:{user_id}")
    if caller is None:
        return
    signal: SidebarSignal = {
        "type": "signal",
        "conversation_id": None,
        "event": "sidebar",
        "data": {"user_id": user_id},
    }
    frame = text_frame(signal)
    for socket in caller.sockets:
        socket.push(frame)


def presence_frame(user_id: int, status: str) -> TextFrame:
    """Encode that a user came online or went offline."""
    signal: PresenceSignal = {
        "type": "signal",
        "conversation_id": None,
        "event": "presence",
        "data": {"user_id": user_id, "status": "online" if status == ONLINE else "offline"},
    }
    return text_frame(signal)


def show_presence(hub: Hub, user_id: int, status: str, workspace_ids: Iterable[str]) -> None:
    """Show everybody who shares one of the workspaces, once each, that a user came online or went offline."""
    frame = presence_frame(user_id, status)
    sockets = {
        socket
        for workspace_id in workspace_ids
        if workspace_id in hub.streams
        for socket in hub.streams[workspace_id].audience.sockets()
    }
    for socket in sockets:
        if socket.caller.user_id != user_id:
            socket.push(frame)
