"""Traces reach an OpenTelemetry collector, without what people write and sign in with."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from rosetta.tests import migrated
from rosetta.tests.processes import ROOT, clean_environment, eventually, free_port, skip_on_a_second_backend

traces = pytest.importorskip(
    "opentelemetry.proto.collector.trace.v1.trace_service_pb2", reason="needs requirements-observing.txt"
)


class Collector:
    """Takes traces as OpenTelemetry's own collector does, over HTTP."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.spans: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.paths.add(self.path)
                request = traces.ExportTraceServiceRequest.FromString(body)
                outer.spans += [
                    (span.name, {one.key: str(one.value) for one in span.attributes})
                    for of_resource in request.resource_spans
                    for of_scope in of_resource.scope_spans
                    for span in of_scope.spans
                ]
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


def test_requests_are_traced_without_queries_bodies_and_headers(tmp_path: Path) -> None:
    skip_on_a_second_backend()
    migrated.copy_sqlite(tmp_path / "db.sqlite3")
    collector, port = Collector(), free_port()
    variables = clean_environment(
        DJANGO_SETTINGS_MODULE="rosetta.settings",
        VAR_DIR=str(tmp_path),
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_BSP_SCHEDULE_DELAY="200",
    )
    line = [
        sys.executable,
        "-m",
        "rosetta.serving",
        "rosetta.rest:application",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    web = subprocess.Popen(line, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{base}/healthz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    try:
        assert eventually(answers)
        body = {"email": "hush@example.com", "password": "hush hush 9"}
        sent = httpx.post(f"{base}/api/v1/auth/app/login?token=hush", json=body, headers={"X-Hush": "hush"})
        request_id = sent.headers["X-Request-Id"]
        assert eventually(lambda: any(request_id in str(attributes) for _, attributes in collector.spans), 30)
    finally:
        web.terminate()
        web.wait(20)
        collector.server.shutdown()
    assert collector.paths == {"/v1/traces"}
    assert any("auth/app/login" in name for name, _ in collector.spans)
    assert "hush" not in str(collector.spans)
    assert "healthz" not in str(collector.spans)
