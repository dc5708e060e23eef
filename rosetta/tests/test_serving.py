"""Slow and silent clients, over raw connections to real servers in both modes, do not block the others."""

import contextlib
import json
import select
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from rosetta.tests.processes import eventually, skip_on_a_second_backend
from rosetta.tests.served import (
    FILE,
    HELD,
    MODES,
    PATIENCE,
    SETTINGS,
    Running,
    answer_of,
    fresh,
    head,
    is_over,
    status_of,
)


@pytest.fixture(scope="module", params=MODES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    skip_on_a_second_backend()
    running = Running(tmp_path_factory.mktemp(request.param), MODES[request.param], **SETTINGS)
    try:
        assert eventually(running.answers), running.log.read_text()
        yield running
    finally:
        running.process.terminate()
        running.process.wait(timeout=PATIENCE)


@pytest.fixture
def opened() -> Iterator[list[socket.socket]]:
    """Connections that are closed when the test is over."""
    connections: list[socket.socket] = []
    yield connections
    for connection in connections:
        connection.close()


def test_a_hundred_bodies_that_do_not_come_keep_nobody_waiting(server: Running, opened: list[socket.socket]) -> None:
    path = "/api/v1/auth/app/login"
    opened += [server.send(head("POST", path, "Content-Length: 10")) for _ in range(50)]
    opened += [server.send(head("POST", "/api/v1/files", "Transfer-Encoding: chunked")) for _ in range(50)]
    assert server.serves()
    assert {status_of(connection) for connection in opened} == {408}


def test_a_hundred_heads_that_do_not_end_keep_nobody_waiting(server: Running, opened: list[socket.socket]) -> None:
    opened += [server.send("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ") for _ in range(50)]
    opened += [server.connect() for _ in range(50)]
    assert server.serves()
    assert eventually(lambda: all(map(is_over, opened)), PATIENCE)


def test_a_head_that_drips_is_cut(server: Running, opened: list[socket.socket]) -> None:
    opened += [server.send("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")]
    began = time.monotonic()
    with contextlib.suppress(OSError):
        while time.monotonic() - began < PATIENCE and not is_over(opened[0]):
            opened[0].sendall(b"a")
            time.sleep(0.1)
    assert time.monotonic() - began < PATIENCE


def test_a_head_without_end_is_cut_before_it_fills_the_memory(server: Running, opened: list[socket.socket]) -> None:
    opened += [server.send("GET /healthz HTTP/1.1\r\nX-Long: ")]
    with pytest.raises(OSError):
        for _ in range(1000):
            opened[0].sendall(b"a" * 65536)


def test_a_body_that_drips_is_refused(server: Running, opened: list[socket.socket]) -> None:
    opened += [server.send(head("PATCH", "/api/v1/me", "Content-Length: 100000"))]
    began = time.monotonic()
    with contextlib.suppress(OSError):
        while time.monotonic() - began < PATIENCE and not select.select(opened, [], [], 0.1)[0]:
            opened[0].sendall(b"a" * 10)
    assert status_of(opened[0]) == 408
    assert time.monotonic() - began < PATIENCE


def test_a_body_that_is_slow_but_steady_is_read(server: Running, opened: list[socket.socket]) -> None:
    body = json.dumps({"email": "nobody@example.com", "password": "x" * 20_000}).encode()
    opened += [server.send(head("POST", "/api/v1/auth/app/login", f"Content-Length: {len(body)}", "Connection: close"))]
    for start in range(0, len(body), 500):
        opened[0].sendall(body[start : start + 500])
        time.sleep(0.1)  # longer in all than REQUEST_SECONDS, quicker than REQUEST_BODY_RATE
    assert status_of(opened[0]) == 422


@pytest.fixture
def download(server: Running) -> str:
    """The path of a file of 12 MiB."""
    answer = httpx.post(
        f"{server.url}/api/v1/files",
        files={"file": ("large.bin", FILE)},
        headers={"X-Forwarded-For": fresh()},
        timeout=PATIENCE,
    )
    assert answer.status_code == 201, answer.text
    return f"/api/v1/files/{answer.json()['data']['id']}/download"


def test_readers_who_do_not_read_keep_nobody_waiting_and_are_cut(
    server: Running, opened: list[socket.socket], download: str
) -> None:
    opened += [server.send(head("GET", download)) for _ in range(40)]
    # Most of the bytes of a range are sent by another way than those of the whole.
    opened += [server.send(head("GET", download, f"Range: bytes=10-{len(FILE)}")) for _ in range(40)]
    assert server.serves()
    # Longer than RESPONSE_SECONDS and the sweep; what the kernels hold comes still, and then the end.
    time.sleep(12)
    assert all(len(answer_of(connection, 1)) < len(FILE) for connection in opened)
    whole = httpx.get(f"{server.url}{download}", headers={"X-Forwarded-For": fresh()}, timeout=PATIENCE)
    assert whole.content == FILE


def test_a_reader_who_is_slow_but_steady_gets_everything(
    server: Running, opened: list[socket.socket], download: str
) -> None:
    opened += [server.connect()]
    opened[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    opened[0].sendall(head("GET", download, "Connection: close").encode())
    received = 0
    while data := opened[0].recv(256 * 1024):
        received += len(data)
        time.sleep(0.02)
    assert received > len(FILE)


def test_one_address_holds_so_many_requests_and_no_more(server: Running, opened: list[socket.socket]) -> None:
    # Each worker counts for itself.
    count = 2 * HELD + 10
    lines = head("PATCH", "/api/v1/me", "Content-Length: 10", address="192.0.2.1")
    opened += [server.send(lines) for _ in range(count)]
    assert server.serves()
    statuses = [status_of(connection) for connection in opened]
    assert set(statuses) == {408, 429}
    assert statuses.count(429) >= 10


def chunks(*parts: bytes) -> Iterator[bytes]:
    yield from parts


def test_bodies_without_a_length_are_read_on_every_route(server: Running) -> None:
    def send(method: str, path: str, body: Iterator[bytes], **headers: str) -> httpx.Response:
        return httpx.request(
            method,
            f"{server.url}{path}",
            content=body,
            headers={"Content-Type": "application/json", "X-Forwarded-For": fresh(), **headers},
            timeout=PATIENCE,
        )

    account = {"name": "Ann", "email": f"{fresh()}@example.com", "password": "correct horse 9"}
    account |= {"password_confirmation": account["password"], "device_name": "test"}
    made = send("POST", "/api/v1/auth/app/register", chunks(*(bytes([b]) for b in json.dumps(account).encode())))
    assert made.status_code == 200, made.text
    token = {"Authorization": f"Bearer {made.json()['access_token']}"}
    changed = send("PATCH", "/api/v1/me", chunks(b'{"name":', b' "Ben"}'), **token)
    assert changed.status_code == 200
    assert "Ben" in httpx.get(f"{server.url}/api/v1/me", headers=token, timeout=PATIENCE).text
    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n',
        b"hello" * 50_000,
        b"\r\n--x--\r\n",
    )
    sent = send("POST", "/api/v1/files", chunks(*form), **token, **{"Content-Type": "multipart/form-data; boundary=x"})
    assert (sent.status_code, sent.json()["data"]["size"]) == (201, 250_000)
    large = send("PATCH", "/api/v1/me", chunks(*[b" " * 65536] * 40), **token)
    assert (large.status_code, large.json()) == (413, {"message": "The request body is too large."})
    larger = send("PATCH", "/api/v1/me", chunks(b"{}", *[b" " * 65536] * 20), **token)
    assert larger.status_code == 413


def test_a_file_that_is_too_large_is_refused_as_one(server: Running, opened: list[socket.socket]) -> None:
    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
        *[b"a" * 2**20] * 28,
        b"\r\n--x--",
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x", "X-Forwarded-For": fresh()}
    too_large = 413, {"message": "The file is too large.", "errors": {"code": ["file_too_large"]}}
    for body in (b"".join(form), chunks(*form)):
        answer = httpx.post(f"{server.url}/api/v1/files", content=body, headers=headers, timeout=PATIENCE)
        assert (answer.status_code, answer.json()) == too_large
    lines = "Content-Type: multipart/form-data; boundary=x", f"Content-Length: {2**40}", "Connection: close"
    opened += [server.send(head("POST", "/api/v1/files", *lines).replace("Content-Type: application/json\r\n", ""))]
    assert b"file_too_large" in answer_of(opened[0])


def test_a_length_that_is_too_large_is_refused_before_it_comes(server: Running, opened: list[socket.socket]) -> None:
    opened += [server.send(head("PATCH", "/api/v1/me", f"Content-Length: {2**40}"))]
    assert status_of(opened[0]) == 413


def test_a_length_and_chunks_at_once_are_refused(server: Running, opened: list[socket.socket]) -> None:
    lines = "Content-Length: 4", "Transfer-Encoding: chunked"
    opened += [server.send(head("PATCH", "/api/v1/me", *lines) + "0\r\n\r\n")]
    assert status_of(opened[0]) == 400


def is_limited(server: Running, *headers: dict[str, str]) -> bool:
    """Whether somebody who tries to sign in with each of ``headers`` is refused for it, on one connection to one worker."""
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        return any(client.post("/api/v1/auth/app/login", json={}, headers=one).status_code == 429 for one in headers)


def test_a_header_with_underscores_is_no_proxys_word(server: Running) -> None:
    named = [{"X_Forwarded_For": fresh(), "X-Forwarded-For": "192.0.2.77"} for _ in range(31)]
    assert is_limited(server, *named)
    assert is_limited(server, *[{"X_Forwarded_For": fresh()} for _ in range(31)])


def test_a_port_behind_the_address_makes_it_no_other(server: Running) -> None:
    assert is_limited(server, *[{"X-Forwarded-For": f"198.51.100.5:{port}"} for port in range(40001, 40032)])
    assert not is_limited(server, *[{"X-Forwarded-For": fresh()} for _ in range(31)])
