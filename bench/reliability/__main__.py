"""Usage: python -m bench.reliability [--minutes 10] [--rate N] [--fault-seconds 24] [--only redis,gateway] [--write]
       [--broker amqp://…] [--pgbouncer] [--haproxy]

Starts a service and its servers on free ports of 127.0.0.1, finds the highest sustainable rate (unless --rate names one), keeps
a mixed load at it for --minutes, then injects one fault after another at half that rate. Exits with 1 when anything was
lost, or 503 was answered longer than three seconds
after a fault. --write puts the table into docs/reliability.md. KEEP_LOGS=1 keeps the processes' logs.
"""

import argparse
import asyncio
import os
import platform
import re
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.reliability.checking import FAULTS, Phase
from bench.reliability.clients import Hook, Ledger, Reader, Watch, Writers, mixed_load
from bench.reliability.faults import Fault, faults
from bench.reliability.stack import Stack
from bench.reliability.world import World, make_world, remove_from_team
from bench.service import ROOT

REPORT = ROOT / "docs" / "reliability.md"
RAMP = (20, 30, 40, 50, 60, 80)
RAMP_SECONDS = 12
RAMP_P95 = 0.5
LARGE = 7800
# So long after the end of a fault 503 may be answered.
REFUSING_SECONDS = 3.0
AFTER = "503 after the fault, s"


@dataclass
class Test:
    """The whole run: one world on one stack, checked phase by phase."""

    stack: Stack
    world: World
    writers: Writers
    hook: Hook
    readers: list[Reader]
    watch: Watch
    # When the last fault was over.
    over_at: float = 0.0

    async def phase(
        self, rate: float, seconds: float, fault: Fault | None = None, *, size: int = 0, then: Any = None
    ) -> dict[str, Any]:
        """Run a load with a fault after a third of it, and check the result.

        ``then`` may add checks.
        """
        self.writers.ledger, restarts = Ledger(), self.stack.restarts
        before = {place.id: max((p.seq for p in place.promises.values()), default=0) for place in self.world.places}
        phase = Phase(self.stack, self.world, self.writers, self.readers, self.hook, before)
        self.watch.refused_at.clear()
        struck = asyncio.create_task(self._strike(fault, seconds / 3, then, phase))
        await mixed_load(self.writers, self.world, rate=rate, seconds=seconds, size=size)
        await struck
        ended = time.monotonic()
        wrong = await phase.settled()
        ledger = self.writers.ledger
        return {
            "posts": len(ledger.posts),
            **{name: wrong[name] for name in FAULTS},
            "restarted": self.stack.restarts - restarts,
            "asked again": ledger.retries,
            AFTER: round(max(0.0, max(self.watch.refused_at, default=0.0) - self.over_at), 1),
            "slowest post, s": round(max(ledger.posts, default=0), 1),
            "whole after, s": round(time.monotonic() - ended, 1),
            "ledger": ledger,
            "phase": phase,
        }

    async def _strike(self, fault: Fault | None, seconds: float, then: Any, phase: Phase) -> None:
        self.over_at = time.monotonic()
        await asyncio.sleep(seconds)
        if fault is not None:
            await asyncio.to_thread(fault)
            self.over_at = time.monotonic()
        if then is not None:
            await then(phase)

    async def highest_rate(self) -> float:
        """Return the highest rate of RAMP with posts under RAMP_P95 and nothing wrong after ten seconds."""
        holds = RAMP[0]
        for rate in RAMP:
            result = await self.phase(rate, RAMP_SECONDS)
            p95 = percentile(result["ledger"].posts, 0.95)
            print(f"  {rate}/s: p95 {p95 * 1000:.0f} ms, whole after {result['whole after, s']} s", flush=True)
            if p95 > RAMP_P95 or result["whole after, s"] > 10:
                break
            holds = rate
        return holds

    def latencies(self, result: dict[str, Any]) -> list[tuple[str, str]]:
        """Return rows of the latencies in a phase."""
        phase: Phase = result["phase"]
        asked = {p.id: p.asked for place in self.world.places for p in phase.fresh(place).values()}
        heard = [at - asked[m] for r in self.readers for m, at in r.heard_at.items() if m in asked]
        words = [at - asked[m] for r in self.readers for m, at in r.translated_at.items() if m in asked]
        ledger: Ledger = result["ledger"]
        return [
            (what, " · ".join(f"{percentile(seconds, share) * 1000:.0f}" for share in (0.5, 0.95, 0.99)))
            for what, seconds in (
                ("post answered", ledger.posts),
                ("page of 50 read", ledger.reads),
                ("post to another's socket", heard),
                ("post to another's socket in their language", words),
            )
        ]

    async def slow_client(self, rate: float, seconds: float) -> tuple[dict[str, Any], list[int]]:
        """Stop reading on one socket during long messages.

        It must be closed, and miss nothing after reconnecting.
        """
        slow = Reader(self.world.crowd.people[1], small_buffer=True)
        self.readers.append(slow)
        listener = asyncio.create_task(slow.listen(self.stack.gateway_port))
        await until_connected([slow])

        async def stall(phase: Phase) -> None:
            slow.stalled.set()
            await asyncio.sleep(seconds * 0.6)
            slow.stalled.clear()

        result = await self.phase(rate, seconds, size=LARGE, then=stall)
        listener.cancel()
        self.readers.remove(slow)
        return result, slow.closes

    async def leaver(self, rate: float, seconds: float) -> dict[str, Any]:
        """Remove a member while the others keep posting."""

        async def remove(phase: Phase) -> None:
            await asyncio.to_thread(remove_from_team, self.stack, self.world, self.world.leaver)
            phase.left_at = time.time()

        return await self.phase(rate, seconds, then=remove)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


