"""What the layer before Django does with a request's body and with its answer, without a server."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from rosetta.serving.bodies import Held, Refused
from rosetta.serving.bridge import Bridge
from rosetta.serving.connections import Connection
from rosetta.serving.probes import Probes
from rosetta.tests.processes import eventually

Message = dict[str, Any]


class Client:
    """A client of ASGI that sends ``messages`` and then nothing."""

    def __init__(self, *messages: Message, headers: dict[str, str] | None = None, path: str = "/x") -> None:
        self.messages, self.sent = list(messages), list[Message]()
        self.scope = {
            "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"a=%C3%A9",
            "http_version": "1.1", "scheme": "http", "client": ("192.0.2.1", 1), "server": ("127.0.0.1", 80),
            "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
        }  # fmt: skip

    async def receive(self) -> Message:
        if not self.messages:
            await asyncio.Event().wait()
        return self.messages.pop(0)

    async def send(self, message: Any) -> None:
        self.sent.append(dict(message))

    @property
    def status(self) -> int | None:
        return self.sent[0]["status"] if self.sent else None

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


class Echo:
    """A WSGI application that answers the body it got, and remembers what it was called with."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.calls.append(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["wsgi.input"].read()]


def run(client: Client, application: Any) -> Client:
    bridge = Bridge(application, threads=1)

    async def main() -> None:
        await asyncio.wait_for(bridge(client.scope, client.receive, client.send), 10)

    asyncio.run(main())
    return client


def part(body: bytes, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


CHUNKED = {"Transfer-Encoding": "chunked"}


def test_a_body_in_pieces_reaches_the_application_whole_with_its_length() -> None:
    echo = Echo()
    client = run(Client(part(b"a" * 70_000, True), part(b"", True), part(b"b" * 300_000), headers=CHUNKED), echo)
    assert (client.status, client.body) == (200, b"a" * 70_000 + b"b" * 300_000)
    assert echo.calls[0]["CONTENT_LENGTH"] == "370000"
    assert "HTTP_TRANSFER_ENCODING" not in echo.calls[0]


def test_headers_with_underscores_are_left_out_and_equal_ones_are_joined() -> None:
    echo, client = Echo(), Client(headers={"X_Forwarded_For": "10.0.0.1", "Content_Length": "7"})
    client.scope["headers"] += [
        (b"x-forwarded-for", b"a"),
        (b"x-forwarded-for", b"b"),
        (b"cookie", b"c"),
        (b"cookie", b"d"),
    ]  # type: ignore[operator]
    run(client, echo)
    (environ,) = echo.calls
    assert (environ["HTTP_X_FORWARDED_FOR"], environ["HTTP_COOKIE"]) == ("a,b", "c; d")
    assert "CONTENT_LENGTH" not in environ


def test_who_goes_away_before_the_body_is_complete_costs_no_thread() -> None:
    echo = Echo()
    client = run(Client(part(b"a", True), {"type": "http.disconnect"}, headers=CHUNKED), echo)
    assert (client.sent, echo.calls) == ([], [])


def test_a_disk_that_takes_nothing_is_a_503(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.FILES_SPOOL_DIR = tmp_path / "file" / "spool"
    assert run(Client(part(b"a" * 70_000), headers=CHUNKED), Echo()).status == 503
    assert run(Client(part(b"a" * 1000), headers=CHUNKED), Echo()).status == 200


def test_a_body_that_is_too_large_is_read_to_its_end_so_that_the_client_reads_the_answer() -> None:
    client = Client(*[part(b"a" * 1024 * 1024, True)] * 3, part(b""), headers={"Content-Length": str(3 * 1024 * 1024)})
    run(client, Echo())
    assert (client.status, client.messages) == (413, [])
    assert (b"connection", b"close") not in client.sent[0]["headers"]


def test_it_says_that_it_lives_while_every_thread_is_busy() -> None:
    may_end = threading.Event()

    def busy(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        may_end.wait(10)
        start_response("204 No Content", [])
        return []

    bridge, first, second = Probes(Bridge(busy, threads=1)), Client(), Client(path="/healthz")

    async def main() -> None:
        running = asyncio.ensure_future(bridge(first.scope, first.receive, first.send))
        await asyncio.wait_for(bridge(second.scope, second.receive, second.send), 5)
        assert (second.status, second.body) == (200, b'{"status":"ok"}')
        assert not running.done()
        may_end.set()
        await running

    asyncio.run(main())
    assert first.status == 204


class Streamed:
    """An answer in pieces without end, as Django's streaming responses are."""

    streaming = True

    def __init__(self) -> None:
        self.read, self.is_closed = 0, False

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.read += 1
            yield b"a" * 1000

    def close(self) -> None:
        self.is_closed = True


def test_an_answer_in_pieces_is_read_no_faster_than_it_is_taken_and_ends_with_its_reader() -> None:
    answer, client = Streamed(), Client()

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return answer

    taken = 0

    async def send(message: Any) -> None:
        nonlocal taken
        taken += 1
        if taken > 5:
            client.messages.append({"type": "http.disconnect"})
            await asyncio.sleep(0.05)

    async def receive() -> Message:
        while not client.messages:
            await asyncio.sleep(0.001)
        return client.messages.pop(0)

    bridge: Callable[..., Awaitable[None]] = Bridge(application, threads=1)

    async def main() -> None:
        await asyncio.wait_for(bridge(client.scope, receive, send), 10)

    asyncio.run(main())
    assert answer.is_closed
    assert answer.read <= 7


def test_what_an_address_holds_is_counted_and_given_back() -> None:
    held = Held(per_address=2, in_all=3, bytes_per_address=10, bytes_in_all=15)

    def refused(what: Callable[[], Any]) -> int:
        with pytest.raises(Refused) as refusal:
            what()
        return refusal.value.status

    with held.one_of("a") as first, held.one_of("a"), held.one_of("b") as third:
        assert refused(lambda: held.one_of("a")) == 429
        assert refused(lambda: held.one_of("c")) == 503
        first.take(10)
        assert refused(lambda: first.take(1)) == 503
        third.take(5)
        assert refused(lambda: third.take(1)) == 503
    with held.one_of("a") as again:
        again.take(10)


def test_who_left_while_no_thread_was_free_is_not_served() -> None:
    may_end, calls = threading.Event(), list[str]()

    def busy(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        calls.append(environ["PATH_INFO"])
        may_end.wait(10)
        start_response("200 OK", [])
        return [b"done"]

    with served(Bridge(busy, threads=1)) as port:
        stays, leaves = ask(port, "/stays"), ask(port, "/leaves")
        assert eventually(lambda: calls == ["/stays"])  # the only thread is busy
        leaves.close()
        last = ask(port, "/last")
        time.sleep(0.2)  # until the server has read what the clients did
        may_end.set()
        assert b"done" in stays.recv(1000)
        assert b"done" in last.recv(1000)
        stays.close()
        last.close()
    assert calls == ["/stays", "/last"]


def ask(port: int, path: str) -> socket.socket:
    """Send a request on a connection of its own."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection


@contextlib.contextmanager
def served(bridge: Bridge) -> Iterator[int]:
    """Serve ``bridge`` on a free port, and yield it."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(bridge, http=Connection, lifespan="off", log_config=None))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
