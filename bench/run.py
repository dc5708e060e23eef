"""The benchmark: its own service on PostgreSQL and Redis, measured from outside and compared with the database's limit.

Usage: make bench [ARGS="--seconds 6 --deep 1000000 --only posting,pages"]. DATABASE_URL and REDIS_URL name the servers; the
databases used are ``rosetta_bench…`` and Redis's numbers 13 and 14. An error ends the run. The load generator, the
service, PostgreSQL and Redis share this machine's cores. A run of all parts takes about eight minutes and goes to results.md,
above its history.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import http_load, pgbench, seed, sockets
from bench.http_load import Make, Request, Result
from bench.service import HOST, ROOT, Service, environment, free_port, make_database, running

RESULTS = ROOT / "bench" / "results.md"
HISTORY = "## History"


@dataclass(frozen=True)
class Row:
    """A row of the table; ``aim`` is the target, and ``met`` whether it was reached."""

    name: str
    figure: str
    aim: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        mark = {None: "", True: ": met", False: ": **not met**"}[self.met]
        return f"| {self.name} | {self.figure} | {self.aim}{mark} |"


def at_least(name: str, result: Result, least: float) -> Row:
    return Row(name, str(result), f"{least:,.0f}/s", result.rate >= least)


def messages_path(world: seed.World, channel_id: str) -> str:
    return f"/api/v1/workspaces/{world.workspace_id}/channels/{channel_id}/messages"


def poster(world: seed.World, channel_ids: list[str]) -> Make:
    """Make posts with distinct texts, by the members in turn, into the channels in turn."""
    paths = [messages_path(world, channel_id) for channel_id in channel_ids]

    def make(number: int) -> Request:
        body = json.dumps({"content": seed.new_sentence(number)}).encode()
        return Request("POST", paths[number % len(paths)], world.tokens[number % len(world.tokens)], body)

    return make


def getter(path: str, token: str) -> Make:
    request = Request("GET", path, token)
    return lambda number: request


def load(service: Service, make: Make, clients: int, seconds: float) -> Result:
    return http_load.load(HOST, service.web_port, make, clients=clients, seconds=seconds)


def posting(service: Service, world: seed.World, seconds: float) -> list[Row]:
    rows = []
    many, one = world.channel_ids, world.channel_ids[:1]
    results = {clients: load(service, poster(world, many), clients, seconds) for clients in (1, 16, 64)}
    rows = [
        Row("post, 1 client", str(results[1])),
        at_least("post, 16 clients, 16 channels", results[16], 400),
        Row("post, 64 clients, 16 channels", str(results[64])),
    ]
    posted = pgbench.newest(many[0])
    limit = pgbench.rate(service.environment["DATABASE_URL"], world, many, clients=16, seconds=seconds)
    pgbench.check_same_rows(posted, pgbench.newest(many[0]))
    share = results[16].rate / limit
    rows.append(Row("pgbench, the same rows, 16 clients, 16 channels", f"{limit:,.0f}/s"))
    rows.append(Row("posting with 16 clients as a share of pgbench", f"{share:.3f}", "0.12", share >= 0.12))
    alone = load(service, poster(world, one), 16, seconds)
    limit = pgbench.rate(service.environment["DATABASE_URL"], world, one, clients=16, seconds=seconds)
    rows.append(Row("post, 16 clients, all into one channel", str(alone)))
    rows.append(Row("pgbench, the same rows, 16 clients, all into one channel", f"{limit:,.0f}/s"))
    return rows


def bare_pages(env: dict[str, str], world: seed.World, seconds: float) -> Result:
    """Measure what Django alone allows on this machine."""
    with running(env | {"DJANGO_SETTINGS_MODULE": "bench.bare"}, ["web"]) as service:
        return load(service, getter(f"/page/{world.channel_id}", world.tokens[0]), 16, seconds)


def pages(service: Service, world: seed.World, seconds: float) -> list[Row]:
    shallow, deep = messages_path(world, world.channel_id), messages_path(world, world.deep_channel_id)
    many = f"{world.deep_rows:,} rows"
    middle = f"{deep}?before={seed.message_at(world.deep_channel_id, 0.5)}"
    results = {
        (name, reader): load(service, getter(path, token), 16, seconds)
        for name, path in (
            ("1,000 rows", shallow),
            (many, deep),
            (f"{many}, from the middle", middle),
        )
        for reader, token in (("as written", world.tokens[0]), ("translated", world.tokens[1]))
        if reader == "translated" or "middle" not in name
    }
    rows = [at_least(f"page of 50 of {name}, {reader}", result, 800) for (name, reader), result in results.items()]
    bare = bare_pages(service.environment, world, seconds)
    quickest = results["1,000 rows", "as written"].rate
    rows.append(Row("the same 50 rows by a bare Django view: no sign-in, no languages, no middleware", str(bare)))
    rows.append(Row("a page as a share of the bare view", f"{quickest / bare.rate:.2f}"))
    share = results[many, "translated"].rate / results["1,000 rows", "translated"].rate
    rows.append(Row(f"a page of {many} as a share of one of 1,000", f"{share:.2f}", "no slower", share > 0.9))
    return rows


def opening(service: Service, world: seed.World, seconds: float) -> list[Row]:
    workspace_id, token = seed.make_large_workspace()
    path = f"/api/v1/workspaces/{workspace_id}/channels?per_page=100"
    queries = seed.queries_of(path, token)
    result = load(service, getter(path, token), 1, min(seconds, 3))
    name = "channel list with unread counts, 10,000 members and 500 channels, 1 client"
    return [
        Row(name, str(result), "p95 < 100 ms", result.percentile(0.95) < 100),
        Row("queries of that list", str(queries), "at most 10", queries <= 10),
    ]


def to_socket(service: Service, world: seed.World, seconds: float) -> list[Row]:
    make = sockets.only(poster(world, world.channel_ids[:1]), len(world.tokens))
    found = sockets.measure(service, make, world.tokens[1], event="message.created", rate=25, count=200)
    return [Row("post to WebSocket, 25 posts a second", found.marks(), "p50 < 20 ms", found.percentile(0.5) < 20)]


def to_translated(service: Service, world: seed.World, seconds: float) -> list[Row]:
    make = sockets.only(poster(world, world.channel_ids[1:2]), len(world.tokens))
    found = sockets.measure(service, make, world.tokens[1], event="message.translated", rate=10, count=100)
    return [Row("post to translated on the socket, engine of 50 ms, 10 posts a second into 3 languages", found.marks())]


def busy(service: Service, world: seed.World, seconds: float) -> list[Row]:
    """Measure posting while gateway, workers and engine work on the same cores."""
    result = load(service, poster(world, world.channel_ids), 16, seconds)
    return [Row("post, 16 clients, 16 channels, while workers translate all of it", str(result))]


def fanout(service: Service, world: seed.World, seconds: float) -> list[Row]:
    return _of_script("bench/fanout.py", "--seconds", str(seconds))


def idle(service: Service, world: seed.World, seconds: float) -> list[Row]:
    return _of_script("bench/idle.py")


def translating(service: Service, world: seed.World, seconds: float) -> list[Row]:
    return _of_script("bench/translating.py", "--seconds", str(seconds))


def search(service: Service, world: seed.World, seconds: float) -> list[Row]:
    return _of_script("bench/search.py", "100000")


def _of_script(*line: str) -> list[Row]:
    """Return the rows that another script prints as ``| name | figure | aim |``.

    Raises Failed.
    """
    out = subprocess.run([sys.executable, *line], cwd=ROOT, capture_output=True, text=True, timeout=300)
    rows = [
        [cell.strip() for cell in text.strip("|").split("|")] for text in re.findall(r"^\| .*\|$", out.stdout, re.M)
    ]
    if out.returncode or not rows:
        raise http_load.Failed(f"{line[0]} failed: {out.stdout[-2000:]}{out.stderr[-2000:]}")
    return [Row(*row) for row in rows]


Part = Callable[[Service, seed.World, float], list[Row]]
# First on web processes alone, then with gateway, workers and beat, then by scripts with their own processes.
ALONE: dict[str, Part] = {"posting": posting, "pages": pages, "opening": opening}
WHOLE: dict[str, Part] = {"socket": to_socket, "translated": to_translated, "busy": busy}
APART: dict[str, Part] = {"fanout": fanout, "idle": idle, "translating": translating, "search": search}


def machine() -> str:
    """Describe the machine and the versions."""
    import django
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        server = connection.execute("SHOW server_version").fetchone()[0]  # type: ignore[index]
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return (
        f"{os.cpu_count()} cores ({names[0] if names else platform.machine()}), load {os.getloadavg()[0]:.1f} at the start; "
        f"Python {platform.python_version()}, Django {django.__version__}, PostgreSQL {server}"
    )


def measured(parts: dict[str, Part], service: Service, world: seed.World, seconds: float) -> list[Row]:
    rows = []
    for part in parts.values():
        for row in part(service, world, seconds):
            print(row, flush=True)
            rows.append(row)
    return rows


def run(wanted: set[str], env: dict[str, str], world: seed.World, seconds: float) -> list[Row]:
    """Run the chosen parts, each on the processes that it needs."""

    def chosen(parts: dict[str, Part]) -> dict[str, Part]:
        return {name: part for name, part in parts.items() if name in wanted}

    rows: list[Row] = []
    if chosen(ALONE):
        with running(env, ["web"]) as service:
            rows += measured(chosen(ALONE), service, world, seconds)
    if chosen(WHOLE):
        seed.drop_pending_translations()
        with running(env, ["web", "gateway", "worker", "beat"]) as service:
            rows += measured(chosen(WHOLE), service, world, seconds)
    return rows + measured(chosen(APART), Service(0, 0, env), world, seconds)


def write(rows: list[Row], about: str) -> None:
    """Replace the table at the top of results.md.

    The history below it is written by hand and stays.
    """
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    history = old[old.index(HISTORY) :] if HISTORY in old else f"{HISTORY}\n"
    table = "\n".join(["| what | figure | aim |", "| --- | --- | --- |", *map(str, rows)])
    told = (
        "Written by `make bench` ([run.py](run.py)). Load generator, service, PostgreSQL and Redis share the machine."
    )
    RESULTS.write_text(f"# Benchmark\n\n{told}\n\n{about}\n\n{table}\n\n{history}", encoding="utf-8")


def main() -> None:
    parts = {**ALONE, **WHOLE, **APART}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--deep", type=int, default=1_000_000, help="rows of the deep channel")
    parser.add_argument(
        "--only", default="", help=f"some parts, by name: {','.join(parts)}; results.md then stays as it is"
    )
    arguments = parser.parse_args()
    wanted = set(filter(None, arguments.only.split(","))) or set(parts)
    if unknown := wanted - set(parts):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")

    port, began = free_port(), time.monotonic()
    engine = subprocess.Popen([sys.executable, "-m", "bench.engine", str(port), "50"], cwd=ROOT)
    try:
        env = environment(f"http://{HOST}:{port}")
        make_database(env)
        seed.connect(env)
        about = f"{time.strftime('%Y-%m-%d')}, {machine()}."
        print(f"{about}\nseeding …", flush=True)
        world = seed.make_world(deep_rows=arguments.deep)
        rows = run(wanted, env, world, arguments.seconds)
    finally:
        engine.terminate()
    print(f"{time.monotonic() - began:.0f} s in all", flush=True)
    if not arguments.only:
        write(rows, about)


if __name__ == "__main__":
    main()