async def until_connected(readers: list[Reader]) -> None:
    while not all(reader.connections for reader in readers):
        await asyncio.sleep(0.1)


async def run(stack: Stack, options: argparse.Namespace) -> tuple[str, bool]:
    """Return the table, and whether nothing was lost."""
    hook = Hook()
    await hook.start()
    world = await asyncio.to_thread(make_world, stack, f"http://127.0.0.1:{hook.port}/")
    readers = [Reader(person) for person in world.everybody]
    watch = Watch(stack, world)
    test = Test(stack, world, Writers(stack), hook, readers, watch)
    watching = asyncio.create_task(watch.run())
    listeners = [asyncio.create_task(reader.listen(stack.gateway_port)) for reader in readers]
    await until_connected(readers)
    try:
        return await judge(test, options)
    finally:
        for task in (watching, *listeners):
            task.cancel()
        await test.writers.close()


async def judge(test: Test, options: argparse.Namespace) -> tuple[str, bool]:
    wanted = [word for word in options.only.split(",") if word]
    rate = options.rate or await test.highest_rate()
    half = max(rate / 2, 5)
    rows: dict[str, dict[str, Any] | str] = {}

    async def note(name: str, result: dict[str, Any]) -> None:
        rows[name] = result
        shown = {key: value for key, value in result.items() if key not in ("ledger", "phase")}
        print(f"{name}: {shown}", *result["ledger"].refused[:3], flush=True)

    latencies: list[tuple[str, str]] = []
    if options.minutes:
        name = f"none: {options.minutes:g} min at {rate:g} posts/s"
        result = await test.phase(rate, options.minutes * 60)
        latencies = test.latencies(result)
        await note(name, result)
    for name, fault in faults(test.stack).items():
        if wanted and not any(word in name for word in wanted):
            continue
        if isinstance(fault, str):
            rows[name] = fault
            print(f"{name}: not tried, {fault}", flush=True)
            continue
        await note(name, await test.phase(half, options.fault_seconds, fault))
    if not wanted or any(word in "slow client" for word in wanted):
        result, closes = await test.slow_client(half, options.fault_seconds)
        codes = " and ".join(map(str, closes)) or "nothing"
        await note(f"slow client (closed with {codes})", result)
    if not wanted or any(word in "member removed" for word in wanted):
        await note("member removed", await test.leaver(half, options.fault_seconds))
    tried = [row for row in rows.values() if isinstance(row, dict)]
    good = not any(row[name] for row in tried for name in FAULTS) and all(
        row[AFTER] <= REFUSING_SECONDS for row in tried
    )
    return table(rows, rate, half, latencies), good


def table(rows: dict[str, dict[str, Any] | str], rate: float, half: float, latencies: list[tuple[str, str]]) -> str:
    columns = ["posts", *FAULTS, "restarted", "asked again", AFTER, "slowest post, s", "whole after, s"]
    lines = [
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores ({processor()}) for everything, the load included; Python"
        f" {platform.python_version()}. Faults strike at {half:g} posts/s.",
        "",
        f"| fault | {' | '.join(columns)} |",
        f"| --- |{' --- |' * len(columns)}",
    ]
    for name, row in rows.items():
        cells = [str(row[column]) for column in columns] if isinstance(row, dict) else [f"not tried: {row}"]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    if latencies:
        lines += [
            "",
            f"What clients waited at {rate:g} posts/s, in milliseconds:",
            "",
            "| | p50 · p95 · p99 |",
            "| --- | --- |",
        ]
        lines += [f"| {what} | {marks} |" for what, marks in latencies]
    return "\n".join(lines)


def processor() -> str:
    found = (
        re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    )
    return found[1].strip() if found else platform.machine()


def write(text: str) -> None:
    """Put ``text`` between the markers in the report."""
    page = REPORT.read_text()
    start, end = "<!-- table: made by python -m bench.reliability -->", "<!-- /table -->"
    head, _, rest = page.partition(start)
    REPORT.write_text(f"{head}{start}\n\n{text}\n\n{end}{rest.partition(end)[2]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--fault-seconds", type=float, default=24)
    parser.add_argument("--only", default="", help="words of the faults to try")
    parser.add_argument("--broker", default="", help="a RabbitMQ to use in place of a Redis of its own")
    parser.add_argument("--pgbouncer", action="store_true", help="put a PgBouncer in transaction mode between")
    parser.add_argument(
        "--haproxy", action="store_true", help="put an HAProxy with health checks before the web processes"
    )
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    os.chdir(ROOT)
    # so that it ends its processes on SIGTERM
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    stack = Stack(broker_url=options.broker, is_pooled=options.pgbouncer, is_balanced=options.haproxy)
    try:
        stack.start_all()
        text, good = asyncio.run(run(stack, options))
    finally:
        stack.end()
    print(text)
    if options.write:
        write(text)
    sys.exit(not good)


if __name__ == "__main__":
    main()
