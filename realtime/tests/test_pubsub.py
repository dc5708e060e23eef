"""Messages that arrive in the gateway.

Each is handled, and one that is broken affects no other.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from realtime.authentication import Credential, Validity
from realtime.credential_watch import CredentialWatch
from realtime.gateway import Gateway
from realtime.hub import Hub
from realtime.pubsub import receive
from realtime.tests.fakes import FakeDatabase, Running, connect, settle, subscribed
from rosetta.pubsub import (
    AccessChanged,
    CredentialEnded,
    DraftChanged,
    Message,
    ReadMoved,
    SidebarChanged,
    StreamAdvanced,
    Typing,
    encode,
)


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
        DraftChanged(1, "01jx"),
        SidebarChanged(1),
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

    def validity(_: Any, credentials: set[Credential]) -> dict[Credential, Validity]:
        return {credential: Validity(None if credential in valid else 4401) for credential in credentials}

    database: Any = FakeDatabase(validity)
    watch = CredentialWatch(database)
    sockets: list[Any] = [connect(hub, "user:1", subscribed()) for _ in range(3)]
    for socket, token in zip(sockets, ("1", "2", "2"), strict=True):
        socket.credential = Credential("token", token)
        watch.add(socket)
    watch.remove(sockets[2])
    async with Running(watch.run()):
        await settle()
    assert [socket.close_code for socket in sockets] == [None, 4401, None]
    watch.remove(sockets[0])
    watch.remove(sockets[1])
    assert watch.is_idle


async def test_a_credential_that_expires_is_checked_then_and_its_sockets_close_if_it_was_not_prolonged() -> None:
    hub = Hub()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    until = {Credential("token", "1"): now + timedelta(hours=1), Credential("session", "s"): now + timedelta(hours=1)}
    asked: list[set[Credential]] = []

    def validity(_: Any, credentials: set[Credential]) -> dict[Credential, Validity]:
        asked.append(set(credentials))
        return {each: Validity(until=until[each]) if until[each] > now else Validity(4401) for each in credentials}

    database: Any = FakeDatabase(validity)
    watch = CredentialWatch(database)
    sockets: list[Any] = [connect(hub, "user:1", subscribed()) for _ in until]
    for socket, credential in zip(sockets, until, strict=True):
        socket.credential = credential
        watch.add(socket)
    async with Running(watch.run()):
        await settle()
        watch.schedule_expired((now + timedelta(minutes=59)).timestamp())
        await settle()
        assert asked == [set(until)]
        now += timedelta(hours=1)
        until[Credential("session", "s")] += timedelta(hours=1)  # it was used meanwhile
        watch.schedule_expired(now.timestamp())
        await settle()
        watch.schedule_expired(now.timestamp())
        await settle()
    assert asked == [set(until), set(until)]
    assert [socket.close_code for socket in sockets] == [4401, None]
