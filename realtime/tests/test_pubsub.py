"""Messages that arrive in the gateway.

Each is handled, and one that is broken affects no other.
"""

from typing import Any

import pytest
import structlog

from realtime.authentication import Credential
from realtime.credential_watch import CredentialWatch
from realtime.gateway import Gateway
from realtime.hub import Hub
from realtime.pubsub import receive
from realtime.tests.fakes import FakeDatabase, Running, connect, settle, subscribed
from rosetta.pubsub import AccessChanged, CredentialEnded, Message, ReadMoved, StreamAdvanced, Typing, encode


def test_a_message_that_cannot_be_read_is_logged_and_the_next_one_handled() -> None:
    handled: list[Message] = []
    with structlog.testing.capture_logs() as logs:
        for data in (b"who:user:7", b'{"type": "of_a_later_version"}', encode(StreamAdvanced("x"))):
            receive(data, handled.append)
    assert handled == [StreamAdvanced("x")]
    assert [entry["event"] for entry in logs] == ["message_unknown", "message_unknown"]


@pytest.mark.parametrize(
    "message",
    [
        StreamAdvanced("01jx"),
        AccessChanged(user=1),
        AccessChanged(guest="01jx"),
        AccessChanged(workspace="01jx"),
        CredentialEnded("token", "1"),
        ReadMoved(1, "01jx", 3),
        Typing("01jx", "user:1", {}, "another process"),
    ],
)
async def test_messages_about_what_is_not_here_are_ignored(message: Message) -> None:
    with structlog.testing.capture_logs() as logs:
        Gateway().on_message(message)
    assert logs == []


async def test_a_message_whose_handling_fails_is_logged() -> None:
    with structlog.testing.capture_logs() as logs:
        Gateway().on_message(StreamAdvanced(["unhashable"]))  # type: ignore[arg-type]
    assert [entry["event"] for entry in logs] == ["message_failed"]


async def test_a_credential_that_ended_closes_its_sockets_alone() -> None:
    hub, valid = Hub(), {Credential("token", "1")}

    def ended(_: Any, credentials: set[Credential]) -> dict[Credential, int]:
        return dict.fromkeys(credentials - valid, 4401)

    database: Any = FakeDatabase(ended)
    watch = CredentialWatch(database)
    sockets: list[Any] = [connect(hub, "user:1", subscribed()) for _ in range(3)]
    for socket, token in zip(sockets, ("1", "2", "2"), strict=True):
        socket.credential = Credential("token", token)
        watch.add(socket)
    watch.remove(sockets[2])
    async with Running(watch.run()):
        watch.schedule_credential(Credential("token", "1"))
        watch.schedule_credential(Credential("token", "2"))
        await settle()
    assert [socket.close_code for socket in sockets] == [None, 4401, None]
    watch.remove(sockets[0])
    watch.remove(sockets[1])
    assert watch.is_idle
