"""Measure what a post, page, translation, frame and socket costs each process.

Processor time, memory, bytes.

Usage: python -m bench.footprint. Starts its own service and servers, loads it for about two minutes, and writes
bench/footprint.json, from which bench/capacity.py makes a plan. Processor time is what the kernel counted for the processes
(/proc), without the load generator and the rest of the machine.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import websockets

from bench.http_load import Make, Request, Result, load
from bench.reliability.stack import Stack
from bench.reliability.world import API, Person, Place, World, make_world
from bench.service import HOST, ROOT

COSTS = ROOT / "bench" / "footprint.json"
TICKS = os.sysconf("SC_CLK_TCK")
SECONDS, SOCKETS, DRAIN_SECONDS = 12, 300, 60


class Meter:
    """Measures the processor seconds of each kind of process."""

    def __init__(self, stack: Stack) -> None:
        postmaster = int(Path(stack.postgres.folder, "data", "postmaster.pid").read_text().split()[0])
        assert stack.redis.process is not None and stack.broker.process is not None
        self.roots = {"postgres": [postmaster], "redis": [stack.redis.process.pid, stack.broker.process.pid]}
        for name, process in stack.processes.items():
            self.roots.setdefault(name.split()[0], []).append(process.pid)
        self._last: dict[str, float] = {}

    def read(self) -> dict[str, float]:
        parents = dict(_stat(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit())
        return {name: sum(_family_seconds(root, parents) for root in roots) for name, roots in self.roots.items()}

    def start(self) -> None:
        self._last = self.read()

    def spent(self) -> dict[str, float]:
        """Return the seconds since ``start``, by kind."""
        now = self.read()
        return {name: now[name] - self._last[name] for name in now}

    def memory(self, name: str) -> int:
        """Return the private memory of the processes of a kind, in bytes."""
        parents = dict(_stat(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit())
        members = [pid for root in self.roots[name] for pid in _family(root, parents)]
        return sum(
            int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") for pid in members
        )


def _stat(pid: int) -> tuple[int, tuple[int, float]]:
    """Return a process's parent and its processor seconds, ended children included."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return pid, (0, 0.0)
    return pid, (int(fields[1]), sum(map(int, fields[11:15])) / TICKS)


def _family(root: int, parents: dict[int, tuple[int, float]]) -> set[int]:
    found, size = {root}, 0
    while len(found) > size:
        size = len(found)
        found |= {pid for pid, (parent, _seconds) in parents.items() if parent in found}
    return found


def _family_seconds(root: int, parents: dict[int, tuple[int, float]]) -> float:
    return sum(parents[pid][1] for pid in _family(root, parents) if pid in parents)


