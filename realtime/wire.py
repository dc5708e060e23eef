"""Text frames on their way out: encoded once, however many sockets they go to."""

from collections.abc import Mapping
from typing import Any

import orjson

from rosetta.serving.websockets import WebSocket


class TextFrame:
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


def text_frame(body: Mapping[str, Any]) -> TextFrame:
    """Encode ``body`` as JSON."""
    return TextFrame(orjson.dumps(body).decode())


def server_protocol(send: Any) -> Any:
    """Return our server's protocol object behind ``send``, if ``wire`` may be written to its transport; else None.

    ASGI cannot say "the same bytes to a thousand sockets": each send frames and copies the text again, which is two
    thirds of what a frame costs. So where the server is known and no extension changes frames, its transport is used,
    and only while the server's own flow control (``writable``) allows it; what that holds back goes through ASGI.
    """
    protocol = getattr(send, "__self__", None)
    if type(protocol) is not WebSocket:
        return None  # another server: everything goes through ASGI
    return None if protocol.conn.extensions else protocol
