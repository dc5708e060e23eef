"""How soon messages are read in their readers' languages, alone and in a flood, and what the memory costs a post.

Usage: python bench/translating.py [--seconds 6]. Needs PostgreSQL and Redis (DATABASE_URL, REDIS_URL); it makes a database and
starts web, gateway, two workers, beat and an engine that takes 50 ms a call of its own. Prints rows of a table.
"""

import argparse
import asyncio
import itertools
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg

from bench import http_load, seed, service, sockets
from bench.http_load import Make, Request, Result
from bench.service import HOST, ROOT, Service

DATABASE = "rosetta_translating"
ENGINE_MS = 50
# Of each language one member reads; everything is written in the first.
LANGUAGES = ("en", "th", "ja", "id", "zh-CN")
CHANNELS = 8
FLOOD_RATE, FLOOD_WRITERS = 200, 8
DRAIN_SECONDS = 240.0


@dataclass(frozen=True)
class World:
    """A workspace that reads five languages: its channels, and its members' tokens in the order of LANGUAGES."""

    workspace_id: str
    channel_ids: list[str]
    tokens: list[str]

    def path(self, channel: int) -> str:
        return f"/api/v1/workspaces/{self.workspace_id}/channels/{self.channel_ids[channel]}/messages"


def settings(engine_port: int) -> dict[str, str]:
    env = service.environment(f"http://{HOST}:{engine_port}")
    for name, path in (("DATABASE_URL", f"/{DATABASE}"), ("REDIS_URL", "/13")):
        env[name] = urlunsplit(urlsplit(env[name])._replace(path=path))
    return env | {"WORKER_CONCURRENCY": "2"}


def make_database(env: dict[str, str]) -> None:
    admin = urlunsplit(urlsplit(env["DATABASE_URL"])._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)


def make_world() -> World:
    from accounts.models import AccessToken, User
    from accounts.secrets import digest
    from workspaces import actions

    users = [
        User.objects.create(
            email=f"{code.lower()}@example.com", name=f"Reads {code}", preferred_language=code, password="!"
        )
        for code in LANGUAGES
    ]
    owner = actions.create_workspace(owner=users[0], name="Five languages")
    for user in users[1:]:
        actions.add_member(workspace=owner.workspace, user=user)
    channels = [actions.create_channel(member=owner, name=f"channel {number}") for number in range(CHANNELS)]
    tokens = [
        AccessToken.objects.create(user=user, name="bench", abilities=["*"], secret_hash=digest(seed.SECRET))
        for user in users
    ]
    told = [f"{token.pk}|{seed.SECRET}" for token in tokens]
    return World(owner.workspace_id, [channel.pk for channel in channels], told)


def posts(world: World, channel: int, say: Callable[[int], str], **more: Any) -> Make:
    path, token = world.path(channel), world.tokens[0]
    return lambda number: Request("POST", path, token, json.dumps({"content": say(number)} | more).encode())


def row(name: str, figure: str, aim: str = "", is_met: bool | None = None) -> None:
    mark = {None: "", True: ": met", False: ": **not met**"}[is_met]
    print(f"| {name} | {figure} | {aim}{mark} |", flush=True)


def steady(stack: Service, world: World, seconds: float) -> None:
    """Twenty posts a second, from the post to the words on the socket of each of the four other readers."""
    count = int(20 * max(seconds, 6))
    found = sockets.measure(
        stack, posts(world, 0, seed.unsaid), *world.tokens[1:], event="message.translated", rate=20, count=count
    )
    name = "post to translated on the socket, 20 posts a second into 4 languages, 2 workers, engine of 50 ms"
    row(name, found.marks(), "p95 < 300 ms", found.percentile(0.95) < 300)


async def _flood(stack: Service, world: World, count: int, quiet: int) -> Result:
    """A flood into one conversation; beside it a quiet one, whose reader waits for each of its lines."""
    numbers = itertools.count()
    each = count // FLOOD_WRITERS
    writers = [
        sockets.post(
            stack, posts(world, 1, lambda _number: seed.unsaid(next(numbers))), FLOOD_RATE / FLOOD_WRITERS, each
        )
        for _writer in range(FLOOD_WRITERS)
    ]
    flooding = asyncio.gather(*writers)
    found = await sockets.measure_async(
        stack, posts(world, 2, seed.unsaid), world.tokens[1], event="message.translated", rate=2, count=quiet
    )
    await flooding
    return found


