"""Faults under load: what was acknowledged is compared with what every reader finally has.

Usage: python bench/faults.py [--seconds 20] [--rate 40] [--only redis,gateway]. Starts a PostgreSQL, a Redis, two web processes,
a gateway, two workers and beat of its own on free ports; writers post with idempotency keys and try again as clients do, readers
of two languages listen and resume. After each fault the checker asks for everything again over REST. Writes docs/reliability.md.
"""

import argparse
import asyncio
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx
import websockets

from bench import seed
from bench.servers import Postgres, Redis, kill, wait_for
from bench.service import HOST, ROOT, environment, free_port

REPORT = ROOT / "docs" / "reliability.md"
SETTLE_SECONDS = 90


class Stack:
    """Every process of a service, each of which may be killed and started again."""

    def __init__(self) -> None:
        self.postgres, self.redis = Postgres(), Redis()
        self.postgres.start()
        self.redis.start()
        self.engine_port = free_port()
        self.web_ports = [free_port(), free_port()]
        self.gateway_port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="rosetta-faults-"))
        self.env = environment(f"http://{HOST}:{self.engine_port}") | {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "VAR_DIR": str(self.folder / "var"),
            "HOST": HOST,
            "GATEWAY_PORT": str(self.gateway_port),
            "PUBLIC_URL": f"http://{HOST}:{self.web_ports[0]}",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def commands(self) -> dict[str, list[str]]:
        python = [sys.executable, "-m"]
        web = [*python, "granian", "--interface", "wsgi", "rosetta.wsgi:application", "--host", HOST, "--no-access-log"]
        web += ["--workers", "1", "--blocking-threads", "8", "--port"]
        worker = [*python, "celery", "-A", "rosetta", "worker", "--concurrency", "1", "-n"]
        return {
            "engine": [sys.executable, "bench/engine.py", str(self.engine_port), "50"],
            "web 1": [*web, str(self.web_ports[0])],
            "web 2": [*web, str(self.web_ports[1])],
            "gateway": [*python, "rosetta.gateway"],
            "worker 1": [*worker, "w1@%h"],
            "worker 2": [*worker, "w2@%h"],
            "beat": [*python, "celery", "-A", "rosetta", "beat"],
        }

    def start(self, name: str) -> None:
        with (self.folder / f"{name.replace(' ', '')}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.commands()[name], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        kill(self.processes[name])

    def start_all(self) -> None:
        import psycopg

        with psycopg.connect(self.postgres.url.replace("/rosetta", "/postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE rosetta")
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=self.env, check=True)
        for name in self.commands():
            self.start(name)
        for port in self.web_ports:
            wait_for("web", lambda port=port: self.answers(port))  # type: ignore[misc]

    def answers(self, port: int) -> bool:
        try:
            return httpx.get(f"http://{HOST}:{port}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def end(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                kill(process)
        self.redis.stop()
        self.postgres.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class Reader:
    """A client on the socket: every frame it got, in order, over however many connections."""

    token: str
    cursors: dict[str, int] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    connections: int = 0

    async def listen(self, stack: Stack) -> None:
        url = f"ws://{HOST}:{stack.gateway_port}/api/v1/realtime"
        headers = {"Authorization": f"Bearer {self.token}"}
        while True:
            try:
                async with websockets.connect(url, additional_headers=headers, subprotocols=["rosetta.v1"]) as socket:  # type: ignore[list-item]
                    await self._follow(socket)
            except (OSError, websockets.WebSocketException, TimeoutError):
                await asyncio.sleep(0.3)

    async def _follow(self, socket: Any) -> None:
        hello = json.loads(await socket.recv())
        self.connections += 1
        if self.cursors:
            await socket.send(json.dumps({"type": "resume", "cursors": self.cursors}))
        else:
            self.cursors = dict(hello["cursors"])
        async for raw in socket:
            frame = json.loads(raw)
            if frame["type"] == "event" and not self._take(frame):
                await socket.send(json.dumps({"type": "resume", "cursors": self.cursors}))

    def _take(self, frame: dict[str, Any]) -> bool:
        """Keep an event; False when something before it is missing, so that it has to come again after that."""
        stream = frame.get("conversation_id") or frame["workspace_id"]
        cursor = self.cursors.setdefault(stream, 0)
        if frame["prev"] > cursor:
            return False
        if frame["seq"] > cursor:
            self.cursors[stream] = frame["seq"]
            if frame["event"] == "message.created":
                self.created.append(frame["data"]["id"])
        return True


@dataclass
class Ledger:
    """What writers were promised: acknowledged texts with the id and number they got."""

    acknowledged: dict[str, tuple[str, int]] = field(default_factory=dict)
    retries: int = 0
    slowest: float = 0.0


async def write(stack: Stack, world: seed.World, ledger: Ledger, number: int) -> None:
    """Post one message as a careful client does: the same key until there is an answer."""
    text = f"The parcel {uuid.uuid4().hex} reaches the harbour this evening."
    token = world.tokens[number % len(world.tokens)]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
    path = f"/api/v1/workspaces/{world.workspace_id}/channels/{world.channel_id}/messages"
    began = time.monotonic()
    async with httpx.AsyncClient(timeout=15) as client:
        for attempt in itertools.count():
            port = stack.web_ports[(number + attempt) % 2]
            try:
                answer = await client.post(f"http://{HOST}:{port}{path}", headers=headers, json={"content": text})
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 201:
                data = answer.json()["data"]
                ledger.acknowledged[text] = (data["id"], data["seq"])
                ledger.slowest = max(ledger.slowest, time.monotonic() - began)
                return
            if answer is not None and answer.status_code < 500 and answer.status_code != 409:
                raise SystemExit(f"a post was refused: {answer.status_code} {answer.text}")
            ledger.retries += 1
            await asyncio.sleep(0.3)


async def load(stack: Stack, world: seed.World, ledger: Ledger, *, rate: float, seconds: float, fault: Any) -> None:
    """Posts at ``rate`` a second for ``seconds``; ``fault`` strikes after a third of them."""
    tasks = [asyncio.create_task(strike_later(fault, seconds / 3))]
    for number in range(int(rate * seconds)):
        tasks.append(asyncio.create_task(write(stack, world, ledger, number)))
        await asyncio.sleep(1 / rate)
    await asyncio.gather(*tasks)


async def strike_later(fault: Callable[[], None], seconds: float) -> None:
    await asyncio.sleep(seconds)
    await asyncio.to_thread(fault)


async def every_message(stack: Stack, world: seed.World, token: str) -> list[dict[str, Any]]:
    """The whole channel as a reader pages through it, oldest first."""
    path = f"/api/v1/workspaces/{world.workspace_id}/channels/{world.channel_id}/messages?limit=100"
    found: list[dict[str, Any]] = []
    async with httpx.AsyncClient(timeout=15, headers={"Authorization": f"Bearer {token}"}) as client:
        cursor = ""
        while True:
            page = (await client.get(f"http://{HOST}:{stack.web_ports[0]}{path}{cursor}")).json()
            found += page["data"]
            if not page["meta"]["has_more"]:
                return found[::-1]
            cursor = f"&before={page['meta']['next_before']}"


async def check(
    stack: Stack, world: seed.World, ledger: Ledger, readers: list[Reader], outsider: Reader, before: int
) -> dict[str, Any]:
    """Compare promises with what is there, giving sockets and translators ``SETTLE_SECONDS`` to finish."""
    began = time.monotonic()
    promised = {message_id for message_id, _seq in ledger.acknowledged.values()}
    while time.monotonic() - began < SETTLE_SECONDS:
        rows = await every_message(stack, world, world.tokens[1])
        mine = rows[before:]
        heard = all(promised <= set(reader.created) for reader in readers)
        done = all(row["display_source"] == "translation" for row in mine if row["original_language"] != "th")
        if heard and done:
            break
        await asyncio.sleep(0.5)
    texts = [row["original_content"] for row in mine]
    order = [row["id"] for row in mine]
    return {
        "acknowledged": len(promised),
        "lost": sum(text not in texts for text in ledger.acknowledged),
        "double": len(texts) - len(set(texts)),
        "gaps": sum(row["seq"] != place for place, row in enumerate(rows, 1)),
        "untranslated": sum(row["display_source"] != "translation" for row in mine),
        "unheard": sum(len(promised - set(reader.created)) for reader in readers),
        "heard twice": sum(len(reader.created) - len(set(reader.created)) for reader in readers),
        "out of order": sum(_disorder(reader.created, order) for reader in readers),
        "leaked": len(outsider.created),
        "retries": ledger.retries,
        "slowest post, s": round(ledger.slowest, 1),
        "whole again, s": round(time.monotonic() - began, 1),
    }


def _disorder(heard: list[str], order: list[str]) -> int:
    place = {message_id: number for number, message_id in enumerate(order)}
    places = [place[message_id] for message_id in heard if message_id in place]
    return sum(later < earlier for earlier, later in itertools.pairwise(places))


def faults(stack: Stack) -> dict[str, Callable[[], None]]:
    """Each fault, whole: it strikes, lasts, and is over when the call returns."""

    def restarted(name: str, pause: float = 1.0) -> Callable[[], None]:
        def strike() -> None:
            stack.kill(name)
            time.sleep(pause)
            stack.start(name)

        return strike

    def postgres(how: str, pause: float) -> Callable[[], None]:
        def strike() -> None:
            stack.postgres.stop(how)
            time.sleep(pause)
            stack.postgres.start()

        return strike

    def redis() -> None:
        stack.redis.stop()
        time.sleep(10)
        stack.redis.start()

    return {
        "none": lambda: None,
        "web killed": restarted("web 1"),
        "gateway killed": restarted("gateway"),
        "worker killed": restarted("worker 1"),
        "both workers killed": lambda: (stack.kill("worker 2"), restarted("worker 1")(), stack.start("worker 2"))[0],
        "beat killed": restarted("beat"),
        "PostgreSQL restarted": postgres("fast", 1),
        "PostgreSQL crashed": postgres("immediate", 2),
        "Redis gone for 10 s, and all it held": redis,
        "engine gone for 8 s": restarted("engine", 8),
    }


async def one(
    stack: Stack, world: seed.World, fault: Callable[[], None], outsider_token: str, options: Any
) -> dict[str, Any]:
    before = len(await every_message(stack, world, world.tokens[1]))
    readers, outsider, ledger = [Reader(world.tokens[n]) for n in (0, 1)], Reader(outsider_token), Ledger()
    listeners = [asyncio.create_task(reader.listen(stack)) for reader in (*readers, outsider)]
    while not all(reader.connections for reader in (*readers, outsider)):
        await asyncio.sleep(0.1)
    await load(stack, world, ledger, rate=options.rate, seconds=options.seconds, fault=fault)
    result = await check(stack, world, ledger, readers, outsider, before)
    for listener in listeners:
        listener.cancel()
    return result


def report(results: dict[str, dict[str, Any]], options: Any) -> str:
    columns = list(next(iter(results.values())))
    lines = [f"| fault | {' | '.join(columns)} |", f"| --- |{' --- |' * len(columns)}"]
    lines += [
        f"| {name} | {' | '.join(str(result[column]) for column in columns)} |" for name, result in results.items()
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=40)
    parser.add_argument("--only", default="", help="words of the faults to try")
    options = parser.parse_args()
    stack = Stack()
    try:
        stack.start_all()
        seed.connect(stack.env)
        world = seed.make_world(clients=2, deep_rows=1)
        world = seed.fresh_channel(world)
        outsider = seed.make_outsider()
        results: dict[str, dict[str, Any]] = {}
        for name, fault in faults(stack).items():
            if options.only and not any(word in name for word in options.only.split(",")):
                continue
            results[name] = asyncio.run(one(stack, world, fault, outsider, options))
            print(f"{name}: {results[name]}", flush=True)
    finally:
        stack.end()
    print(report(results, options))
    bad = ("lost", "double", "gaps", "untranslated", "unheard", "heard twice", "out of order", "leaked")
    sys.exit(any(result[column] for result in results.values() for column in bad))


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
