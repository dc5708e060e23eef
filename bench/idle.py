"""Measure what idle sockets cost: one gateway process, members of one large workspace, nothing happening.

Usage: python bench/idle.py [--sockets 2000] [--seconds 60]. Needs PostgreSQL and Redis (DATABASE_URL, REDIS_URL); it makes
its own database and starts its own gateway. Prints rows of a table. The gateway's processor time is read from /proc, and
that of its connections to PostgreSQL too, where PostgreSQL runs on this machine: no work is hidden there.
"""

import argparse
import asyncio
import contextlib
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import uvloop

from bench import fanout, seed, service
from bench.fanout import cpu_of, memory_of, row
from bench.listeners import Board, listen

# Sockets that are opened before the measurement, so that what is loaded once is not counted to the sockets.
WARM_UP = 50
QUIET_SECONDS = 10.0
PATIENCE_SECONDS = 120.0


def backends_of(env: dict[str, str]) -> list[int]:
    """Return the processes of PostgreSQL that serve the benchmark's database; none if it runs elsewhere."""
    import psycopg

    with psycopg.connect(env["DATABASE_URL"]) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    return [pid for (pid,) in rows if _is_postgres(pid)]


def _is_postgres(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().startswith("postgres")
    return False


def cpu_of_all(pids: list[int]) -> float:
    total = 0.0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += cpu_of(pid)
    return total


async def wait_until_quiet(board: Board) -> None:
    """Wait until no frame has arrived for a while. Raises SystemExit if that never happens."""
    loop, began = asyncio.get_running_loop(), time.monotonic()
    while loop.time() - board.last_frame_at < QUIET_SECONDS:
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise SystemExit(f"it never became quiet: {board.kinds}")
        await asyncio.sleep(1)


async def measure(env: dict[str, str], tokens: list[str], port: int, pid: int, seconds: float) -> None:
    warm = Board()
    await listen(tokens[:WARM_UP], port, warm)
    await wait_until_quiet(warm)
    tokens = tokens[WARM_UP:]
    count, board = len(tokens), Board(counts_kinds=True)

    memory, cpu, began = memory_of(pid), cpu_of(pid), time.perf_counter()
    await listen(tokens, port, board)
    took, used = time.perf_counter() - began, cpu_of(pid) - cpu
    row(f"opening {count:,} sockets", f"{used / count * 1000:.2f} ms of the gateway each; {count / took:,.0f}/s")
    await wait_until_quiet(board)
    row("frames until it was quiet", ", ".join(f"{kind} {n:,}" for kind, n in sorted((board.kinds or {}).items())))
    row(f"memory of {count:,} idle sockets", f"{(memory_of(pid) - memory) / count:.1f} KB each")

    backends = backends_of(env)
    frames, pings = board.frames, board.pings
    cpu, cpu_behind, began = cpu_of(pid), cpu_of_all(backends), time.perf_counter()
    await asyncio.sleep(seconds)
    passed = time.perf_counter() - began
    each = (cpu_of(pid) - cpu) / passed / (count + WARM_UP) * 1e6
    behind = (cpu_of_all(backends) - cpu_behind) / passed / (count + WARM_UP) * 1e6
    board.check_all_connected()
    told = f"{each:.1f} µs of the gateway, {behind:.1f} µs of PostgreSQL a socket and second"
    row(f"{count:,} idle sockets for {seconds:.0f} s", told)
    told = (
        f"{board.frames - frames:,} frames, {(board.pings - pings) / passed / count * 60:.1f} pings a socket and minute"
    )
    row("what they received meanwhile", told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    env = fanout.settings("rosetta_idle")
    service.make_database(env)
    seed.connect(env)
    _channel_id, tokens = fanout.make_people(arguments.sockets + WARM_UP)
    port = service.free_port()
    gateway = subprocess.Popen(
        [sys.executable, "-m", "rosetta.processes", "gateway"],
        cwd=service.ROOT, env={**env, "HOST": service.HOST, "GATEWAY_PORT": str(port)},
    )  # fmt: skip
    try:
        service.wait_until_answers(f"http://{service.HOST}:{port}/healthz", gateway, Path())
        uvloop.run(measure(env, tokens, port, gateway.pid, arguments.seconds))
    finally:
        gateway.send_signal(signal.SIGTERM)
        gateway.wait(30)


if __name__ == "__main__":
    main()
