"""Start ``rosetta.serving`` on a free port, and talk to it over raw connections."""

import contextlib
import re
import select
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from rosetta.tests import migrated
from rosetta.tests.processes import ROOT, clean_environment, free_port

MODES = {
    "embedded": ["rosetta.asgi:application", "--sockets"],
    "service": ["rosetta.rest:application", "--workers", "2"],
}
HELD = 30
# What a request may take while others keep the server waiting; the machine may be busy.
PATIENCE = 20.0
FILE = bytes(range(256)) * 4096 * 12
SETTINGS = {
    "REQUEST_SECONDS": "3",
    "RESPONSE_SECONDS": "3",
    "REQUEST_BODY_RATE": "1000",
    "HELD_REQUESTS_PER_ADDRESS": str(HELD),
    "TRUSTED_PROXIES": "1",
    "FILES_ALLOW_ANONYMOUS": "on",
    "FILES_DEFAULT_VISIBILITY": "public",
    "WEB_THREADS": "2",
}


class Running:
    """A server process on a free port, which trusts one proxy."""

    def __init__(self, folder: Path, arguments: list[str], **variables: str) -> None:
        migrated.copy_sqlite(folder / "var" / "db.sqlite3")
        self.port, self.log = free_port(), folder / "log"
        self.url = f"http://127.0.0.1:{self.port}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "rosetta.serving", *arguments, "--port", str(self.port)],
                cwd=ROOT,
                env=clean_environment(VAR_DIR=str(folder / "var"), **variables),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        return False

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def send(self, text: str) -> socket.socket:
        """Open a connection and send ``text``."""
        connection = self.connect()
        connection.sendall(text.encode())
        return connection

    def serves(self) -> bool:
        """Return whether it answers its health check and a request that needs the database."""
        alive = httpx.get(f"{self.url}/healthz", timeout=PATIENCE)
        answer = httpx.post(
            f"{self.url}/api/v1/auth/app/login", json={}, headers={"X-Forwarded-For": fresh()}, timeout=PATIENCE
        )
        return (alive.status_code, alive.json(), answer.status_code) == (200, {"status": "ok"}, 422)


_number = 0


def fresh() -> str:
    """Return an address that no request came from before."""
    global _number
    _number += 1
    return f"10.0.{_number // 250}.{_number % 250}"


def head(method: str, path: str, *lines: str, address: str = "") -> str:
    return "\r\n".join(
        [
            f"{method} {path} HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: application/json",
            f"X-Forwarded-For: {address or fresh()}",
            *lines,
            "",
            "",
        ]
    )


def answer_of(connection: socket.socket, seconds: float = PATIENCE) -> bytes:
    """Return what arrives until the server closes the connection, or sends nothing for ``seconds``."""
    connection.settimeout(seconds)
    parts = []
    with contextlib.suppress(OSError):
        while data := connection.recv(1024 * 1024):
            parts.append(data)
    return b"".join(parts)


def status_of(connection: socket.socket) -> int:
    """Return the status of the next response, 0 if the connection ends before one arrives."""
    connection.settimeout(PATIENCE)
    with contextlib.suppress(OSError):
        found = re.match(rb"HTTP/1\.1 (\d{3})", connection.recv(4096))
        return int(found[1]) if found else 0
    return 0


def is_over(connection: socket.socket) -> bool:
    """Return whether the server has closed the connection, without waiting."""
    readable, _, _ = select.select([connection], [], [], 0)
    if not readable:
        return False
    try:
        return connection.recv(1) == b""
    except OSError:
        return True