class Costing:
    def __init__(self, stack: Stack, world: World) -> None:
        self.stack, self.world, self.meter = stack, world, Meter(stack)
        self.idle: dict[str, float] = {}

    async def measure(self, what: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
        """Return the result of ``what`` and the seconds that it cost beyond idling."""
        self.meter.start()
        began = time.monotonic()
        result = await what()
        spent, taken = self.meter.spent(), time.monotonic() - began
        return result, {name: max(seconds - self.idle.get(name, 0) * taken, 0) for name, seconds in spent.items()}

    async def settle_idle(self) -> None:
        _none, spent = await self.measure(lambda: asyncio.sleep(10))
        self.idle = {name: seconds / 10 for name, seconds in spent.items()}

    async def load(self, make: Make, clients: int = 4) -> Result:
        port = self.stack.web_ports[0]
        return await asyncio.to_thread(load, HOST, port, make, clients=clients, seconds=SECONDS, warm=0.0)

    async def posts(self, place: Place, person: Person) -> tuple[int, dict[str, float]]:
        """Return the number of posts, and their cost until all of them were translated."""
        make, count = poster(place, person), 0

        async def work() -> None:
            nonlocal count
            count = len((await self.load(make)).latencies)
            await self.drained()

        _none, spent = await self.measure(work)
        return count, spent

    async def drained(self) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS
        while self.ask("SELECT count(*) FROM messaging_messagetranslation WHERE state = 'pending'"):
            if time.monotonic() > deadline:
                raise SystemExit("translations did not come to an end")
            await asyncio.sleep(0.2)

    def ask(self, query: str) -> int:
        with psycopg.connect(self.stack.postgres.url) as connection:
            row = connection.execute(query).fetchone()  # type: ignore[arg-type]
        return int(row[0]) if row else 0

    def table_bytes(self) -> int:
        return self.ask(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname IN"
            " ('messaging_message', 'messaging_messagetranslation', 'workspaces_event')"
        )


def token_of(person: Person) -> str:
    return person.headers["Authorization"].removeprefix("Bearer ")


def poster(place: Place, person: Person) -> Make:
    token, began = token_of(person), time.time_ns()

    def make(number: int) -> Request:
        text = f"The delivery {began}-{number} leaves the warehouse this afternoon."
        return Request("POST", place.path, token, json.dumps({"content": text}).encode())

    return make


def per(count: int, spent: dict[str, float]) -> dict[str, float]:
    """Return the milliseconds of each kind of process per operation."""
    return {name: round(seconds / count * 1000, 4) for name, seconds in spent.items() if name != "engine"}


async def cost(stack: Stack, world: World) -> dict[str, Any]:
    costing = Costing(stack, world)
    await costing.settle_idle()
    page = Request("GET", world.crowd.path + "?limit=50", token_of(world.owner))
    alone = Place("alone", world.shop.id, world.shop.path, [world.owner])
    count, spent = await costing.posts(alone, world.owner)
    costs: dict[str, Any] = {"post": per(count, spent)}
    before, rows = costing.table_bytes(), costing.ask("SELECT count(*) FROM messaging_message")
    count, spent = await costing.posts(world.crowd, world.owner)
    languages = len({person.language for person in world.crowd.people}) - 1
    extra = {name: max(ms - costs["post"][name], 0) / languages for name, ms in per(count, spent).items()}
    costs["translation"] = {name: round(ms, 4) for name, ms in extra.items()}
    grown = costing.ask("SELECT count(*) FROM messaging_message") - rows
    costs["bytes_per_message_in_five_languages"] = round((costing.table_bytes() - before) / grown)
    result, spent = await costing.measure(lambda: costing.load(lambda _number: page))
    costs["page"] = per(len(result.latencies), spent)
    costs |= await sockets(costing, world, costs["post"]["gateway"])
    return costs


async def sockets(costing: Costing, world: World, post_ms: float) -> dict[str, Any]:
    """Measure the memory of SOCKETS sockets of one person, and the cost of a frame to one of them."""
    person, frames = world.owner, 0

    async def listen(connection: Any) -> None:
        nonlocal frames
        async for _frame in connection:
            frames += 1

    empty = costing.meter.memory("gateway")
    url = f"ws://{HOST}:{costing.stack.gateway_port}{API}/realtime"
    opened = [
        await websockets.connect(
            url,
            additional_headers=person.headers,
            subprotocols=["rosetta.v1"],
            compression=None,  # type: ignore[list-item]
        )
        for _number in range(SOCKETS)
    ]
    held = (costing.meter.memory("gateway") - empty) / SOCKETS
    listeners = [asyncio.create_task(listen(connection)) for connection in opened]
    await asyncio.sleep(2)
    frames, make = 0, poster(world.shop, world.owner)

    async def post() -> int:
        posted = len((await costing.load(make, clients=1)).latencies)
        while frames < posted * SOCKETS:
            await asyncio.sleep(0.1)
        return posted

    count, spent = await costing.measure(post)
    for listener, connection in zip(listeners, opened, strict=True):
        listener.cancel()
        await connection.close()
    # The gateway's work for an event without subscribers is part of the cost of a post.
    alone = count * post_ms / 1000
    return {
        "socket_bytes": round(held),
        "frame": {"gateway": round(max(spent["gateway"] - alone, 0) / frames * 1000, 5)},
    }


def main() -> None:
    os.chdir(ROOT)
    # so that it ends its processes on SIGTERM
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    stack = Stack()
    stack.env["SOCKETS_PER_CALLER"] = str(SOCKETS + 1)  # all of one person
    try:
        stack.start_all()
        world = make_world(stack)
        costs = asyncio.run(cost(stack, world))
    finally:
        stack.end()
    COSTS.write_text(json.dumps({"measured": time.strftime("%Y-%m-%d"), **costs}, indent=2) + "\n")
    print(COSTS.read_text())


if __name__ == "__main__":
    main()
