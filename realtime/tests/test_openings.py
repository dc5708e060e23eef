"""Sockets that die while they are being opened harm nobody else, and `hello` is the first frame of every other."""

import asyncio
import base64
import os
import socket
import struct
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from realtime.tests.conftest import Team
from realtime.tests.running import Person, Service

OTHERS, PEOPLE, DROPS_PER_STEP = 200, 8, 30
STEPS = ("connected", "half a request", "requested", "accepted", "greeted", "resuming")
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset, as a network does that goes away


async def drop(person: Person, step: str, channel_id: str) -> None:
    """Open a socket as ``person`` as far as ``step``, then cut the connection."""
    url = urlsplit(person.service.socket_url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    try:
        await _open_up_to(step, person, channel_id, reader, writer)
    finally:
        raw: socket.socket = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        writer.transport.abort()


async def _open_up_to(
    step: str, person: Person, channel_id: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    request = (
        f"GET {urlsplit(person.service.socket_url).path} HTTP/1.1\r\nUpgrade: websocket\r\n"
        f"Host: {person.service.ports['gateway']}\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {_key()}\r\n"
        f"Authorization: Bearer {person.token}\r\n\r\n"
    ).encode()
    if step == "connected":
        return
    writer.write(request[:90] if step == "half a request" else request)
    await writer.drain()
    if step in ("half a request", "requested"):
        return
    await reader.readuntil(b"\r\n\r\n")
    if step == "accepted":
        return
    await reader.readuntil(b'"type":"hello"')
    if step == "resuming":
        frame = b'{"type":"resume","cursors":{"%s":0}}' % channel_id.encode()
        writer.write(bytes((0x81, 0x80 | len(frame), 0, 0, 0, 0)) + frame)
        await writer.drain()


def _key() -> str:
    return base64.b64encode(os.urandom(16)).decode()


async def first_frame(person: Person) -> str:
    """Return the type of the first frame that a new socket of ``person`` receives."""
    client = person.socket(open_timeout=60)
    try:
        async with client:
            return str(client.frames[0]["type"])
    except TimeoutError:
        return "none"


@pytest.fixture
def people(service: Service, team: Team) -> list[Person]:
    """Members of the team's workspace, which has messages to replay."""
    people = [service.register(f"Person{number}") for number in range(PEOPLE)]
    for person in people:
        team.add(person)
    for number in range(20):
        team.post(f"Message {number}")
    return people


async def test_sockets_that_die_while_opening_leave_all_others_greeted(team: Team, people: list[Person]) -> None:
    async def dropped(person: Person, step: str) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):  # the service may be the first to see that it died
            await drop(person, step, team.channel["id"])

    drops = [dropped(people[n % PEOPLE], step) for n in range(DROPS_PER_STEP) for step in STEPS]
    openings = [first_frame(people[n % PEOPLE]) for n in range(OTHERS)]
    mixed = [work for pair in zip(openings, drops, strict=False) for work in pair]
    rest = [*openings[len(drops) :], *drops[len(openings) :]]
    answers = await asyncio.gather(*mixed, *rest)
    assert [answer for answer in answers if answer is not None] == ["hello"] * OTHERS
    # The same people's next attempts are served too.
    assert await asyncio.gather(*(first_frame(person) for person in people)) == ["hello"] * PEOPLE


async def test_nothing_precedes_hello_on_a_second_socket(team: Team) -> None:
    """Reading, typing and posts go on while somebody who is online already opens more sockets."""
    message = team.post("Hello")
    base = f"workspaces/{team.workspace['id']}/channels/{team.channel['id']}"
    is_over = asyncio.Event()

    async def read_and_post() -> None:
        while not is_over.is_set():
            await asyncio.to_thread(team.mali.call, "POST", f"{base}/read", json={"message_id": message["id"]})
            await asyncio.to_thread(team.post, "More")

    async with team.mali.socket():
        noise = asyncio.create_task(read_and_post())
        for _ in range(5):
            assert set(await asyncio.gather(*(first_frame(team.mali) for _ in range(8)))) == {"hello"}
        is_over.set()
        await noise
