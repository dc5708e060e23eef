"""A frame as it goes out: encoded once, however many sockets it goes to."""

from typing import Any

import orjson

try:
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
except ImportError:  # another server, or another uvicorn: everything goes through ASGI
    WebSocketsSansIOProtocol = None  # type: ignore[assignment,misc]


class Outgoing:
    """A text frame: ``text`` for ASGI, ``wire`` the bytes that a WebSocket without extensions sends for it."""

    __slots__ = ("text", "wire")

    def __init__(self, text: str) -> None:
        self.text = text
        payload = text.encode()
        size = len(payload)
        if size < 126:
            head = bytes((0x81, size))
        elif size < 65536:
            head = b"\x81\x7e" + size.to_bytes(2, "big")
        else:
            head = b"\x81\x7f" + size.to_bytes(8, "big")
        self.wire = head + payload


def outgoing(frame: dict[str, Any]) -> Outgoing:
    return Outgoing(orjson.dumps(frame).decode())


def protocol_of(send: Any) -> Any:
    """uvicorn's side of the socket, when ``wire`` may be written to its transport as it is; else None.

    ASGI has no word for "the same bytes to a thousand sockets": each send frames and copies the text anew, which is two
    thirds of what a frame costs. So where we know the server, and no extension changes frames, its transport is used. Only
    while it takes more: the server's own flow control (``writable``) decides, and what it holds back goes through ASGI.
    """
    protocol = getattr(send, "__self__", None)
    if WebSocketsSansIOProtocol is None or type(protocol) is not WebSocketsSansIOProtocol:
        return None
    return None if protocol.conn.extensions else protocol
