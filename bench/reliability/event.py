"""Let something happen to a service once, under a mixed load, and compare what was acknowledged with what readers have."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bench.reliability.checking import Phase
from bench.reliability.clients import Hook, Ledger, Reader, Writers, mixed_load
from bench.reliability.stack import Stack
from bench.reliability.world import World, make_world

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """What the clients saw; ``wrong`` counts each of ``checking.FAULTS``."""

    world: World
    ledger: Ledger
    wrong: dict[str, int]


async def under_load(stack: Stack, happen: Callable[[Stack], T], *, rate: float, seconds: float) -> tuple[T, Outcome]:
    """Run ``happen`` in a thread during ``seconds`` of load at ``rate``.

    Return its result and what the clients saw.
    """
    hook = Hook()
    await hook.start()
    world = await asyncio.to_thread(make_world, stack, f"http://127.0.0.1:{hook.port}/")
    readers, writers = [Reader(person) for person in world.everybody], Writers(stack)
    listeners = [asyncio.create_task(reader.listen(stack.gateway_port)) for reader in readers]
    while not all(reader.connections for reader in readers):
        await asyncio.sleep(0.1)
    phase = Phase(stack, world, writers, readers, hook, {place.id: 0 for place in world.places})
    try:
        happening = asyncio.create_task(asyncio.to_thread(happen, stack))
        await mixed_load(writers, world, rate=rate, seconds=seconds)
        result = await happening
        wrong = await phase.settled()
    finally:
        for listener in listeners:
            listener.cancel()
        await writers.close()
    print(*writers.ledger.refused[:3], sep="\n")
    return result, Outcome(world, writers.ledger, wrong)
