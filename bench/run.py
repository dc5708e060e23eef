"""The benchmark: a service of its own on PostgreSQL and Redis, measured from outside, beside what the database allows.

Usage: make bench [BENCH="--seconds 10 --deep 1000000 --only posting,pages"]. DATABASE_URL and REDIS_URL name the servers;
the databases used are ``rosetta_bench`` and Redis's number 14.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import seed
from bench.http_load import Request, Result, run
from bench.service import HOST, ROOT, Service, environment, free_port, make_database, running

RESULTS = ROOT / "bench" / "results.md"
Row = tuple[str, str]


def headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def messages_path(world: seed.World, channel_id: str) -> str:
    return f"/api/v1/workspaces/{world.workspace_id}/channels/{channel_id}/messages"


def poster(world: seed.World, channel_id: str) -> Callable[[int], Request]:
    """Requests that each post a text of their own, from the members in turn."""
    path, began = messages_path(world, channel_id), time.time_ns()

    def make(number: int) -> Request:
        body = json.dumps({"content": f"The delivery {began}-{number} leaves the warehouse this afternoon."}).encode()
        return Request("POST", path, headers(world.tokens[number % len(world.tokens)]), body)

    return make


def getter(path: str, token: str) -> Callable[[int], Request]:
    request = Request("GET", path, headers(token))
    return lambda number: request


def load(service: Service, make: Callable[[int], Request], clients: int, seconds: float) -> Result:
    asyncio.run(run(HOST, service.web_port, make, clients=clients, seconds=1))
    return asyncio.run(run(HOST, service.web_port, make, clients=clients, seconds=seconds))


def posting(service: Service, world: seed.World, seconds: float) -> list[Row]:
    rows, at_16 = [], 0.0
    for clients in (1, 16, 64):
        result = load(service, poster(world, world.channel_id), clients, seconds)
        at_16 = result.rate if clients == 16 else at_16
        rows.append((f"post, {clients} clients", result.row()))
    limit = pgbench(service, world, clients=16, seconds=seconds)
    rows.append(("pgbench, the same row writes, 16 clients", f"{limit:.0f}/s"))
    rows.append(("posting at 16 clients as a share of pgbench", f"{at_16 / limit:.3f}"))
    return rows


def pgbench(service: Service, world: seed.World, *, clients: int, seconds: float) -> float:
    """Transactions a second of the rows that a post writes, with nothing but PostgreSQL in the way."""
    from rosetta.ids import to_uuid

    command = [
        "pgbench", "-M", "prepared", "-n", "-c", str(clients), "-j", "2", "-T", str(int(seconds)),
        "-f", str(ROOT / "bench" / "post.sql"),
        "-D", f"conversation={to_uuid(world.channel_id)}", "-D", f"user={world.user_id}",
        service.environment["DATABASE_URL"],
    ]  # fmt: skip
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(r"tps = ([\d.]+)", out)[1])  # type: ignore[index]


def pages(service: Service, world: seed.World, seconds: float) -> list[Row]:
    rows = []
    for name, channel_id in (("1,000", world.channel_id), ("1,000,000", world.deep_channel_id)):
        for reader, token in (("original", world.tokens[0]), ("translated", world.tokens[1])):
            result = load(service, getter(messages_path(world, channel_id), token), 16, seconds)
            rows.append((f"page of 50, {reader}, {name} rows, 16 clients", result.row()))
    return rows


def opening(service: Service, world: seed.World, seconds: float) -> list[Row]:
    workspace_id, token = seed.make_large_workspace()
    path = f"/api/v1/workspaces/{workspace_id}/channels?per_page=100"
    result = load(service, getter(path, token), 1, min(seconds, 3))
    return [("channel list of 10,000 members and 500 channels, 1 client", result.row())]


async def _to_socket(service: Service, world: seed.World, count: int) -> list[float]:
    import websockets

    url = f"ws://{HOST}:{service.gateway_port}/api/v1/realtime"
    auth = {"Authorization": f"Bearer {world.tokens[1]}"}
    make = poster(world, world.channel_id)
    seconds = []
    async with websockets.connect(url, additional_headers=auth, subprotocols=["rosetta.v1"]) as socket:
        await socket.recv()
        reader, writer = await asyncio.open_connection(HOST, service.web_port)
        for number in range(count):
            request = make(number * len(world.tokens))
            text = json.loads(request.body)["content"]
            began = time.perf_counter()
            writer.write(request.encode(f"{HOST}:{service.web_port}"))
            while text not in await asyncio.wait_for(socket.recv(), 10):
                pass
            seconds.append(time.perf_counter() - began)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
            await asyncio.sleep(0.02)
        writer.close()
    return seconds


def to_socket(service: Service, world: seed.World, seconds: float) -> list[Row]:
    found = asyncio.run(_to_socket(service, world, 200))
    return [("post to WebSocket", Result(len(found), sum(found), found, 0).row().split(" ", 1)[1])]


async def _to_translated(service: Service, world: seed.World, rate: float, count: int) -> list[float]:
    """Seconds from a post to its reader's words on the socket, at ``rate`` posts a second into three languages."""
    import websockets

    url = f"ws://{HOST}:{service.gateway_port}/api/v1/realtime"
    auth = {"Authorization": f"Bearer {world.tokens[1]}"}
    make, sent, seconds = poster(world, world.channel_id), {}, []

    async def listen() -> None:
        async with websockets.connect(url, additional_headers=auth, subprotocols=["rosetta.v1"]) as socket:
            ready.set()
            while len(seconds) < count:
                frame = json.loads(await asyncio.wait_for(socket.recv(), 30))
                if frame.get("event") == "message.translated":
                    original = frame["data"]["original_content"]
                    if original in sent:
                        seconds.append(time.perf_counter() - sent.pop(original))

    ready = asyncio.Event()
    listener = asyncio.create_task(listen())
    await ready.wait()
    reader, writer = await asyncio.open_connection(HOST, service.web_port)
    for number in range(count):
        request = make(number * len(world.tokens))
        sent[json.loads(request.body)["content"]] = began = time.perf_counter()
        writer.write(request.encode(f"{HOST}:{service.web_port}"))
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        await asyncio.sleep(max(0.0, 1 / rate - (time.perf_counter() - began)))
    await listener
    writer.close()
    return seconds


