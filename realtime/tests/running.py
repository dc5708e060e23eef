"""Run Rosetta as in production, in processes on free ports with their own database, and connect clients to it."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from realtime.tests.frame_schema import check_frame
from rosetta.tests import migrated
from rosetta.tests.processes import ROOT, free_port

HOST = "127.0.0.1"
PASSWORD = "correct horse 9"
PATIENCE = 60.0


class Service:
    """The running processes. Embedded, the web process is the gateway too."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.env = env
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, int] = {}
        self.is_embedded = "DATABASE_URL" not in env or "REDIS_URL" not in env
        self.origin = env["PUBLIC_URL"]

    @property
    def web(self) -> str:
        return f"http://{HOST}:{self.ports['web']}"

    @property
    def socket_url(self) -> str:
        return f"ws://{HOST}:{self.ports['gateway']}/api/v1/realtime"

    def start(self, name: str, app: str) -> None:
        """Start a process and wait until it answers; restarted, it keeps its port."""
        port = self.ports.setdefault(name, free_port())
        line = [
            sys.executable,
            "-m",
            "rosetta.serving",
            app,
            "--sockets",
            "--host",
            HOST,
            "--port",
            str(port),
        ]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(line, cwd=ROOT, env=self.env, stdout=log, stderr=log)
        wait_until(lambda: self._answers(name), f"{name} starts", 120)

    def _answers(self, name: str) -> bool:
        assert self.processes[name].poll() is None, self.log(name)
        try:
            return httpx.get(f"http://{HOST}:{self.ports[name]}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def start_gateway(self, name: str = "gateway") -> None:
        self.start(name, "rosetta.gateway:application")

    def start_web(self) -> None:
        self.start("web", "rosetta.asgi:application")

    def stop(self, name: str) -> None:
        process = self.processes.pop(name)
        process.terminate()
        process.wait(20)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-4000:]

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        """Run ``code`` in this service's Django shell; returns what it prints."""
        return self.manage("shell", "--no-imports", "-c", code)

    def register(self, name: str, language: str = "en") -> "Person":
        body = {
            "name": name,
            "email": f"{name.lower()}-{uuid.uuid4().hex[:8]}@example.com",
            "password": PASSWORD,
            "password_confirmation": PASSWORD,
            "device_name": "test",
            "preferred_language": language,
        }
        answer = httpx.post(f"{self.web}/api/v1/auth/app/register", json=body)
        assert answer.status_code == 200, answer.text
        data = answer.json()
        return Person(self, name, body["email"], data["user"]["id"], data["access_token"])


class Person:
    """A user, as an API client."""

    def __init__(self, service: Service, name: str, email: str, pk: int, token: str) -> None:
        self.service, self.name, self.email, self.pk, self.token = service, name, email, pk, token
        self.client = httpx.Client(base_url=f"{service.web}/api/v1/", headers={"Authorization": f"Bearer {token}"})

    def call(self, method: str, path: str, status: int | None = None, **options: Any) -> Any:
        answer = self.client.request(method, path, **options)
        assert (answer.status_code == status) if status else answer.is_success, f"{answer.status_code} {answer.text}"
        return answer.json().get("data") if answer.content else None

    def socket(self, **options: Any) -> "Client":
        return Client(self.service, {"Authorization": f"Bearer {self.token}"}, **options)


