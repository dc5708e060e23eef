"""The helpdesk of docs/temporary-rooms.md, run as it stands against a live server."""

import re
import shutil
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import AccessToken
from conftest import make_user, token_client
from rooms.models import Room

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = (settings.BASE_DIR / "docs" / "temporary-rooms.md").read_text(encoding="utf-8")
SHELL = {re.match(r"# test: (\w+)", text)[1]: text for text in re.findall(r"```sh\n(.*?)```", PAGE, re.S)}  # type: ignore[index]
(PYTHON,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
(PRINTED,) = re.findall(r"```text\n(.*?)```", PAGE, re.S)

with_curl = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="needs curl and jq")


@pytest.fixture
def agent() -> str:
    """The token of Aiko, who reads Japanese."""
    return bearer(token_client(make_user("Aiko", "ja")))


def bearer(client: Any) -> str:
    return str(client._credentials["HTTP_AUTHORIZATION"]).removeprefix("Bearer ")


def run(command: list[str], base: str, **variables: str) -> str:
    done = subprocess.run(
        command,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "BASE": base, **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@with_curl
def test_the_helpdesk_in_curl(live_server: LiveServer, agent: str) -> None:
    script = SHELL["token"] + SHELL["helpdesk"]
    assert run(["bash", "-euc", script], live_server.url, AGENT=agent) == PRINTED
    assert Room.objects.get().external_reference == "order-41"
    assert "*" not in AccessToken.objects.get(name="Shop").abilities


def test_the_helpdesk_in_python(live_server: LiveServer, agent: str) -> None:
    assert run([sys.executable, "-c", PYTHON], live_server.url, AGENT=agent, SHOP=agent) == PRINTED


def test_the_helpdesk_has_ten_lines() -> None:
    assert (
        len(
            [
                line
                for line in SHELL["helpdesk"].splitlines()
                if line.startswith(("ROOM", "CHANNEL", "VISITOR", "call "))
            ]
        )
        <= 10
    )
    assert set(SHELL) == {"token", "helpdesk"}
