"""Push providers on this machine, each speaking its own protocol over a socket."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import h2.config
import h2.connection
import h2.events


@dataclass
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


# Status, body (as JSON) and further headers.
Answer = tuple[int, Any, dict[str, str]]


@dataclass
class Provider:
    """A running server; ``handle`` may be changed while it runs."""

    handle: Callable[[Asked], Answer]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        return self.handle(asked)


def ok(body: Any = None) -> Answer:
    return 200, body, {}


@contextmanager
def http(handle: Callable[[Asked], Answer]) -> Iterator[Provider]:
    """HTTP/1.1."""
    provider = Provider(handle)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, told, more = provider.answer(Asked(self.path, headers, body))
            content = json.dumps(told).encode() if told is not None else b""
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def http2(handle: Callable[[Asked], Answer]) -> Iterator[Provider]:
    """HTTP/2 alone, as Apple's servers speak it, without TLS."""
    provider = Provider(handle)
    listener = socket.create_server(("127.0.0.1", 0))
    provider.url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_speak_http2, args=(client, provider), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _speak_http2(client: socket.socket, provider: Provider) -> None:
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
    connection.initiate_connection()
    client.sendall(connection.data_to_send())
    streams: dict[int, tuple[dict[str, str], bytearray]] = {}
    with client:
        while data := client.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    streams[event.stream_id] = ({str(k): str(v) for k, v in event.headers}, bytearray())
                elif isinstance(event, h2.events.DataReceived):
                    streams[event.stream_id][1].extend(event.data)
                    connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    headers, body = streams.pop(event.stream_id)
                    status, told, more = provider.answer(Asked(headers[":path"], headers, bytes(body)))
                    answer = [(":status", str(status)), *((name.lower(), value) for name, value in more.items())]
                    connection.send_headers(event.stream_id, answer, end_stream=told is None)
                    if told is not None:
                        connection.send_data(event.stream_id, json.dumps(told).encode(), end_stream=True)
            client.sendall(connection.data_to_send())
