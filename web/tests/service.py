"""A whole Rosetta for the browser.

The supervisor's processes on SQLite, a translator that knows its lines, a gate to cut.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from accounts.tests import oidc
from rosetta.devtools.pretending import pretended
from rosetta.tests import migrated
from rosetta.tests.processes import ROOT, free_port

PASSWORD = "correct horse 9"
LINES: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "lines.json").read_text(encoding="utf-8"))


class Translator:
    """Speaks LibreTranslate's wire.

    It knows the story's lines, and gives any other line back in brackets of the language.
    """

    def __init__(self) -> None:
        self.delay = 0.0
        self.is_broken = False
        translator = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                time.sleep(translator.delay)
                texts = body["q"] if isinstance(body["q"], list) else [body["q"]]
                if translator.is_broken:
                    self.answer(500, {"error": "out of order"})
                else:
                    self.answer(200, {"translatedText": [translated(one, body["target"]) for one in texts]})

            def answer(self, status: int, told: dict[str, Any]) -> None:
                raw = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def translated(text: str, target: str) -> str:
    target = {"zh-Hans": "zh-CN"}.get(target, target)
    for line in LINES.values():
        if any(text.strip() == said for said in line.values()):
            return line[target]
    words = {"en": "In English", "ja": "日本語で", "th": "ภาษาไทย", "id": "Dalam bahasa Indonesia", "zh-CN": "用中文"}
    return f"{words[target]}: {pretended(text, target)}"


class Gate:
    """A TCP door before the service, which a test can shut.

    Open, ``cut`` (connections end and none opens), or ``hang``.
    """

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        self.mode = "open"
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self.socket.getsockname()[1])
        self.pairs: set[tuple[socket.socket, socket.socket]] = set()
        threading.Thread(target=self._admit, daemon=True).start()

    def cut(self) -> None:
        self.mode = "cut"
        for pair in list(self.pairs):
            for one in pair:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def flap(self) -> None:
        """End what is open; new connections are welcome."""
        self.cut()
        self.mode = "open"

    def open(self) -> None:
        self.mode = "open"

    def _admit(self) -> None:
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            if self.mode == "cut":
                client.close()
                continue
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.to_port))
        except OSError:
            client.close()
            return
        pair = (client, server)
        self.pairs.add(pair)
        try:
            while True:
                for ready in select.select(pair, [], [], 5)[0]:
                    raw = ready.recv(65536)
                    if not raw:
                        return
                    while self.mode == "hang":
                        time.sleep(0.05)
                    (server if ready is client else client).sendall(raw)
        except OSError:
            pass
        finally:
            self.pairs.discard(pair)
            client.close()
            server.close()


class Service:
    """A running Rosetta, reached through its gate at ``url``.

    ``inside`` reaches it past the gate.

    ``variables`` are settings that differ from those of the other tests.
    """

    def __init__(self, var: Path, **variables: str) -> None:
        self.var = var
        self.translator = Translator()
        port = free_port()
        self.gate = Gate(port)
        self.url = f"http://127.0.0.1:{self.gate.port}"
        self.provider = oidc.OidcServer(f"{self.url}/auth/oidc/callback")
        threading.Thread(target=self.provider.serve_forever, daemon=True).start()
        self.inside = f"http://127.0.0.1:{port}"
        plain = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DATABASE", "REDIS"))
        }
        self.environment = {
            **plain,
            "VAR_DIR": str(var),
            "PORT": str(port),
            "PUBLIC_URL": self.url,
            "THROTTLE": "off",
            "TRANSLATION_ENGINES": "libretranslate",
            "LIBRETRANSLATE_URL": self.translator.url,
            "OIDC_ISSUER": self.provider.issuer,
            "OIDC_CLIENT_ID": oidc.CLIENT_ID,
            "OIDC_CLIENT_SECRET": oidc.CLIENT_SECRET,
            "DJANGO_SETTINGS_MODULE": "rosetta.settings",
            **variables,
        }
        migrated.copy_sqlite(var / "db.sqlite3")
        self.log = (var / "terminal").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rosetta.processes.supervisor"],
            cwd=ROOT, env=self.environment, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self._wait()

    def manage(self, *arguments: str, **variables: str) -> str:
        line = [sys.executable, "manage.py", *arguments]
        environment = self.environment | variables
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.inside}/readyz", timeout=2).status_code == 200:
                    return
            assert self.process.poll() is None, (self.var / "terminal").read_text(errors="replace")[-3000:]
            time.sleep(0.1)
        raise AssertionError("the service did not start")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.gate.socket.close()
        self.translator.server.shutdown()
        self.provider.shutdown()
        self.log.close()

    def person(self, name: str, language: str) -> "Person":
        return Person(self, name, language)


class Person:
    """Somebody with an account, who can also act past the browser."""

    def __init__(self, service: Service, name: str, language: str) -> None:
        self.name, self.language = name, language
        self.email = f"person.{time.monotonic_ns()}@example.com"
        self.http = httpx.Client(base_url=f"{service.inside}/api/v1", timeout=30)
        body = {"name": name, "email": self.email, "password": PASSWORD, "preferred_language": language}
        told = self.call("POST", "/auth/app/register", {**body, "password_confirmation": PASSWORD})
        self.http.headers["Authorization"] = f"Bearer {told['access_token']}"
        self.id = told["user"]["id"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, path, json=body)
        assert answer.status_code < 300, (answer.status_code, answer.text[:500])
        return answer.json() if answer.content else None

    def workspace(self, name: str, *others: "Person") -> "Place":
        made = self.call("POST", "/workspaces", {"name": name})["data"]
        invite = self.call("POST", f"/workspaces/{made['id']}/invites", {})["data"]
        for other in others:
            other.call("POST", f"/invites/{invite['token']}/accept")
        channels = self.call("GET", f"/workspaces/{made['id']}/channels")["data"]
        return Place(made["id"], channels[0]["id"])


class Place:
    def __init__(self, workspace: str, channel: str) -> None:
        self.workspace, self.channel = workspace, channel
        self.api = f"/workspaces/{workspace}/channels/{channel}"
        self.page = f"/w/{workspace}/c/{channel}"

    def say(self, person: Person, content: str, **more: Any) -> dict[str, Any]:
        return dict(person.call("POST", f"{self.api}/messages", {"content": content, **more})["data"])


@contextlib.contextmanager
def running(var: Path, **variables: str) -> Iterator[Service]:
    service = Service(var, **variables)
    try:
        yield service
    finally:
        service.stop()