def flood(stack: Service, world: World, seconds: float) -> None:
    """200 posts a second: what becomes of them, and of who writes little meanwhile."""
    count, began = int(FLOOD_RATE * seconds), time.perf_counter()
    found = asyncio.run(_flood(stack, world, count, quiet=int(2 * seconds)))
    written = time.perf_counter() - began
    with psycopg.connect(stack.environment["DATABASE_URL"], autocommit=True) as connection:
        backlog = _states(connection, world).get("pending", 0)
        while (states := _states(connection, world)).get("pending") and time.perf_counter() - began < DRAIN_SECONDS:
            time.sleep(0.2)
    drained = time.perf_counter() - began
    wanted = count // FLOOD_WRITERS * FLOOD_WRITERS * (len(LANGUAGES) - 1)
    name = f"flood of {count:,} posts, {FLOOD_RATE} a second, into one conversation and 4 languages"
    row(
        name,
        f"posted in {written:.1f} s, {backlog:,} translations owed then; {states.get('ready', 0):,} of {wanted:,} ready "
        f"after {drained:.1f} s, {wanted / drained:,.0f}/s",
        "all of them",
        states == {"ready": wanted},
    )
    row(
        "a quiet conversation meanwhile, post to translated",
        found.marks(),
        "not starved",
        found.percentile(0.95) < 3000,
    )


def _states(connection: "psycopg.Connection[Any]", world: World) -> dict[str, int]:
    """By state, the translations of the flooded conversation."""
    from rosetta.ids import to_uuid

    query = (
        "SELECT t.state, count(*) FROM messaging_messagetranslation t JOIN messaging_message m ON m.id = t.message_id "
        "WHERE m.conversation_id = %s GROUP BY t.state"
    )
    return dict(connection.execute(query, [to_uuid(world.channel_ids[1])]).fetchall())


def once(stack: Service, world: World, seconds: float) -> None:
    """The same new words said in many conversations at once, by many writers, to two workers."""
    words = [seed.unsaid(number) for number in range(20)]

    async def all_at_once() -> None:
        makes = [posts(world, channel, lambda number: words[number]) for channel in range(3, CHANNELS)]
        await asyncio.gather(*(sockets.post(stack, make, 100, len(words)) for make in makes))

    before = _engine(stack)
    asyncio.run(all_at_once())
    deadline = time.perf_counter() + DRAIN_SECONDS
    with psycopg.connect(stack.environment["DATABASE_URL"], autocommit=True) as connection:
        pending = "SELECT count(*) FROM messaging_messagetranslation WHERE state = 'pending'"
        while connection.execute(pending).fetchone() != (0,) and time.perf_counter() < deadline:
            time.sleep(0.2)
    now = _engine(stack)
    asked, distinct = now["texts"] - before["texts"], len(words) * (len(LANGUAGES) - 1)
    name = f"engine calls for {len(words)} texts said in {CHANNELS - 3} conversations at once, 4 languages"
    row(name, f"{asked} texts sent", f"{distinct}, each once", asked == distinct)
    figure = f"{now['at_once']} at once, {now['repeated']} sent again, of {now['texts']:,} in {now['calls']:,} calls"
    row("calls in flight for one text and pair, over all of the above", figure, "1", now["at_once"] == 1)


def _engine(stack: Service) -> dict[str, int]:
    with urllib.request.urlopen(f"{stack.environment['LIBRETRANSLATE_URL']}/stats") as answer:
        found: dict[str, int] = json.load(answer)
    return found


def memory(stack: Service, world: World, seconds: float) -> None:
    """Posts of words that the memory has in all four languages, beside posts that are not translated at all."""
    known = seed.unsaid(0)
    sockets.measure(
        stack, posts(world, 3, lambda _number: known), *world.tokens[1:], event="message.translated", rate=1, count=1
    )
    plain: list[float] = []
    hits: list[float] = []
    for _round in range(5):
        for found, skips in ((plain, True), (hits, False)):
            make = posts(world, 4, lambda _number: known, skip_translation=skips)
            result = http_load.load(HOST, stack.web_port, make, clients=1, seconds=max(1.0, seconds / 4), warm=0.3)
            found.append(result.percentile(0.5))
    added = median(hits) - median(plain)
    figure = f"{median(hits):.1f} ms, {median(plain):.1f} ms untranslated: {added:.1f} ms more"
    row("post of words that the memory has in 4 languages, p50, 1 client", figure, "< 2 ms more", added < 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    seconds = parser.parse_args().seconds
    port = service.free_port()
    engine = subprocess.Popen([sys.executable, "bench/engine.py", str(port), str(ENGINE_MS)], cwd=ROOT)
    try:
        env = settings(port)
        make_database(env)
        seed.connect(env)
        world = make_world()
        with service.running(env, ["web", "gateway", "worker", "beat"]) as stack:
            for part in (steady, memory, flood, once):
                part(stack, world, seconds)
    finally:
        engine.terminate()
        engine.wait()


if __name__ == "__main__":
    main()
