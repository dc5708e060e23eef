"""From the first start to a translated message on a socket.

``make run``, a host of models, and two people.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from rosetta.tests.processes import eventually, free_port
from rosetta.tests.supervised import Supervised
from translation.tests import model_host
from translation.tests.argos_packages import sentences
from translation.tests.model_host import Host

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
PATIENCE = 120.0
PASSWORD = "correct horse 9"


@pytest.fixture
def host() -> Iterator[Host]:
    with model_host.serve() as running:
        running.offer("en-th", "th-en", "en-ja", "ja-en")
        yield running


@pytest.fixture
def running(tmp_path: Path, host: Host) -> Iterator[Supervised]:
    """A service as a newcomer starts it, but for the address of the index."""
    variables = {"LOCAL_MODELS": "auto", "LOCAL_MODELS_URL": host.index, "LOCAL_MODELS_FREE_MB": "0"}
    service = Supervised(tmp_path, PORT=str(free_port()), **variables)
    try:
        assert eventually(service.is_ready), service.said()
        yield service
    finally:
        service.process.kill()
        service.process.wait()
        assert eventually(lambda: not service.left_over()), service.left_over()


def join(service: Supervised, name: str, language: str) -> httpx.Client:
    client = httpx.Client(base_url=f"{service.url}/api/v1/", timeout=PATIENCE)
    body = {"name": name, "email": f"{name}@example.com", "password": PASSWORD, "password_confirmation": PASSWORD}
    answer = client.post("auth/app/register", json=body | {"device_name": "test", "preferred_language": language})
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


def data(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()["data"]


def event(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the data of the next event of a kind."""
    while True:
        frame = json.loads(socket.recv(timeout=PATIENCE))
        if frame.get("event") == kind:
            found: dict[str, Any] = frame["data"]
            return found


def test_two_people_read_each_other_once_the_models_have_arrived(running: Supervised, host: Host) -> None:
    known = sentences()
    olivia, mali = join(running, "olivia", "en"), join(running, "mali", "th")
    workspace = data(olivia.post("workspaces", json={"name": "Tea"}))
    assert host.requests == [], "nobody here shares a workspace with somebody of another language"
    invite = data(olivia.post(f"workspaces/{workspace['id']}/invites", json={}))
    data(mali.post(f"invites/{invite['token']}/accept"))
    channel = data(olivia.get(f"workspaces/{workspace['id']}/channels"))[0]
    messages = f"workspaces/{workspace['id']}/channels/{channel['id']}/messages"
    url = f"{running.url.replace('http', 'ws')}/api/v1/realtime"
    headers = {"Authorization": mali.headers["Authorization"]}
    with connect(url, additional_headers=headers, subprotocols=["rosetta.v1"]) as socket:
        data(olivia.post(messages, json={"content": known["en"][0]}))
        assert event(socket, "message.translated")["display_content"] == known["th"][0]
    assert eventually(lambda: not data(mali.get("translation/status"))["missing"])
    assert {path for path, _range in host.requests} == {"/index.json", host.path("en-th"), host.path("th-en")}
    assert "2 of 2 models ready" in running.said()