def to_translated(service: Service, world: seed.World, seconds: float) -> list[Row]:
    found = asyncio.run(_to_translated(service, world, 20, 200))
    row = Result(len(found), sum(found), found, 0).row().split(" ", 1)[1]
    return [("post to translated on the socket, 50 ms engine, 20/s into 3 languages", row)]


def fanout(service: Service, world: seed.World, seconds: float) -> list[Row]:
    out = subprocess.run([sys.executable, "bench/fanout.py"], cwd=ROOT, capture_output=True, text=True, timeout=300)
    lines = [line for line in out.stdout.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [(cell[0], cell[1]) for cell in cells if len(cell) == 2] or [
        ("fan-out", out.stdout[-200:] + out.stderr[-200:])
    ]


PARTS = {
    "posting": posting, "pages": pages, "opening": opening, "socket": to_socket, "translated": to_translated, "fanout": fanout,
}  # fmt: skip


def machine() -> str:
    """The machine and the versions that the figures belong to."""
    import django
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        server = connection.execute("SHOW server_version").fetchone()[0]  # type: ignore[index]
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    return (
        f"{os.cpu_count()} cores ({model}), load {os.getloadavg()[0]:.1f} at the start; Python {platform.python_version()}, "
        f"Django {django.__version__}, PostgreSQL {server}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--deep", type=int, default=1_000_000, help="rows of the deep channel")
    parser.add_argument("--only", default=",".join(PARTS), help="which parts, by name")
    arguments = parser.parse_args()

    port = free_port()
    engine = subprocess.Popen([sys.executable, "bench/engine.py", str(port), "50"], cwd=ROOT)
    try:
        env = environment(f"http://{HOST}:{port}")
        make_database(env)
        seed.connect(env)
        print("seeding …", flush=True)
        world = seed.make_world(deep_rows=arguments.deep)
        table: list[Row] = []
        about = machine()
        wanted = arguments.only.split(",")
        quiet = [name for name in wanted if name in ("posting", "pages", "opening")]
        with running(env, gateway=False, workers=0) as service:
            table += _measure(quiet, service, world, arguments.seconds)
        _settle()
        with running(env, workers=2) as service:
            time.sleep(3)
            table += _measure([name for name in wanted if name not in quiet], service, world, arguments.seconds)
    finally:
        engine.terminate()
    text = f"{time.strftime('%Y-%m-%d')}, {about}.\n\n| what | figure |\n| --- | --- |\n"
    text += "".join(f"| {name} | {figure} |\n" for name, figure in table)
    print(text)
    RESULTS.write_text(f"# Benchmark\n\nMade by `make bench`; see [run.py](run.py).\n\n{text}", encoding="utf-8")


def _measure(names: list[str], service: Service, world: seed.World, seconds: float) -> list[Row]:
    rows = []
    for name in names:
        for row in PARTS[name](service, world, seconds):
            print(f"{row[0]}: {row[1]}", flush=True)
            rows.append(row)
    return rows


def _settle() -> None:
    """Owe nothing from the posting part to the parts that measure translators."""
    from messaging.models import MessageTranslation

    MessageTranslation.objects.exclude(state="ready").delete()


if __name__ == "__main__":
    main()
