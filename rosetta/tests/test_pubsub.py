"""Messages between processes survive encoding, and what is no message is refused."""

import pytest
from pytest_django import Settings

from rosetta import pubsub
from rosetta.pubsub import (
    AccessChanged,
    BadMessage,
    CredentialEnded,
    DraftChanged,
    Message,
    PresenceChanged,
    ReadMoved,
    StreamAdvanced,
    Typing,
    decode,
    encode,
)

ULID = "01jx0000000000000000000000"


@pytest.mark.parametrize(
    "message",
    [
        StreamAdvanced(ULID),
        AccessChanged(user=7),
        AccessChanged(guest=ULID),
        AccessChanged(workspace=ULID),
        CredentialEnded("token", "12"),
        ReadMoved(7, ULID, 41),
        DraftChanged(7, ULID),
        DraftChanged(7, ULID, ULID),
        Typing(ULID, "user:7", {"user": {"id": 7, "name": "มะลิ", "avatar_url": None}, "guest": None}, ULID),
        PresenceChanged(7, "online", [ULID], ULID),
    ],
)
def test_a_message_is_decoded_as_it_was_encoded(message: Message) -> None:
    assert decode(encode(message)) == message


@pytest.mark.parametrize(
    "data",
    [
        b"01jx0000000000000000000000",
        b"who:user:7",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"{}",
        b'{"type": ["stream_advanced"]}',
        b'{"type": "dance"}',
        b'{"type": "stream_advanced"}',
        b'{"type": "stream_advanced", "stream_id": 7}',
        b'{"type": "stream_advanced", "stream_id": "x", "more": 1}',
        b'{"type": "access_changed"}',
        b'{"type": "access_changed", "user": "7"}',
        b'{"type": "access_changed", "user": 7, "guest": "x"}',
        b'{"type": "presence_changed", "user_id": 7, "status": "online", "workspace_ids": "x", "origin": "y"}',
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(data)


@pytest.mark.parametrize("fields", [{}, {"user": 7, "guest": ULID}])
def test_a_change_of_access_concerns_exactly_one(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        AccessChanged(**fields)  # type: ignore[arg-type]


def test_without_redis_this_process_receives_its_own_messages(settings: Settings) -> None:
    settings.REDIS_URL = ""
    received: list[Message] = []
    pubsub.listen(received.append)
    try:
        pubsub.publish(StreamAdvanced(ULID))
    finally:
        pubsub.unlisten(received.append)
    pubsub.publish(StreamAdvanced(ULID))
    assert received == [StreamAdvanced(ULID)]
