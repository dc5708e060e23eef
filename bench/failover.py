"""Kill PostgreSQL's primary under load, promote its synchronous standby, and check that nothing is lost.

Usage: python -m bench.failover [--rate 8] [--away 2,30]. Starts a service with PostgreSQL, a standby and Redis on free ports of
127.0.0.1. For each number of seconds in --away a new pair of servers is made, its primary is killed and the standby is
promoted so much later; then what was acknowledged is compared with what every reader has. Exits with 1 when anything was
lost, doubled or refused, or when the first post after a promotion took longer than RESUME_SECONDS. A run takes about three
minutes for each. KEEP_LOGS=1 keeps the processes' logs.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from functools import partial
from typing import Any

from bench.reliability import checking
from bench.reliability.checking import FAULTS
from bench.reliability.event import under_load
from bench.reliability.stack import Stack
from bench.reliability.world import World
from bench.service import ROOT

LIMIT_SECONDS = 300
RESUME_SECONDS = 5.0
LOAD_SECONDS = 10


def fail_over(stack: Stack, away: float) -> float:
    """Kill the primary, and promote the standby ``away`` seconds later.

    Return the moment when it takes writes.
    """
    assert stack.standby is not None
    time.sleep(LOAD_SECONDS / 2)
    stack.postgres.stop("immediate")
    time.sleep(away)
    stack.standby.promote()
    return time.monotonic()


def resumed_after(world: World, promoted_at: float) -> float:
    """Return the seconds from the promotion to the first post that was answered after it."""
    answered = [promise.answered for place in world.places for promise in place.promises.values()]
    return min((at - promoted_at for at in answered if at > promoted_at), default=float("inf"))


async def run(stack: Stack, rate: float, away: float) -> dict[str, Any]:
    seconds = LOAD_SECONDS + away
    promoted_at, outcome = await under_load(stack, partial(fail_over, away=away), rate=rate, seconds=seconds)
    resumed, ledger = resumed_after(outcome.world, promoted_at), outcome.ledger
    print(
        f"{away:.0f} s without a primary: {len(ledger.posts)} posts, asked again {ledger.retries}; the first one was answered"
        f" {resumed:.1f} s after the promotion",
        flush=True,
    )
    return {name: outcome.wrong[name] for name in FAULTS} | {"too late": int(resumed > RESUME_SECONDS)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=8)
    parser.add_argument("--away", default="2,30")
    options = parser.parse_args()
    os.chdir(ROOT)
    checking.SETTLE_SECONDS = 60
    # so that it ends its processes on SIGTERM or at its time limit
    for sign in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(sign, lambda *_: sys.exit("ended before it was done"))
    is_wrong = False
    for away in map(float, options.away.split(",")):
        signal.alarm(LIMIT_SECONDS)
        stack = Stack(has_standby=True)
        try:
            stack.start_all()
            wrong = asyncio.run(run(stack, options.rate, away))
        finally:
            stack.end()
        print(", ".join(f"{name}: {count}" for name, count in wrong.items()), flush=True)
        is_wrong = is_wrong or any(wrong.values())
    os._exit(is_wrong)


if __name__ == "__main__":
    main()
