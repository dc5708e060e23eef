"""Silent WebSockets are pinged by a sweep, and closed when they do not answer."""

import asyncio
import os
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from rosetta.serving.websockets import ANSWER_SECONDS, SILENT_SECONDS, WebSocket

HANDSHAKE = (
    b"GET /s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Client:
    """An accepted WebSocket, whose application keeps the frames that it receives."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.transport = Transport()

    async def open(self) -> None:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            while (message := await receive())["type"] == "websocket.receive":
                self.received.append(message["text"])

        config = Config(application, ws=WebSocket, ws_ping_interval=None, log_config=None)
        config.load()
        self.protocol = WebSocket(config=config, server_state=ServerState(), app_state={})
        self.protocol.connection_made(self.transport)
        self.protocol.data_received(HANDSHAKE)
        await self.settle()
        self.transport.written.clear()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    def after(self, seconds: float) -> list[bytes]:
        """Sweep ``seconds`` after the client was last heard; returns what is written."""
        self.transport.written.clear()
        self.protocol.keep_alive(self.protocol.heard_at + seconds)
        return self.transport.written.copy()

    def say(self, opcode: int, payload: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self.protocol.data_received(bytes((0x80 | opcode, 0x80 | len(payload))) + mask + masked)


@pytest.fixture
async def client() -> Client:
    client = Client()
    await client.open()
    return client


async def test_a_client_that_answers_is_pinged_once_in_a_while_and_stays(client: Client) -> None:
    assert client.after(SILENT_SECONDS - 1) == []
    for _ in range(3):
        (ping,) = client.after(SILENT_SECONDS + 1)
        assert client.after(SILENT_SECONDS + 2) == []
        client.say(0xA, ping[2:])
    assert not client.transport.closed


async def test_a_client_that_stays_silent_is_closed(client: Client) -> None:
    assert len(client.after(SILENT_SECONDS)) == 1
    assert client.after(SILENT_SECONDS + ANSWER_SECONDS)[0].startswith(b"\x88")
    assert client.transport.closed
    assert client.after(SILENT_SECONDS + ANSWER_SECONDS + 1) == []


@pytest.mark.parametrize("payload", [b"", b"12345678"])
async def test_frames_that_are_no_answer_to_our_ping_reach_the_parser(client: Client, payload: bytes) -> None:
    client.after(SILENT_SECONDS)
    client.say(0xA, payload)
    client.after(SILENT_SECONDS)
    client.say(0x1, b"12345678")
    await client.settle()
    assert client.received == ["12345678"]
    assert not client.transport.closed
