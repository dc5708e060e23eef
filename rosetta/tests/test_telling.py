"""A running service tells what happens.

JSON logs with request ids into the queue, errors to Sentry, traces to a collector.

Sentry and the collector are sockets here, which take what the real ones would.
"""

import gzip
import json
import sqlite3
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from rosetta.tests.processes import eventually, free_port, manage
from rosetta.tests.supervised import Supervised

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

PASSWORD, CODE = "a long and secret sentence", "query-9f3a1c"


class Place:
    """Takes what is posted to it."""

    def __init__(self) -> None:
        place = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                place.taken.append((self.path, gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *args: Any) -> None:
                return None

        self.taken: list[tuple[str, bytes]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def running(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervised]:
    """A service that was registered at, and then met a row that it cannot read."""
    folder = tmp_path_factory.mktemp("telling")
    service = Supervised(
        folder,
        PORT=str(free_port()),
        LOG_FORMAT="json",
        SENTRY_DSN=f"http://key@127.0.0.1:{place.port}/1",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{place.port}",
        OTEL_BSP_SCHEDULE_DELAY="200",
    )
    try:
        assert eventually(service.is_ready), service.said()
        api = httpx.Client(base_url=f"{service.url}/api/v1/", timeout=30)
        body = {"name": "Nina", "email": "nina@example.com", "password": PASSWORD, "password_confirmation": PASSWORD}
        path = f"auth/app/register?code={CODE}"
        answer = api.post(path, json=body | {"device_name": "phone"}, headers={"X-Request-Id": "the-first-of-all"})
        assert answer.status_code == 200, answer.text
        assert eventually(lambda: "mail_sent" in service.said()), service.said()
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}", "X-Request-Id": "the-broken-one"}
        workspace = api.post("workspaces", json={"name": "Acme"}, headers=headers).json()["data"]["id"]
        assert api.post(f"workspaces/{workspace}/invites", json={}, headers=headers).status_code == 201
        with sqlite3.connect(folder / "var" / "db.sqlite3", timeout=20) as database:
            database.execute("UPDATE workspaces_invite SET id = 'no id'")
        broken = api.get(f"workspaces/{workspace}/invites", headers=headers)
        assert broken.status_code == 500, broken.text
        service.secrets = (PASSWORD, CODE, answer.json()["access_token"].partition("|")[2])  # type: ignore[attr-defined]
        yield service
    finally:
        service.end()


def lines(service: Supervised, process: str) -> list[dict[str, Any]]:
    found = [line.partition("| ")[2] for line in service.said().splitlines() if line.startswith(process)]
    return [json.loads(line) for line in found if line.startswith("{")]


def test_a_request_s_id_is_in_the_log_of_the_task_that_it_caused(running: Supervised) -> None:
    request = next(line for line in lines(running, "web") if line.get("path") == "/api/v1/auth/app/register")
    assert (request["request_id"], request["status"], request["level"]) == ("the-first-of-all", 200, "info")
    sent = next(line for line in lines(running, "worker") if line["event"] == "mail_sent")
    assert sent["request_id"] == "the-first-of-all"


def test_every_line_of_the_service_is_json(running: Supervised) -> None:
    for process in ("web", "worker", "beat"):
        said = [line for line in running.said().splitlines() if line.startswith(f"{process:<7} | ")]
        assert [line for line in said if not line.partition("| ")[2].startswith("{")] == []


def test_sentry_hears_of_an_error_and_of_nothing_secret(running: Supervised, place: Place) -> None:
    def events() -> list[dict[str, Any]]:
        parts = [part for path, body in place.taken if path.endswith("/envelope/") for part in body.split(b"\n")]
        found = [json.loads(part) for part in parts if part.startswith(b'{"') and b'"exception"' in part]
        return [event for event in found if event.get("tags", {}).get("request_id") == "the-broken-one"]

    assert eventually(lambda: bool(events())), [path for path, _ in place.taken]
    event = events()[0]
    assert event["exception"]["values"][-1]["type"] == "ValueError"
    assert event["release"].startswith("rosetta@")
    assert "headers" not in event["request"]


def test_a_trace_goes_from_the_request_into_the_task(running: Supervised, place: Place) -> None:
    def spans() -> dict[str, Any]:
        found = {}
        for path, body in place.taken:
            if path == "/v1/traces":
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    found |= {span.name: span for scope in resource.scope_spans for span in scope.spans}
        return found

    assert eventually(lambda: "run/accounts.tasks.deliver_mail" in spans()), sorted(spans())
    request = next(span for name, span in spans().items() if "register" in name)
    task = spans()["run/accounts.tasks.deliver_mail"]
    assert task.trace_id == request.trace_id
    attributes = {one.key: one.value.string_value for one in request.attributes}
    assert attributes["rosetta.request_id"] == "the-first-of-all"


def test_nothing_secret_leaves(running: Supervised, place: Place) -> None:
    assert eventually(lambda: len(place.taken) > 1)
    left = b"".join(body for _, body in place.taken)
    assert [secret for secret in running.secrets if secret.encode() in left] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "value", "package"),
    [
        ("SENTRY_DSN", "http://key@127.0.0.1/1", "sentry_sdk"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318", "opentelemetry.sdk"),
    ],
)
def test_a_package_that_is_missing_stops_the_start_and_is_named(
    name: str, value: str, package: str, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"import sys; sys.modules['{package.partition('.')[0]}'] = None")
    done = manage("check", VAR_DIR=str(tmp_path), PYTHONPATH=str(tmp_path), **{name: value})
    assert done.returncode == 1
    assert done.stderr == (
        f"Rosetta cannot start: {name} is set, but {package} is not installed: "
        "pip install -r requirements-observing.txt\n"
    )
    assert manage("check", VAR_DIR=str(tmp_path), PYTHONPATH=str(tmp_path)).returncode == 0
