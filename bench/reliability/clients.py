"""Careful clients: they retry with the same key, resume after a gap, and record everything that they receive."""

import asyncio
import contextlib
import hashlib
import itertools
import json
import os
import random
import socket
import string
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import websockets

from bench.reliability.stack import Stack
from bench.reliability.world import API, Person, Place, Promise, World, sign_up
from bench.service import HOST

AGAIN_SECONDS = 0.3
TIMEOUT_SECONDS = 15

LETTERS = str.maketrans(string.digits, string.ascii_lowercase[10:20])


@dataclass
class Ledger:
    """What a phase's writers saw.

    The seconds of each post and read, and the number of retries.
    """

    posts: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    retries: int = 0
    refused: list[str] = field(default_factory=list)


class Writers:
    """The HTTP client of all people.

    Alternates between the web processes, and retries on the other one.
    """

    def __init__(self, stack: Stack) -> None:
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=100)
        self._clients = [
            httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=TIMEOUT_SECONDS, limits=limits)
            for port in stack.entry_ports
        ]
        self._turn = itertools.count()
        self.ledger = Ledger()

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()

    async def call(self, person: Person | None, method: str, path: str, **what: Any) -> httpx.Response:
        """Return the first response that is not a 5xx, a 409 in progress or a broken connection."""
        headers = {**(person.headers if person else {}), **what.pop("headers", {})}
        while True:
            client = self._clients[next(self._turn) % len(self._clients)]
            with contextlib.suppress(httpx.HTTPError):
                answer = await client.request(method, path, headers=headers, **what)
                if answer.status_code < 500 and answer.status_code != 409:
                    return answer
            self.ledger.retries += 1
            await asyncio.sleep(AGAIN_SECONDS)

    async def post(self, place: Place, person: Person, *, size: int = 0, upload: bool = False) -> None:
        """Post a message; keep it in ``place.promises`` when it is acknowledged."""
        # In letters, because a number like a commit's is protected, and the pretended translation changes it.
        parcel = uuid.uuid4().hex.translate(LETTERS)
        text = f"The parcel {parcel} reaches the harbour this evening." + " It is on time." * (size // 16)
        body: dict[str, Any] = {"content": text}
        digest = ""
        if upload:
            body["attachment_ids"], digest = await self._upload(person)
        key, asked = {"Idempotency-Key": uuid.uuid4().hex}, time.monotonic()
        answer = await self.call(person, "POST", place.path_for(person), headers=key, json=body)
        answered = time.monotonic()
        if answer.status_code != 201:
            self.ledger.refused.append(f"{place.name}: {answer.status_code} {answer.text[:200]}")
            return
        data = answer.json()["data"]
        place.promises[text] = Promise(data["id"], data["seq"], asked, answered, digest)
        self.ledger.posts.append(answered - asked)

    async def _upload(self, person: Person) -> tuple[list[str], str]:
        content = os.urandom(random.randint(10_000, 100_000))
        answer = await self.call(person, "POST", f"{API}/files", files={"file": ("parcel.bin", content)})
        if answer.status_code != 201:
            raise SystemExit(f"an upload was refused: {answer.status_code} {answer.text[:200]}")
        return [answer.json()["data"]["id"]], hashlib.sha256(content).hexdigest()

    async def read(self, place: Place, person: Person) -> None:
        began = time.monotonic()
        await self.call(person, "GET", place.path_for(person) + "?limit=50")
        self.ledger.reads.append(time.monotonic() - began)

    async def register(self) -> None:
        """Register a new account, which must get a mail."""
        name = f"N{uuid.uuid4().hex[:12]}"
        answer = await self.call(None, "POST", f"{API}/auth/app/register", json=sign_up(name, "th"))
        # A 422 says that an earlier attempt, whose response was lost, made the account.
        if answer.status_code in (201, 422):
            self.ledger.mails.append(f"{name.lower()}@example.com")


class Watch:
    """Reads a page ten times a second without retrying, and keeps when the answer was a 503."""

    def __init__(self, stack: Stack, world: World) -> None:
        self._url = f"http://{HOST}:{stack.entry_ports[0]}{world.crowd.path}?limit=1"
        self._headers = world.owner.headers
        self.refused_at: list[float] = []

    async def run(self) -> None:
        """Read forever, several at a time, because a request may wait for what is unavailable."""
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client, asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._read(client))
                await asyncio.sleep(0.1)

    async def _read(self, client: httpx.AsyncClient) -> None:
        with contextlib.suppress(httpx.HTTPError):
            answer = await client.get(self._url, headers=self._headers)
            if answer.status_code == 503:
                self.refused_at.append(time.monotonic())


