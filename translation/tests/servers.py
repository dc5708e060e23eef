"""Small local servers that speak the wire formats of translation services, with their errors."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rosetta.devtools.pretending import pretended
from translation.protection.marks import TAGS
from translation.protection.protect import parse


def said(target: str, text: str) -> str:
    """Return what readers of ``target`` see of ``text`` when one of these servers translated it."""
    kept = parse(text)
    return kept.render({unit.canonical: unit.read(pretended(unit.masked(TAGS), target), TAGS) for unit in kept.units})


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Reply:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    # Seconds before the answer; or, with ``drip``, between its bytes.
    wait: float = 0.0
    drip: bool = False
    raw: bytes | None = None


class Service:
    """What a test sees of a running server.

    The requests it got, and a handler it may change at any time.
    """

    def __init__(self, url: str, handle: Callable[[Request], Reply]) -> None:
        self.url = url
        self.handle = handle
        self.requests: list[Request] = []
        self.closing = threading.Event()


@contextmanager
def serve(handle: Callable[[Request], Reply]) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers.get("Content-Type", "")
            body: Any = json.loads(raw) if "json" in kind else raw.decode()
            request = Request(self.path, {key.lower(): value for key, value in self.headers.items()}, body)
            service.requests.append(request)
            reply = service.handle(request)
            if reply.wait and not reply.drip:
                service.closing.wait(reply.wait)
            content = reply.raw if reply.raw is not None else json.dumps(reply.body).encode()
            try:
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                for part in [content[i : i + 1] for i in range(len(content))] if reply.drip else [content]:
                    self.wfile.write(part)
                    self.wfile.flush()
                    if reply.drip and service.closing.wait(reply.wait):
                        return
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_GET = do_POST

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service = Service(f"http://127.0.0.1:{server.server_port}", handle)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        service.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def libretranslate(
    translate: Callable[[str, str, str], str] = lambda text, source, target: pretended(text, target),
) -> Callable[[Request], Reply]:
    """LibreTranslate's ``POST /translate``."""

    def handle(request: Request) -> Reply:
        body = request.body
        known = {"en", "zh-Hans", "ja", "th", "id"}
        for code in (body["source"], body["target"]):
            if code not in known:
                return Reply(400, {"error": f"{code} is not supported"})
        texts = body["q"] if isinstance(body["q"], list) else [body["q"]]
        translated = [translate(text, body["source"], body["target"]) for text in texts]
        return Reply(body={"translatedText": translated if isinstance(body["q"], list) else translated[0]})

    return handle


def always(status: int, body: Any = None, **more: Any) -> Callable[[Request], Reply]:
    return lambda request: Reply(status, body, **more)


def slow(handle: Callable[[Request], Reply], seconds: float) -> Callable[[Request], Reply]:
    def handled(request: Request) -> Reply:
        time.sleep(seconds)
        return handle(request)

    return handled


def deepl(request: Request) -> Reply:
    """DeepL's ``POST /v2/translate``: JSON or a form, tags kept, text escaped."""
    if request.headers.get("authorization") != "DeepL-Auth-Key secret":
        return Reply(403, {"message": "Forbidden"})
    if request.path != "/v2/translate":
        return Reply(404, {"message": "Not found"})
    body = request.body
    if body["target_lang"] not in {"EN-US", "ZH-HANS", "JA", "TH", "ID"} or body["source_lang"] not in {
        "EN",
        "ZH",
        "JA",
        "TH",
        "ID",
    }:
        return Reply(400, {"message": "Value for 'target_lang' not supported."})
    return Reply(
        body={
            "translations": [
                {
                    "detected_source_language": body["source_lang"],
                    "text": pretended(text, body["target_lang"]),
                    "billed_characters": len(text),
                }
                for text in body["text"]
            ]
        }
    )


def google(request: Request) -> Reply:
    """Google's ``POST /language/translate/v2``."""
    path, _, query = request.path.partition("?")
    if path != "/language/translate/v2":
        return Reply(404, {"error": {"code": 404}})
    if query != "key=secret":
        reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        return Reply(
            400,
            {
                "error": {
                    "code": 400,
                    "message": "API key not valid.",
                    "status": "INVALID_ARGUMENT",
                    "details": [reason],
                }
            },
        )
    body = request.body
    return Reply(
        body={
            "data": {
                "translations": [
                    {"translatedText": pretended(text, body["target"]).replace("'", "&#39;")} for text in body["q"]
                ]
            }
        }
    )


def google_advanced(request: Request) -> Reply:
    """Google's ``POST /v3/projects/{project}/locations/global:translateText``."""
    if request.path != "/v3/projects/shop-1/locations/global:translateText":
        return Reply(404, {"error": {"code": 404, "status": "NOT_FOUND"}})
    if not request.headers.get("authorization", "").startswith("Bearer ya29."):
        return Reply(401, {"error": {"code": 401, "status": "UNAUTHENTICATED"}})
    body = request.body
    assert body["mimeType"] == "text/plain"
    translated = [{"translatedText": pretended(text, body["targetLanguageCode"])} for text in body["contents"]]
    return Reply(body={"translations": translated})


def google_token(public_key: Any, url: str) -> Callable[[Request], Reply]:
    """The token endpoint that a service account signs in at."""

    def handle(request: Request) -> Reply:
        form = parse_qs(request.body)
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        claims = jwt.decode(form["assertion"][0], public_key, ["RS256"], audience=url)
        assert claims["scope"] == "https://www.googleapis.com/auth/cloud-translation"
        return Reply(body={"access_token": "ya29.token", "expires_in": 3600, "token_type": "Bearer"})

    return handle


@contextmanager
def service_account(folder: Path) -> Iterator[tuple[str, Service]]:
    """A service account's key file, and the running token endpoint that it names."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with serve(always(500)) as service:
        service.handle = google_token(key.public_key(), f"{service.url}/token")
        account = {
            "type": "service_account",
            "project_id": "shop-1",
            "private_key_id": "k1",
            "private_key": pem,
            "client_email": "words@shop-1.iam.gserviceaccount.com",
            "token_uri": f"{service.url}/token",
        }
        path = folder / "account.json"
        path.write_text(json.dumps(account))
        yield str(path), service


def openai(request: Request) -> Reply:
    """``POST /v1/chat/completions`` of a well-behaved model."""
    if request.path != "/v1/chat/completions":
        return Reply(404, {"error": {"message": "Not found"}})
    if request.headers.get("authorization") != "Bearer secret":
        return Reply(401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}})
    asked = json.loads(request.body["messages"][-1]["content"])
    said = {
        "translations": [{"id": line["id"], "text": pretended(line["text"], asked["to"])} for line in asked["lines"]]
    }
    return completion(json.dumps(said))


def completion(content: str, finish_reason: str = "stop") -> Reply:
    message = {"role": "assistant", "content": content}
    return Reply(
        body={
            "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        }
    )
