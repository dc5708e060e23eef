"""Test an upgrade under load.

An older revision serves, the new one migrates and replaces one process after another.

Usage: python -m bench.upgrade --from REVISION [--rate 8]. Starts the older revision from its own worktree, with PostgreSQL and
Redis on free ports, posts, reads and listens with clients that retry on the other web process, upgrades in the order of
docs/operations.md, and compares what was acknowledged with what every reader has. Takes at most three minutes; exits with 1
when anything was lost, doubled or refused. KEEP_LOGS=1 keeps the processes' logs.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.reliability import checking
from bench.reliability.checking import FAULTS
from bench.reliability.event import under_load
from bench.reliability.stack import Stack
from bench.servers import wait_for
from bench.service import ROOT

LIMIT_SECONDS = 180
# The order in which docs/operations.md replaces processes.
ORDER = ("web 1", "web 2", "gateway", "worker 1", "worker 2", "beat")
REST_SECONDS = 4.0
LOAD_SECONDS = 70


def upgrade(stack: Stack) -> None:
    """Migrate while the old processes serve, then replace each by the new version after it has finished its work."""
    time.sleep(REST_SECONDS)
    began, before = time.monotonic(), migrations(stack)
    command = [sys.executable, "manage.py", "prepare"]
    done = subprocess.run(command, cwd=ROOT, env=stack.env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"prepare failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    seconds, count = time.monotonic() - began, migrations(stack) - before
    print(f"{count} migrations in {seconds:.1f} s while the old version served", flush=True)
    # Let the old version run on the new schema for a while.
    time.sleep(REST_SECONDS * 2)
    stack.root = ROOT
    for name in ORDER:
        began = time.monotonic()
        stack.replace(name)
        ports = {"web 1": stack.web_ports[0], "web 2": stack.web_ports[1], "gateway": stack.gateway_port}
        if name in ports:
            wait_for(name, lambda port=ports[name]: stack.answers(port))  # type: ignore[misc]
        print(f"{name} replaced in {time.monotonic() - began:.1f} s", flush=True)
        time.sleep(REST_SECONDS / 2)


def migrations(stack: Stack) -> int:
    """Return the number of applied migrations."""
    with psycopg.connect(stack.postgres.url) as connection:
        found = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
    return int(found[0]) if found else 0


async def run(stack: Stack, rate: float) -> dict[str, Any]:
    _, outcome = await under_load(stack, upgrade, rate=rate, seconds=LOAD_SECONDS)
    ledger = outcome.ledger
    slowest = max(ledger.posts, default=0.0)
    print(
        f"{len(ledger.posts)} posts, {len(ledger.reads)} reads; asked again {ledger.retries}; slowest post {slowest:.1f} s"
    )
    return {name: outcome.wrong[name] for name in FAULTS} | {"ended by themselves": stack.restarts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="revision", required=True)
    parser.add_argument("--rate", type=float, default=8)
    options = parser.parse_args()
    os.chdir(ROOT)
    checking.SETTLE_SECONDS = 40
    # so that it ends its processes on SIGTERM or at its time limit
    for sign in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(sign, lambda *_: sys.exit("ended before it was done"))
    signal.alarm(LIMIT_SECONDS)
    old = Path(tempfile.mkdtemp(prefix="rosetta-old-")) / "rosetta"
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(old), options.revision], check=True)
    stack = Stack(root=old)
    try:
        stack.start_all()
        wrong = asyncio.run(run(stack, options.rate))
    finally:
        stack.end()
        subprocess.run(["git", "worktree", "remove", "--force", str(old)], check=False)
        old.parent.rmdir()
    print(", ".join(f"{name}: {count}" for name, count in wrong.items()))
    os._exit(any(wrong.values()))


if __name__ == "__main__":
    main()
