"""Measure the seconds from ``make run`` on a fresh clone to the first message that somebody reads translated.

Usage: python bench/first_message.py [--installed]. Needs git, make and, unless ``--installed`` lends it this checkout's
environment, the package index. The models come from a server on this machine and are tiny: the time of the real download
(50 to 150 MB for each direction) comes on top. The service has a free port and ends with the measurement.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx
from websockets.sync.client import connect

from bench.service import HOST, ROOT, free_port
from translation.tests import model_host
from translation.tests.argos_packages import sentences

PATIENCE = 900.0
PASSWORD = "correct horse 9"
# A service of its own: nothing that names another one may reach it.
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "PIP_", "SSL_CERT_FILE", "XDG_CACHE_HOME")


class Clock:
    """The seconds since the start, printed as rows of a table."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def row(self, what: str) -> None:
        print(f"| {what} | {time.monotonic() - self._began:.1f} s |", flush=True)


def clone(folder: Path, *, installed: bool) -> None:
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    if installed:
        (folder / ".venv").symlink_to(ROOT / ".venv")


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the service answers.

    Raises SystemExit when it ends or takes too long.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("The service did not start.")


def join(url: str, name: str, language: str) -> httpx.Client:
    """Register somebody, and return their API client."""
    client = httpx.Client(base_url=f"{url}/api/v1/", timeout=60)
    body = {
        "name": name, "email": f"{name}@example.com", "password": PASSWORD, "password_confirmation": PASSWORD,
        "device_name": "bench", "preferred_language": language,
    }  # fmt: skip
    client.headers["Authorization"] = f"Bearer {data(client.post('auth/app/register', json=body))['access_token']}"
    return client


def data(answer: httpx.Response) -> Any:
    answer.raise_for_status()
    body = answer.json()
    return body.get("data", body)


def converse(url: str, clock: Clock) -> None:
    """Let an English speaker write and a Thai one wait for the translation on a socket."""
    emma, mali = join(url, "emma", "en"), join(url, "mali", "th")
    workspace = data(emma.post("workspaces", json={"name": "Tea"}))
    invite = data(emma.post(f"workspaces/{workspace['id']}/invites", json={}))
    data(mali.post(f"invites/{invite['token']}/accept"))
    channel = data(emma.get(f"workspaces/{workspace['id']}/channels"))[0]
    clock.row("two people share a channel")
    socket = connect(
        f"{url.replace('http', 'ws')}/api/v1/realtime",
        additional_headers={"Authorization": mali.headers["Authorization"]},
        subprotocols=["rosetta.v1"],
        open_timeout=60,
    )
    with socket:
        path = f"workspaces/{workspace['id']}/channels/{channel['id']}/messages"
        data(emma.post(path, json={"content": sentences()["en"][0]}))
        while json.loads(socket.recv(timeout=PATIENCE)).get("event") != "message.translated":
            pass
    clock.row("the first message is read in Thai")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--installed", action="store_true", help="do not install the dependencies anew")
    arguments = parser.parse_args()
    port = free_port()
    url = f"http://{HOST}:{port}"
    with tempfile.TemporaryDirectory(prefix="rosetta-first-") as folder, model_host.serve() as host:
        host.offer("en-th", "th-en")
        checkout = Path(folder) / "rosetta"
        clone(checkout, installed=arguments.installed)
        env = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
        env |= {"PORT": str(port), "LOCAL_MODELS_URL": host.index}
        clock = Clock()
        process = subprocess.Popen(
            ["make", "run"], cwd=checkout, env=env, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            wait_until_ready(url, process)
            clock.row("installed and ready" if not arguments.installed else "ready")
            converse(url, clock)
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(60)


if __name__ == "__main__":
    main()