class Client:
    """A socket that keeps the frames it receives, each checked against the AsyncAPI document.

    ``async with`` opens it, waits for its hello, and closes it.
    """

    def __init__(
        self, service: Service, headers: dict[str, str] | None = None, *, url: str = "", origin: str | None = None,
        subprotocols: tuple[str, ...] = ("rosetta.v1",), **options: Any,
    ) -> None:  # fmt: skip
        self.options: dict[str, Any] = {
            "uri": url or service.socket_url,
            "additional_headers": headers or {},
            "subprotocols": subprotocols,
            "origin": origin,
            "compression": None,
            "max_size": None,
            "proxy": None,
            **options,
        }
        self.frames: list[dict[str, Any]] = []
        self.hello: dict[str, Any] = {}

    async def __aenter__(self) -> "Client":
        self.ws: ClientConnection = await connect(**self.options)
        self.hello = await self.next("hello")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ws.close()

    async def receive(self, seconds: float = PATIENCE) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            return self._keep(await self.ws.recv())

    def _keep(self, text: str | bytes) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(text)
        check_frame(frame)
        self.frames.append(frame)
        return frame

    async def next(self, kind: str, seconds: float = PATIENCE, **fields: Any) -> dict[str, Any]:
        """Wait for the next frame of this type with these fields.

        Others are kept in ``frames``.
        """
        deadline = time.monotonic() + seconds
        while True:
            frame = await self.receive(max(0.01, deadline - time.monotonic()))
            if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                return frame

    async def event(self, event: str, seconds: float = PATIENCE, **fields: Any) -> dict[str, Any]:
        return await self.next("event", seconds, event=event, **fields)

    async def send(self, **frame: Any) -> None:
        await self.ws.send(json.dumps(frame))

    async def quiet(self, seconds: float = 1.2) -> list[dict[str, Any]]:
        """Return the frames that arrive within ``seconds`` and one round trip more, without signals."""
        await asyncio.sleep(seconds)
        seen = len(self.frames)
        await self.send(type="ping")
        await self.next("pong")
        return [frame for frame in self.frames[seen:-1] if frame["type"] != "signal"]

    def cursor(self, stream_id: str) -> int:
        """Return the highest number of the stream that this socket has received."""
        events = [frame for frame in self.frames if frame["type"] == "event"]
        numbers = [
            frame["seq"] for frame in events if stream_id in (frame.get("conversation_id"), frame.get("workspace_id"))
        ]
        return max(self.hello["cursors"].get(stream_id, 0), *numbers, 0)

    async def until_unsubscribed_from(self, stream_id: str, seconds: float = PATIENCE) -> None:
        """Wait until this socket no longer receives the stream.

        A ``resume`` of it is answered as for an unknown id.
        """
        async with asyncio.timeout(seconds):
            while True:
                await self.send(type="resume", cursors={stream_id: self.cursor(stream_id)})
                if stream_id not in (await self.next("resumed"))["cursors"]:
                    return
                await asyncio.sleep(0.3)  # sixty frames in ten seconds are what a client may send

    async def closed(self, seconds: float = PATIENCE) -> int:
        """Wait for the close, and return its code."""
        async with asyncio.timeout(seconds):
            try:
                while True:
                    self._keep(await self.ws.recv())
            except ConnectionClosed as end:
                assert end.rcvd is not None
                return end.rcvd.code


async def refused(service: Service, headers: dict[str, str] | None = None, **options: Any) -> int:
    """Return the code that a socket with these credentials is closed with before its hello."""
    client = Client(service, headers, **options)
    client.ws = await connect(**client.options)
    return await client.closed()


def wait_until(is_true: Callable[[], bool], what: str, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, f"Not within {seconds} s: {what}"
        time.sleep(0.05)


@contextmanager
def running(**settings: str) -> Iterator[Service]:
    """Run a service with ``settings``.

    Embedded, or on the PostgreSQL and Redis that the environment names.
    """
    folder = Path(tempfile.mkdtemp(prefix="rosetta-realtime-"))
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env |= {
        "VAR_DIR": str(folder),
        "SECRET_KEY": "only-for-tests",
        "THROTTLE": "off",
        "LOG_LEVEL": "WARNING",
        "SESSION_IDLE_MINUTES": "60",
        "PUBLIC_URL": "http://chat.example.com",
        "ALLOWED_HOSTS": HOST,
        # because all clients of a test share one address and one event loop, which may stall for a second
        "HELD_REQUESTS_PER_ADDRESS": "1000",
        **settings,
    }
    drop = None
    if env.get("DATABASE_URL"):
        drop = _own_database(env)
    else:
        migrated.copy_sqlite(folder / "db.sqlite3")
    service = Service(env, folder)
    try:
        service.start_web()
        if service.is_embedded:
            service.ports["gateway"] = service.ports["web"]
        else:
            service.start_gateway()
        yield service
    finally:
        for process in service.processes.values():
            process.terminate()
        for process in service.processes.values():
            process.wait(20)
        if drop is not None:
            drop()
        shutil.rmtree(folder, ignore_errors=True)


def _own_database(env: dict[str, str]) -> Callable[[], None]:
    base = env["DATABASE_URL"]
    name = f"rosetta_rt_{uuid.uuid4().hex[:12]}"
    migrated.run_sql(base, f"CREATE DATABASE {name} TEMPLATE {migrated.postgres_template(base)}")
    env["DATABASE_URL"] = urlunsplit(urlsplit(base)._replace(path=f"/{name}"))
    return lambda: migrated.run_sql(base, f"DROP DATABASE {name} WITH (FORCE)")
