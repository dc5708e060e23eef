"""Measure the processor time of the web processes for a page of 50 and a post, over HTTP with 16 clients.

Usage: python bench/served.py [--rounds 3] [--seconds 3]. Needs PostgreSQL and Redis (DATABASE_URL, REDIS_URL) and Linux; it makes
its own database. Other processes change this figure less than the rate; compare two versions in turn.
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import http_load, seed
from bench.run import getter, messages_path, poster
from bench.service import HOST, environment, make_database, running

CLIENTS = 16


def processor_seconds(parent: int) -> float:
    """Return the processor seconds of ``parent`` and its children so far."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        try:
            values = (folder / "stat").read_text().rpartition(")")[2].split() if folder.name.isdigit() else []
        except OSError:
            continue  # it ended meanwhile
        if values and parent in (int(folder.name), int(values[1])):
            ticks += int(values[11]) + int(values[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    arguments = parser.parse_args()
    env = environment("http://127.0.0.1:9")
    make_database(env)
    seed.connect(env)
    world = seed.make_world(deep_rows=1)
    makes = {
        "page": getter(messages_path(world, world.channel_id), world.tokens[0]),
        "post": poster(world, world.channel_ids),
    }
    with running(env, ["web"]) as service:
        for _ in range(arguments.rounds):
            for name, make in makes.items():
                before = processor_seconds(service.processes["web"].pid)
                result = http_load.load(
                    HOST, service.web_port, make, clients=CLIENTS, seconds=arguments.seconds, warm=0
                )
                used = processor_seconds(service.processes["web"].pid) - before
                print(f"| {name} | {used / len(result.latencies) * 1000:.2f} ms | {result.rate:,.0f}/s |", flush=True)


if __name__ == "__main__":
    main()
