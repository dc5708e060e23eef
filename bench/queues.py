"""Measure how long a sign-in code waits while everybody's messages are being translated.

Usage: python -m bench.queues [--seconds 30] [--rate 40] [--engine-ms 50] [--separate mail]. Needs PostgreSQL and Redis
(DATABASE_URL, REDIS_URL; BROKER_URL for RabbitMQ); makes its own database and starts web, worker, beat and an engine. Posts
``--rate`` messages a second into a channel of five languages, and asks for two codes a second, each for another address.
Prints, alone and under the flood, the milliseconds from the answer to the mail.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx

from bench import service
from bench.service import HOST, ROOT, Service

LANGUAGES = ("en", "th", "ja", "id", "zh-CN")
WRITERS = 8
CODES_PER_SECOND = 2
PASSWORD = "a long harbour evening"
# A code that is not there by then counts with this.
WAIT_SECONDS = 60.0


class Flood:
    """Members of five languages who write into one channel as fast as they are told."""

    def __init__(self, base: str, rate: float) -> None:
        self._client = httpx.Client(base_url=f"{base}/api/v1", timeout=30)
        self._rate = rate
        self._is_over = threading.Event()
        self.posts = 0
        tokens = [self._register(language) for language in LANGUAGES]
        self._headers = {"Authorization": f"Bearer {tokens[0]}"}
        workspace = self._call("POST", "/workspaces", {"name": "Harbour"})["id"]
        channel = self._call("GET", f"/workspaces/{workspace}/channels")[0]["id"]
        invite = self._call("POST", f"/workspaces/{workspace}/invites", {})["token"]
        for token in tokens[1:]:
            self._client.post(f"/invites/{invite}/accept", headers={"Authorization": f"Bearer {token}"})
        self._path = f"/workspaces/{workspace}/channels/{channel}/messages"

    def _register(self, language: str) -> str:
        email = f"{uuid.uuid4().hex}@example.com"
        body = {"name": language, "email": email, "password": PASSWORD, "password_confirmation": PASSWORD}
        answer = self._client.post("/auth/app/register", json=body | {"preferred_language": language})
        return str(answer.raise_for_status().json()["access_token"])

    def _call(self, method: str, path: str, body: object = None) -> "dict[str, str] | list[dict[str, str]]":
        return self._client.request(method, path, json=body, headers=self._headers).raise_for_status().json()["data"]

    def __enter__(self) -> "Flood":
        self._threads = ThreadPoolExecutor(WRITERS)
        for _ in range(WRITERS):
            self._threads.submit(self._write)
        return self

    def __exit__(self, *error: object) -> None:
        self._is_over.set()
        self._threads.shutdown()

    def _write(self) -> None:
        while not self._is_over.wait(WRITERS / self._rate):
            text = f"The parcel {uuid.uuid4().hex} reaches the harbour this evening."
            self._client.post(self._path, json={"content": text}, headers=self._headers).raise_for_status()
            self.posts += 1


def codes(running: Service, seconds: float) -> list[float]:
    """Ask for codes for so many seconds.

    Return the seconds from each answer to its mail, sorted.
    """
    asked: dict[str, float] = {}
    base = f"http://{HOST}:{running.web_port}/api/v1/auth/app/otp"
    for _ in range(int(seconds * CODES_PER_SECOND)):
        email, began = f"{uuid.uuid4().hex}@example.com", time.time()
        httpx.post(base, json={"email": email}, timeout=30).raise_for_status()
        asked[email] = time.time()
        time.sleep(max(0.0, began + 1 / CODES_PER_SECOND - time.time()))
    folder = Path(running.environment["VAR_DIR"]) / "mail"
    deadline = time.time() + WAIT_SECONDS
    while len(mailed := _mailed(folder, asked)) < len(asked) and time.time() < deadline:
        time.sleep(0.2)
    return sorted(max(0.0, mailed.get(email, at + WAIT_SECONDS) - at) for email, at in asked.items())


def _mailed(folder: Path, asked: dict[str, float]) -> dict[str, float]:
    """Return when each address got its mail."""
    times = {}
    for path in folder.glob("*.log"):
        to = next((line for line in path.read_text().splitlines() if line.startswith("To: ")), "").removeprefix("To: ")
        if to in asked:
            times[to] = path.stat().st_mtime
    return times


def row(name: str, waits: list[float]) -> str:
    marks = [f"{waits[min(len(waits) - 1, int(len(waits) * share))] * 1000:.0f}" for share in (0.5, 0.95)]
    return f"| {name} | {len(waits)} | {' | '.join(marks)} | {waits[-1] * 1000:.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=40)
    parser.add_argument("--engine-ms", type=int, default=50)
    parser.add_argument("--separate", default="", help="queues that get a worker of their own")
    options = parser.parse_args()
    port = service.free_port()
    env = service.environment(f"http://{HOST}:{port}")
    for name, path in (("DATABASE_URL", "/rosetta_queues"), ("REDIS_URL", "/12")):
        env[name] = urlunsplit(urlsplit(env[name])._replace(path=path))
    env |= {"SEPARATE_WORKERS": options.separate, "EMAIL_URL": "", "BROKER_URL": os.environ.get("BROKER_URL", "")}
    engine = subprocess.Popen([sys.executable, "bench/engine.py", str(port), str(options.engine_ms)], cwd=ROOT)
    try:
        service.make_database(env)
        names = ["web", "worker", "beat", *(f"worker-{name}" for name in filter(None, options.separate.split(",")))]
        with service.running(env, names) as running:
            flood = Flood(f"http://{HOST}:{running.web_port}", options.rate)
            print("| | codes | p50, ms | p95, ms | max, ms |\n| --- | --- | --- | --- | --- |", flush=True)
            print(row("alone", codes(running, options.seconds)), flush=True)
            with flood:
                time.sleep(3)
                print(row(f"{options.rate:g} posts/s, engine {options.engine_ms} ms", codes(running, options.seconds)))
            print(f"{flood.posts} messages were posted.")
    finally:
        engine.kill()
        engine.wait()


if __name__ == "__main__":
    main()
