"""Plan capacity from measured costs.

What 1,000, 100,000 and 10,000,000 daily users need in their busiest minute.

Usage: python -m bench.capacity [--write]. Reads bench/footprint.json (made by bench/footprint.py) and simulates a minute,
second by second: people post in bursts, and each post waits for a free core of its kind of process. The plan is the fewest
cores with short waits. --write puts the table into docs/scaling.md.
"""

import argparse
import heapq
import json
import math
import random
from dataclasses import dataclass
from typing import Any

from bench.service import ROOT

COSTS = ROOT / "bench" / "footprint.json"
PAGE = ROOT / "docs" / "scaling.md"
DAILY_USERS = (1_000, 100_000, 10_000_000)
SECONDS, SEED = 60, 7
# Only this share of a large simulation is run, on the same share of cores.
MOST_ARRIVALS = 60_000


@dataclass(frozen=True)
class Habits:
    """Assumptions about users; change them to plan for others."""

    posts_a_day: float = 20
    pages_a_day: float = 40
    # The share of the day's users that is connected at the busiest time, and its load relative to the day's average.
    connected: float = 0.2
    peak: float = 3.0
    # How much seconds within the busiest minute differ: the standard deviation of the logarithm.
    burst: float = 0.4
    # The connected readers of a post, and their languages besides the sender's.
    audience: float = 30
    languages: float = 2
    # The share of translations that come from the memory or the phrasebook.
    remembered: float = 0.3
    engine_ms: float = 50
    engine_batch: float = 8


@dataclass(frozen=True)
class Needs:
    """The plan: cores by kind of process, memory, storage."""

    posts: float
    frames: float
    sockets: int
    cores: dict[str, int]
    gateway_bytes: float
    storage_a_year: float


def arrivals(rate: float, habits: Habits, chance: random.Random) -> list[float]:
    """Return the times of a minute's calls, in bursts, at ``rate`` a second on average."""
    moments: list[float] = []
    for second in range(SECONDS):
        level = rate * chance.lognormvariate(-(habits.burst**2) / 2, habits.burst)
        now = second + chance.expovariate(level)
        while now < second + 1:
            moments.append(now)
            now += chance.expovariate(level)
    return moments


def waiting(moments: list[float], service_ms: float, cores: int, chance: random.Random) -> float:
    """Return the 99th percentile of the wait for a core, in seconds.

    Calls take ``service_ms`` on average (exponential).
    """
    free = [0.0] * cores
    waits = []
    for moment in moments:
        earliest = heapq.heappop(free)
        start = max(moment, earliest)
        waits.append(start - moment)
        heapq.heappush(free, start + chance.expovariate(1000 / service_ms))
    waits.sort()
    return waits[int(len(waits) * 0.99)] if waits else 0.0


def cores_for(rate: float, service_ms: float, longest: float, habits: Habits) -> int:
    """Return the fewest cores at which 99 of 100 calls wait at most ``longest`` seconds; 0 without calls."""
    if rate * service_ms <= 0:
        return 0
    chance = random.Random(SEED)
    shrink = max(1.0, rate * SECONDS / MOST_ARRIVALS)
    moments = arrivals(rate / shrink, habits, chance)
    low = max(1, math.floor(rate / shrink * service_ms / 1000))
    cores = low
    while waiting(moments, service_ms, cores, random.Random(SEED)) > longest:
        cores += max(1, cores // 20)
    return math.ceil(cores * shrink)


def plan(users: int, costs: dict[str, Any], habits: Habits) -> Needs:
    """Plan for the busiest minute of ``users`` daily users."""
    second = habits.peak / 86_400
    posts, pages = users * habits.posts_a_day * second, users * habits.pages_a_day * second
    words = posts * habits.languages * (1 - habits.remembered)
    frames = posts * habits.audience * (1 + habits.languages / (habits.languages + 1))
    calls = posts + pages
    web_ms = (posts * costs["post"]["web"] + pages * costs["page"]["web"]) / calls
    rows_ms = (
        posts * costs["post"]["postgres"] + pages * costs["page"]["postgres"] + words * costs["translation"]["postgres"]
    ) / calls
    gateway_ms = costs["frame"]["gateway"] + costs["post"]["gateway"] / (frames / posts)
    worker_ms = costs["translation"]["worker"] + costs["post"]["worker"] / max(words / posts, 0.01)
    sockets = int(users * habits.connected)
    return Needs(
        posts=posts,
        frames=frames,
        sockets=sockets,
        cores={
            "web": cores_for(calls, web_ms, 0.05, habits),
            "gateway": cores_for(frames, gateway_ms, 0.02, habits),
            "worker": cores_for(words, worker_ms, 0.2, habits),
            "postgres": cores_for(calls, rows_ms, 0.02, habits),
            # Engine calls occupy threads of workers, not cores, because workers only wait for them.
            "engine calls at once": cores_for(words / habits.engine_batch, habits.engine_ms, 0.1, habits),
        },
        gateway_bytes=sockets * costs["socket_bytes"],
        storage_a_year=users
        * habits.posts_a_day
        * 365
        * costs["bytes_per_message_in_five_languages"]
        * (habits.languages + 1)
        / 5,
    )


def size(number: float) -> str:
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} PB"


def table(costs: dict[str, Any], habits: Habits) -> str:
    plans = [plan(users, costs, habits) for users in DAILY_USERS]
    rows: list[tuple[str, list[str]]] = [
        ("posts a second", [f"{p.posts:,.1f}" for p in plans]),
        ("frames a second", [f"{p.frames:,.0f}" for p in plans]),
        ("sockets", [f"{p.sockets:,}" for p in plans]),
    ]
    rows += [
        (kind if "calls" in kind else f"{kind} cores", [f"{p.cores[kind]:,}" for p in plans]) for kind in plans[0].cores
    ]
    rows += [
        ("gateways' memory for sockets", [size(p.gateway_bytes) for p in plans]),
        ("database growth a year", [size(p.storage_a_year) for p in plans]),
    ]
    lines = [f"| daily users | {' | '.join(f'{users:,}' for users in DAILY_USERS)} |", "| --- | --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows)])


def costs_table(costs: dict[str, Any]) -> str:
    kinds = ("web", "postgres", "gateway", "worker", "beat", "redis")
    lines = [f"| milliseconds of processor time | {' | '.join(kinds)} |", "| --- |" + " --- |" * len(kinds)]
    lines += [
        f"| one {what} | " + " | ".join(f"{costs[what].get(kind, 0):.3g}" for kind in kinds) + " |"
        for what in ("post", "translation", "page", "frame")
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    costs = json.loads(COSTS.read_text())
    tables = {"costs": costs_table(costs), "plan": table(costs, Habits())}
    print(*tables.values(), sep="\n\n")
    if options.write:
        page = PAGE.read_text()
        for name, text in tables.items():
            start, end = f"<!-- {name}: made by python -m bench.capacity -->", f"<!-- /{name} -->"
            head, _, rest = page.partition(start)
            page = f"{head}{start}\n\n{text}\n\n{end}{rest.partition(end)[2]}"
        PAGE.write_text(page)


if __name__ == "__main__":
    main()
