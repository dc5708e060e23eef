"""A server of models on a free port.

An index and packages, with every way in which a network fails.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from translation.tests.installing import package


@dataclass
class Host:
    """What a test changes.

    ``files`` by path, ``faults`` by path, of which each request takes one.

    A fault is a status code, or ``cut``: the connection ends after half of what is left.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Any]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    has_ranges: bool = True
    has_etags: bool = True
    # (path, Range) of each request.
    requests: list[tuple[str, str]] = field(default_factory=list)

    @property
    def index(self) -> str:
        return f"{self.url}/index.json"

    def offer(self, *directions: str, told: bool = True, **values: Any) -> None:
        """Offer the packages of ``directions``.

        With ``told`` the index has their size and SHA-256.
        """
        entries = json.loads(self.files.get("/index.json", b"[]"))
        for direction in directions:
            source, target = direction.split("-")
            content = package(direction).read_bytes()
            path = f"/translate-{source}_{target}-1_0.argosmodel"
            self.files[path] = content
            entry = {"from_code": source, "to_code": target, "package_version": "1.0", "links": [f"{self.url}{path}"]}
            more = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)} if told else {}
            entries.append(entry | more | values)
        self.files["/index.json"] = json.dumps(entries).encode()

    def path(self, direction: str) -> str:
        return f"/translate-{direction.replace('-', '_')}-1_0.argosmodel"

    def fetched(self, direction: str) -> list[str]:
        """Return the ranges in which a package was asked for."""
        return [range_ for path, range_ in self.requests if path == self.path(direction)]


@contextmanager
def serve() -> Iterator[Host]:
    host = Host()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            host.requests.append((self.path, asked))
            faults = host.faults.get(self.path) or []
            fault = faults.pop(0) if faults else None
            content = host.files.get(self.path)
            if content is None or isinstance(fault, int):
                self._send(fault or 404, b"", host.headers)
                return
            etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
            headers = {"ETag": etag} if host.has_etags else {}
            start, status = 0, 200
            if asked and host.has_ranges and self.headers.get("If-Range", etag) == etag:
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                if start >= len(content):
                    self._send(416, b"", {"Content-Range": f"bytes */{len(content)}"})
                    return
                status = 206
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._send(status, content[start:], headers, cut=fault == "cut")

        def _send(self, status: int, body: bytes, headers: dict[str, str], *, cut: bool = False) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if cut else body)
            self.close_connection = cut

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