@dataclass(eq=False)
class Reader:
    """A socket client: every message that it received, in order, over all its connections."""

    person: Person
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    small_buffer: bool = False
    cursors: dict[str, int] = field(default_factory=dict)
    # By conversation: ids and numbers of the messages in the order received, with the time.
    heard: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    heard_at: dict[str, float] = field(default_factory=dict)
    # By message: when its translation for this reader arrived, and when the service says that it was created.
    translated_at: dict[str, float] = field(default_factory=dict)
    written_at: dict[str, float] = field(default_factory=dict)
    connections: int = 0
    closes: list[int] = field(default_factory=list)

    async def listen(self, port: int) -> None:
        """Listen forever, reconnecting whenever the connection ends."""
        while True:
            try:
                async with websockets.connect(
                    f"ws://{HOST}:{port}{API}/realtime",
                    additional_headers=self.person.headers,
                    subprotocols=["rosetta.v1"],  # type: ignore[list-item]
                    sock=self._socket(port),
                    max_queue=1 if self.small_buffer else 1000,
                    ping_interval=None if self.small_buffer else 20,
                    compression=None,
                ) as connection:
                    await self._follow(connection)
            except (OSError, websockets.WebSocketException, TimeoutError) as error:
                if isinstance(error, websockets.ConnectionClosed) and error.rcvd:
                    self.closes.append(error.rcvd.code)
                await asyncio.sleep(AGAIN_SECONDS)

    def _socket(self, port: int) -> socket.socket | None:
        if not self.small_buffer:
            return None
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.connect((HOST, port))
        made.setblocking(False)
        return made

    async def _follow(self, connection: Any) -> None:
        hello = json.loads(await connection.recv())
        self.connections += 1
        if self.cursors:
            await connection.send(json.dumps({"type": "resume", "cursors": self.cursors}))
        else:
            self.cursors = dict(hello["cursors"])
        while True:
            while self.stalled.is_set():
                await asyncio.sleep(0.1)
            frame = json.loads(await connection.recv())
            if frame["type"] == "event" and not self._take(frame):
                await connection.send(json.dumps({"type": "resume", "cursors": self.cursors}))

    def _take(self, frame: dict[str, Any]) -> bool:
        """Record an event.

        Return False when an earlier one is missing, so that it has to be replayed.
        """
        stream = frame.get("conversation_id") or frame["workspace_id"]
        cursor = self.cursors.setdefault(stream, frame["prev"])
        if frame["prev"] > cursor:
            return False
        if frame["seq"] > cursor:
            self.cursors[stream] = frame["seq"]
            if frame["event"] in ("message.created", "message.translated"):
                self._note(stream, frame["event"], frame["data"])
        return True

    def _note(self, stream: str, event: str, data: dict[str, Any]) -> None:
        now = time.monotonic()
        if event == "message.created":
            self.heard.setdefault(stream, []).append((data["id"], data["seq"]))
            self.heard_at[data["id"]] = now
            self.written_at[data["id"]] = datetime.fromisoformat(data["created_at"]).timestamp()
        if data["display_source"] == "translation" and data["display_language"] == self.person.language:
            self.translated_at.setdefault(data["id"], now)


class Hook:
    """The shop's own server, which receives webhook deliveries."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._answer, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode().lower():
                headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
                body = json.loads(await reader.readexactly(int(headers["content-length"])))
                self.told[body["data"]["id"]] = headers["webhook-id"]
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def mixed_load(writers: Writers, world: World, *, rate: float, seconds: float, size: int = 0) -> None:
    """Post and read ``rate`` times a second for ``seconds``, with some uploads and new accounts; return when all are answered."""
    tasks: list[asyncio.Task[None]] = []
    began = time.monotonic()
    for number in range(int(rate * seconds)):
        place = _place(world, number)
        person = random.choice(place.readers)
        upload = number % 20 == 7 and person not in place.guests
        tasks.append(asyncio.create_task(writers.post(place, person, size=size, upload=upload)))
        tasks.append(asyncio.create_task(writers.read(place, random.choice(place.readers))))
        if number % int(rate * 3) == 1:
            tasks.append(asyncio.create_task(writers.register()))
        await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))
    await asyncio.gather(*tasks)


def _place(world: World, number: int) -> Place:
    """Choose the channel for seven posts in ten, another conversation for the rest."""
    return (
        (world.secret, world.room, world.direct)[number % 10]
        if number % 10 < 3
        else world.shop
        if number % 20 == 13
        else world.crowd
    )
