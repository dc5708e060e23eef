"""Storage and scanners of their own, each a server in a process or thread that speaks the real protocol."""

import hashlib
import socketserver
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from files import storage, tasks
from files.models import File, Removal
from files.tests.audit import agree
from files.tests.samples import picture, upload
from rosetta.tests.processes import free_port

pytestmark = pytest.mark.django_db

URL = "/api/v1/files"
BUCKET = "rosetta-test"


def s3_options(endpoint: str) -> dict[str, Any]:
    from rosetta.settings import s3_storage

    return s3_storage(bucket=BUCKET, endpoint=endpoint, region="us-east-1", access_key="testing", secret_key="testing")


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(endpoint, timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        client = boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
        )
        client.create_bucket(Bucket=BUCKET)
        yield endpoint
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def on_s3(s3_endpoint: str, settings: Settings) -> str:
    settings.STORAGES = {**settings.STORAGES, "default": s3_options(s3_endpoint)}
    settings.S3_BUCKET = BUCKET
    for name in list(storage.names()):
        storage.remove(name)
    return s3_endpoint


def test_on_s3_a_download_redirects_to_an_address_valid_for_a_minute(
    on_s3: str, sent: Callable[..., File], as_member: APIClient, as_outsider: APIClient
) -> None:
    file = sent("報告.txt", b"hello from afar")
    answer = as_member.get(f"{URL}/{file.pk}/download")
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "no-store"
    address = answer["Location"]
    assert address.startswith(on_s3)
    query = parse_qs(urlsplit(address).query)
    assert query["X-Amz-Expires"] == ["60"]
    with urllib.request.urlopen(address) as given:
        assert given.read() == b"hello from afar"
        assert given.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert given.headers["Content-Disposition"].startswith("attachment; ")
    part = urllib.request.Request(address, headers={"Range": "bytes=6-9"})
    with urllib.request.urlopen(part) as given:
        assert (given.status, given.read()) == (206, b"from")
    assert as_outsider.get(f"{URL}/{file.pk}/download").status_code == 404
    # A page that calls with a token asks for the bytes themselves.
    whole = as_member.get(f"{URL}/{file.pk}/download?redirect=false")
    assert (whole.status_code, b"".join(whole.streaming_content)) == (200, b"hello from afar")  # type: ignore[attr-defined]
    part_of_it = as_member.get(f"{URL}/{file.pk}/download?redirect=false", headers={"Range": "bytes=6-9"})
    assert (part_of_it.status_code, b"".join(part_of_it.streaming_content)) == (206, b"from")  # type: ignore[attr-defined]


def test_on_s3_a_file_is_stored_read_and_deleted(on_s3: str, sent: Callable[..., File], as_member: APIClient) -> None:
    content = picture("PNG", (600, 600)) + bytes(12 * 1024 * 1024)  # large enough to go in parts
    file = sent("a.png", content)
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert tasks.make_thumbnail(file.pk)
    assert as_member.get(f"{URL}/{file.pk}/thumbnail").status_code == 302
    assert agree()
    assert as_member.delete(f"{URL}/{file.pk}").status_code == 204
    assert tasks.remove_pending() == 2
    assert agree()


def test_s3_that_is_down_is_a_503_and_nothing_is_left(
    settings: Settings, as_member: APIClient, stored: Callable[[], list[Any]]
) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": s3_options(f"http://127.0.0.1:{free_port()}")}
    settings.S3_BUCKET = BUCKET
    answer = as_member.post(URL, {"file": upload()}, format="multipart")
    assert (answer.status_code, answer.json()) == (503, {"message": "File storage is not available."})
    assert not stored()
    assert not File.objects.exists()
    assert Removal.objects.count() == 1  # tried again until S3 says that nothing is there


@pytest.fixture
def failing_s3(settings: Settings) -> Iterator[list[str]]:
    """S3 that knows every object and gives none out; the requests that it got."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(self.command)
            self.send_response(200 if self.command == "HEAD" else 503)
            self.send_header("Content-Length", "100" if self.command == "HEAD" else "0")
            self.end_headers()

        do_HEAD = do_GET = answer

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        options = s3_options(f"http://127.0.0.1:{server.server_address[1]}")
        settings.STORAGES, settings.S3_BUCKET = {**settings.STORAGES, "default": options}, BUCKET
        yield asked
        server.shutdown()
        thread.join()


def test_a_thumbnail_is_made_once_s3_returns_the_picture(
    sent: Callable[..., File], request: pytest.FixtureRequest
) -> None:
    file = sent("a.png", picture())
    asked = request.getfixturevalue("failing_s3")
    assert not tasks.make_thumbnail(file.pk)
    assert "GET" in asked
    assert File.objects.get(pk=file.pk).thumbnail_due_at is not None


class Clamd(socketserver.BaseRequestHandler):
    """INSTREAM as clamd answers it; the virus is the word EICAR."""

    def handle(self) -> None:
        stream = self.request.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            content += stream.read(size)
            if len(content) > 1_000_000:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        found = b"Eicar-Test-Signature FOUND" if b"EICAR" in content else b"OK"
        self.request.sendall(b"stream: " + found + b"\0")


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[None]:
    server: socketserver.BaseServer
    if request.param == "tcp":
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        server = socketserver.ThreadingUnixStreamServer(str(tmp_path / "clamd.sock"), Clamd)
        settings.CLAMD_URL = f"unix://{tmp_path / 'clamd.sock'}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("clamd")
def test_an_infected_file_is_refused_with_a_reason(
    as_owner: APIClient, stored: Callable[[], list[Any]], sent: Callable[..., File]
) -> None:
    answer = as_owner.post(URL, {"file": upload(content=b"xxEICARxx")}, format="multipart")
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": ["The file is infected."]})
    assert [path for path in stored() if path.name != "clamd.sock"] == []
    assert sent(content=b"x" * 300_000).size == 300_000


@pytest.mark.usefixtures("clamd")
def test_a_file_that_the_scanner_refuses_to_scan_is_refused(as_member: APIClient) -> None:
    answer = as_member.post(URL, {"file": upload(content=b"x" * 2_000_000)}, format="multipart")
    assert answer.status_code == 503


def test_uploads_are_refused_while_the_scanner_is_unavailable(
    as_member: APIClient, settings: Settings, stored: Callable[[], list[Any]]
) -> None:
    settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"
    answer = as_member.post(URL, {"file": upload()}, format="multipart")
    assert (answer.status_code, answer.json()) == (503, {"message": "The virus scanner is not available."})
    assert not stored()
