"""A side that webhooks are sent to, and what tests of them begin with."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from rest_framework.test import APIClient

from workspaces.models import Channel, Conversation
from workspaces.streams import events


class Receiver:
    """A server of somebody else's, on this machine.

    ``answers`` are given in turn, the last one again and again.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], str]] = []
        self.answers: list[tuple[int, dict[str, str], str]] = [(200, {}, "ok")]
        self.before_answer: Any = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                receiver.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                if receiver.before_answer:
                    receiver.before_answer()
                status, headers, text = receiver.answers[0]
                if len(receiver.answers) > 1:
                    receiver.answers.pop(0)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=5)


def subscribe(client: APIClient, base: str, url: str, *types: str) -> dict[str, Any]:
    answer = client.post(base, {"url": url, "event_types": list(types) or ["*"]})
    assert answer.status_code == 201, answer.json()
    return answer.json()["data"]


def happen(channel: Channel, kind: str = "reaction.added", **data: Any) -> None:
    events.append(Conversation.objects.get(pk=channel.pk), events.NewEvent(kind, data))


def log(client: APIClient, base: str, subscription: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    return client.get(f"{base}/{subscription['id']}/deliveries", query).json()["data"]
