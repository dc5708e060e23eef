"""One socket without a network: its queue, its limits, and a client that is gone."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest

from realtime.authentication import Credential
from realtime.connection import QUEUE_LIMIT, Connection
from realtime.hub import Caller
from realtime.protocol import MAX_FRAME_BYTES, TOO_MANY_ERRORS, TOO_SLOW, BadFrame, parse_client_frame
from realtime.tests.fakes import settle
from realtime.wire import TextFrame, text_frame
from rosetta.serving.websockets import WebSocket

ULID = "01jx0000000000000000000000"


class Server:
    """The server's side of a socket.

    Keeps what it is sent, unless the client is stuck.
    """

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.is_stuck = False
        self.too_slow = 0
        self.frames: list[Any] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def send(self, message: Any) -> None:
        while self.is_stuck and message["type"] == "websocket.send":
            await asyncio.sleep(0)
        self.sent.append(message)

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        self.tasks.append(asyncio.ensure_future(work))
        return self.tasks[-1]

    def connection(self, send: Any = None) -> Connection:
        return Connection(
            Caller("user:1", 1, None),
            Credential("token", "1"),
            send or self.send,
            on_frame=lambda _, frame: self.frames.append(frame),
            on_too_slow=self.count_slow,
            spawn=self.spawn,
        )

    def count_slow(self) -> None:
        self.too_slow += 1

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(message["text"]) for message in self.sent if message["type"] == "websocket.send"]

    @property
    def close_codes(self) -> list[int]:
        return [message["code"] for message in self.sent if message["type"] == "websocket.close"]


@pytest.fixture
def server() -> Server:
    return Server()


def received(**body: Any) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": json.dumps(body)}


# ── Out ──


async def test_frames_are_sent_in_order(server: Server) -> None:
    connection = server.connection()
    for number in range(3):
        connection.push(text_frame({"number": number}))
    await settle()
    connection.push(text_frame({"number": 3}))
    await asyncio.wait_for(connection.drained(), 5)
    await settle()
    connection.stop()
    assert server.bodies == [{"number": number} for number in range(4)]


async def test_a_client_that_does_not_read_is_closed_as_too_slow(server: Server) -> None:
    server.is_stuck = True
    connection = server.connection()
    frame = TextFrame("x" * (QUEUE_LIMIT // 4))
    for _ in range(10):
        connection.push(frame)
        await settle()
    assert (connection.closed, server.too_slow, server.close_codes) == (True, 1, [TOO_SLOW])


class ClosedTransport:
    """As uvloop's, after the connection was lost."""

    def write(self, data: bytes) -> None:
        raise RuntimeError("unable to perform operation; the handler is closed")


def protocol_of_a_lost_client() -> Any:
    """The server's protocol object of a client that is gone, before anybody was told."""
    protocol = WebSocket.__new__(WebSocket)
    protocol.conn = type("Conn", (), {"extensions": []})()
    protocol.transport = ClosedTransport()
    protocol.writable = asyncio.Event()
    protocol.writable.set()
    return protocol


async def test_pushing_to_a_lost_client_raises_nothing_and_ends_the_socket(server: Server) -> None:
    connection = server.connection(protocol_of_a_lost_client().send)
    connection.push(text_frame({"type": "hello"}))
    assert connection.closed
    connection.push(text_frame({"type": "event"}))
    await settle()


async def test_pushing_after_the_writer_was_cancelled_raises_nothing(server: Server) -> None:
    connection = server.connection()
    await settle()
    connection.stop()
    await settle()
    connection.push(text_frame({"type": "event"}))
    connection.close_after_queue(TOO_MANY_ERRORS)


async def test_a_send_that_fails_ends_the_socket_and_whoever_waits_for_it(server: Server) -> None:
    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        raise OSError("the client is gone")

    connection = server.connection(send)
    connection.push(text_frame({"number": 1}))
    connection.push(text_frame({"number": 2}))
    await asyncio.wait_for(connection.drained(), 5)
    assert connection.closed
    connection.close(TOO_SLOW)
    await settle()


# ── In ──


async def test_pings_are_answered_and_other_frames_passed_on(server: Server) -> None:
    connection = server.connection()
    connection.receive(received(type="ping"))
    connection.receive(received(type="resume", cursors={ULID.upper(): 3, "none": 4}))
    connection.receive(received(type="typing", conversation_id=ULID))
    await settle()
    connection.stop()
    assert server.bodies == [{"type": "pong"}]
    assert server.frames == [
        {"type": "resume", "cursors": {ULID: 3}},
        {"type": "typing", "conversation_id": ULID},
    ]


async def test_ten_errors_close_the_socket_after_they_were_sent(server: Server) -> None:
    connection = server.connection()
    for _ in range(12):
        connection.receive(received(type="dance"))
    await settle()
    assert [body["code"] for body in server.bodies] == ["unknown_type"] * 10
    assert server.close_codes == [TOO_MANY_ERRORS]


async def test_a_flood_of_frames_is_refused(server: Server) -> None:
    connection = server.connection()
    for _ in range(62):
        connection.receive(received(type="ping"))
    await settle()
    connection.stop()
    assert [body["type"] for body in server.bodies].count("pong") == 60
    assert [body.get("code") for body in server.bodies].count("rate_limited") == 2


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"bytes": b"{}"}, "bad_frame"),
        ({"text": "nonsense"}, "bad_frame"),
        ({"text": "[]"}, "bad_frame"),
        ({"text": "{}"}, "bad_frame"),
        ({"text": '{"type": 7}'}, "bad_frame"),
        ({"text": '{"type": "dance"}'}, "unknown_type"),
        ({"text": '{"type": "resume"}'}, "bad_frame"),
        ({"text": '{"type": "resume", "cursors": {"x": -1}}'}, "bad_frame"),
        ({"text": '{"type": "resume", "cursors": {"x": true}}'}, "bad_frame"),
        ({"text": '{"type": "resume", "cursors": {"x": 9223372036854775808}}'}, "bad_frame"),
        ({"text": '{"type": "typing"}'}, "bad_frame"),
        ({"text": '{"type": "typing", "conversation_id": 7}'}, "bad_frame"),
        ({"text": '"' + "x" * MAX_FRAME_BYTES + '"'}, "too_large"),
    ],
)
def test_bad_frames_are_refused_with_a_code(message: dict[str, Any], code: str) -> None:
    with pytest.raises(BadFrame) as refusal:
        parse_client_frame(message)
    assert refusal.value.code == code
