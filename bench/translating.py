"""Measure how soon messages are translated, alone and under a flood, and what the memory costs a post.

Usage: python bench/translating.py [--seconds 6] [--only flood,spread]. Needs PostgreSQL and Redis (DATABASE_URL, REDIS_URL); it
makes its own database and starts web, gateway, two workers, beat and an engine that takes 50 ms per call. Prints rows of a
table.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg

from bench import http_load, seed, service, sockets
from bench.http_load import Failed, Make, Request, Result
from bench.service import HOST, ROOT, Service
from rosetta.devtools.pretending import pretended

DATABASE = "rosetta_translating"
ENGINE_MS = 50
# One member reads each language; everything is written in the first.
LANGUAGES = ("en", "th", "ja", "id", "zh-CN")
CHANNELS = 8
FLOOD_RATE, FLOOD_WRITERS, FLOOD_CHANNELS, WORKERS_NICE = 200, 3, 8, 10
DRAIN_SECONDS = 240.0


@dataclass(frozen=True)
class World:
    """A workspace with five languages.

    Its channels, and its members' tokens in the order of LANGUAGES.
    """

    workspace_id: str
    channel_ids: list[str]
    tokens: list[str]
    # The number of writers.
    user_id: int

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


def make_world(name: str, channels: int) -> World:
    """Make a workspace in which one member reads each of LANGUAGES."""
    from accounts.identity.secrets import digest
    from accounts.models import AccessToken, User
    from workspaces import actions

    users = [
        User.objects.create(
            email=f"{name}-{code}@example.com".lower(),
            name=f"Reads {code}",
            preferred_language=code,
            password="!",
        )
        for code in LANGUAGES
    ]
    owner = actions.create_workspace(owner=users[0], name=name)
    for user in users[1:]:
        actions.add_member(workspace=owner.workspace, user=user)
    channels = [actions.create_channel(member=owner, name=f"channel {number}") for number in range(channels)]
    tokens = [
        AccessToken.objects.create(user=user, name="bench", abilities=["*"], secret_hash=digest(seed.SECRET))
        for user in users
    ]
    told = [f"{token.pk}|{seed.SECRET}" for token in tokens]
    return World(owner.workspace_id, [channel.pk for channel in channels], told, users[0].pk)


def posts(world: World, channel: int, say: Callable[[int], str], **more: Any) -> Make:
    path, token = world.path(channel), world.tokens[0]
    return lambda number: Request("POST", path, token, json.dumps({"content": say(number)} | more).encode())


def row(name: str, figure: str, aim: str = "", is_met: bool | None = None) -> None:
    mark = {None: "", True: ": met", False: ": **not met**"}[is_met]
    print(f"| {name} | {figure} | {aim}{mark} |", flush=True)


def steady(stack: Service, world: World, seconds: float) -> None:
    """Post twenty times a second.

    Measure until the translation is on the socket of each of the four other readers.
    """
    count = int(20 * max(seconds, 6))
    found = sockets.measure(
        stack, posts(world, 0, seed.new_sentence), *world.tokens[1:], event="message.translated", rate=20, count=count
    )
    name = "post to translated on the socket, 20 posts a second into 4 languages, 2 workers, engine of 50 ms"
    row(name, found.marks(), "p95 < 300 ms", found.percentile(0.95) < 300)


def flood(stack: Service, world: World, seconds: float) -> None:
    """Post 200 times a second into one conversation, whose lock posts and batches of translations share."""
    _flooded("into one conversation", stack, make_world("One", 1), seconds)


def spread(stack: Service, world: World, seconds: float) -> None:
    """Post at the same rate into several conversations."""
    _flooded(f"into {FLOOD_CHANNELS} conversations", stack, make_world("Many", FLOOD_CHANNELS), seconds)


def _flooded(where: str, stack: Service, world: World, seconds: float) -> None:
    """Measure how soon a flood into ``world`` is translated, and the delay of a quiet conversation elsewhere meanwhile."""
    apart = make_world(f"Apart-{world.workspace_id}", 1)
    writers = _writers(stack, world, int(FLOOD_RATE * seconds / FLOOD_WRITERS))
    is_written, is_drained = threading.Event(), threading.Event()
    # Posts have to reach this rate while workers share the machine; translations may come later.
    os.setpriority(os.PRIO_PGRP, stack.processes["worker"].pid, WORKERS_NICE)
    before = _engine(stack)
    with ThreadPoolExecutor(2) as others:
        try:
            quiet = others.submit(_quiet, stack, apart, (is_written, is_drained))
            backlog = others.submit(_backlog, stack, world, is_written)
            told = _written(writers)
            is_written.set()
            peak, drained_at = backlog.result()
        finally:
            is_written.set()
            is_drained.set()
            for process in writers:
                process.kill()
    posted = {message_id: text for one in told for message_id, text in one["posted"].items()}
    began, ended = min(one["began"] for one in told), max(one["ended"] for one in told)
    wrong = _wrong(world, posted) | {"sent again": _engine(stack)["repeated"] - before["repeated"]}
    rows, rate = len(posted) * (len(LANGUAGES) - 1), len(posted) / (ended - began)
    name = f"flood of {len(posted):,} posts {where} and 4 languages, by {FLOOD_WRITERS} processes"
    row(f"{name}: rate reached", f"{rate:.0f}/s for {ended - began:.1f} s", f"{FLOOD_RATE}/s", rate > FLOOD_RATE * 0.98)
    row(
        "its backlog, 2 workers at a lower priority",
        f"at most {peak:,} rows, none {drained_at - ended:.1f} s after the last post; {rows:,} rows in "
        f"{drained_at - began:.1f} s, {rows / (drained_at - began):,.0f}/s",
    )
    found = ", ".join(f"{count} {what}" for what, count in wrong.items())
    row("its translations, each looked at", found, "0", not any(wrong.values()))
    for when, result in zip(("during the flood", "while it drains"), quiet.result(), strict=True):
        if result.latencies:
            figure = f"p50 {result.percentile(0.5):.0f} ms, p95 {result.percentile(0.95):.0f} ms, "
            figure += f"max {result.latencies[-1] * 1000:.0f} ms; {len(result.latencies)} posts"
            is_met = result.percentile(0.95) < 3000
            row(f"a quiet conversation {when}, post to translated", figure, "not starved: p95 < 3 s", is_met)


def _writers(stack: Service, world: World, count: int) -> "list[subprocess.Popen[str]]":
    """Start processes that wait for a line and then post ``count`` each into the channels of ``world`` in turn."""
    line = [sys.executable, "bench/writer.py", str(world.user_id), world.workspace_id, ",".join(world.channel_ids)]
    line += [str(FLOOD_RATE / FLOOD_WRITERS), str(count)]
    found = [
        subprocess.Popen(
            line, cwd=ROOT, env=stack.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _number in range(FLOOD_WRITERS)
    ]
    for process in found:
        assert process.stdout
        process.stdout.readline()
    return found


def _written(writers: "list[subprocess.Popen[str]]") -> list[dict[str, Any]]:
    """Start the writers and return their reports. Raises Failed."""
    for process in writers:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=DRAIN_SECONDS)[0] for process in writers]
    if any(process.returncode for process in writers):
        raise Failed("a writer of the flood failed")
    return [json.loads(line) for line in told]


def _quiet(stack: Service, world: World, moments: Sequence[threading.Event]) -> list[Result]:
    """Post twice a second over HTTP and measure until the reader's translation.

    One result until each of the times.
    """
    results = []
    for moment in moments:
        taken: list[float] = []
        began = time.perf_counter()
        while not moment.is_set():
            make = posts(world, 0, seed.new_sentence)
            event = "message.translated"
            taken += sockets.measure(stack, make, world.tokens[1], event=event, rate=2, count=4).latencies
        results.append(Result(sorted(taken), time.perf_counter() - began))
    return results


def _backlog(stack: Service, world: World, is_written: threading.Event) -> tuple[int, float]:
    """Return the largest number of pending rows of the flooded conversations, and when none was left."""
    from rosetta.ids import to_uuid

    deadline, peak = time.monotonic() + DRAIN_SECONDS, 0
    query = (
        "SELECT count(*) FROM messaging_messagetranslation t JOIN messaging_message m ON m.id = t.message_id "
        "WHERE m.conversation_id = ANY(%s) AND t.state <> 'ready'"
    )
    with psycopg.connect(stack.environment["DATABASE_URL"], autocommit=True) as connection:
        while time.monotonic() < deadline:
            is_last = is_written.is_set()
            found = connection.execute(query, [[to_uuid(one) for one in world.channel_ids]]).fetchone()
            owed = found[0] if found else 0
            peak = max(peak, owed)
            if is_last and not owed:
                break
            time.sleep(0.25)
    return peak, time.time()


def _wrong(world: World, posted: dict[str, str]) -> dict[str, int]:
    """Count messages that readers of the flooded conversations miss, have twice, or have wrongly translated."""
    from messaging.models import Message, MessageTranslation
    from workspaces.models import Event

    there = Message.objects.filter(conversation__in=world.channel_ids)
    texts = dict(there.values_list("pk", "content"))
    rows = MessageTranslation.objects.filter(message__in=there, state=MessageTranslation.State.READY)
    said = {(message_id, code): text for message_id, code, text in rows.values_list("message_id", "language", "text")}
    wanted = {
        (message_id, code): pretended(text, code) for message_id, text in posted.items() for code in LANGUAGES[1:]
    }
    events = Event.objects.filter(stream_id__in=world.channel_ids, kind="message.translated")
    told = Counter((data["message_id"], data["language"]) for data in events.values_list("data", flat=True))
    return {
        "posts lost": len(posted.keys() - texts.keys()),
        "posts doubled": len(texts) - len(set(texts.values())),
        "translations lost": len(wanted.keys() - said.keys()),
        "in wrong words": sum(said[pair] != text for pair, text in wanted.items() if pair in said),
        "not told": len(wanted.keys() - told.keys()),
        "told twice": sum(count - 1 for count in told.values()),
    }


def once(stack: Service, world: World, seconds: float) -> None:
    """Post the same new texts in many conversations at once, by many writers, for two workers."""
    words = [seed.new_sentence(number) for number in range(20)]

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
    """Compare posts that the memory translates into all four languages with posts that are not translated."""
    known = seed.new_sentence(0)
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
    parser.add_argument("--only", default="", help="some of steady, memory, once, flood, spread")
    arguments = parser.parse_args()
    seconds, only = arguments.seconds, arguments.only.split(",")
    port = service.free_port()
    engine = subprocess.Popen([sys.executable, "-m", "bench.engine", str(port), str(ENGINE_MS)], cwd=ROOT)
    try:
        env = settings(port)
        make_database(env)
        seed.connect(env)
        world = make_world("Five", CHANNELS)
        with service.running(env, ["web", "gateway", "worker", "beat"]) as stack:
            for part in (steady, memory, once, flood, spread):
                if part.__name__ in only or not arguments.only:
                    part(stack, world, seconds)
    finally:
        engine.terminate()
        engine.wait()


if __name__ == "__main__":
    main()
