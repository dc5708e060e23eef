"""Measure the frames a second that one gateway process delivers to 1,000 sockets.

Usage: python bench/fanout.py [--sockets 1000] [--seconds 8]. Needs PostgreSQL and Redis (DATABASE_URL, REDIS_URL);
it makes its own database and starts its own gateway. Prints rows of a table.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import uvloop

from bench import seed, service
from bench.listeners import Board, listen

DATABASE = "rosetta_fanout"
LANGUAGES = ("en", "th", "ja", "id")
BATCH, OUTSTANDING = 8, 32
TICKS = os.sysconf("SC_CLK_TCK")


def settings(database: str = DATABASE) -> dict[str, str]:
    env = service.environment()
    for name, path in (("DATABASE_URL", f"/{database}"), ("REDIS_URL", "/13")):
        env[name] = urlunsplit(urlsplit(env[name])._replace(path=path))
    return env


def make_people(count: int) -> tuple[str, list[str]]:
    """Make a workspace of ``count`` members with four languages.

    Returns its channel and their tokens.
    """
    from accounts.identity.secrets import digest
    from accounts.models import AccessToken, User
    from workspaces import actions
    from workspaces.models import Channel, Member, Workspace

    users = [
        User(email=f"f{n}@example.com", name=f"F {n}", preferred_language=LANGUAGES[n % 4], password="!")
        for n in range(count)
    ]
    User.objects.bulk_create(users, batch_size=1000)
    owner = actions.create_workspace(owner=users[0], name="Fan-out")
    Member.objects.bulk_create(
        (Member(workspace=owner.workspace, user=user, language=user.preferred_language) for user in users[1:]),
        batch_size=1000,
    )
    # because presence is shown in small workspaces, and this is none
    Workspace.objects.filter(pk=owner.workspace_id).update(member_count=count)
    hashed = digest(seed.SECRET)
    tokens = AccessToken.objects.bulk_create(
        (AccessToken(user=user, name="bench", abilities=["*"], secret_hash=hashed) for user in users), batch_size=1000
    )
    channel = Channel.objects.get(workspace=owner.workspace)
    return channel.pk, [f"{token.pk}|{seed.SECRET}" for token in tokens]


def post_on_request(channel_id: str) -> None:
    """Insert as many messages as each line of standard input says, in one transaction, and notify the gateway."""
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from messaging.models import Message
    from rosetta.db.inserts import WriteBatch
    from rosetta.ids import new_ulid
    from workspaces.models import Channel
    from workspaces.streams import events, numbering

    sender = Channel.objects.get(pk=channel_id).created_by_id
    for line in sys.stdin:
        with transaction.atomic():
            for _ in range(int(line)):
                now = timezone.now()
                numbers = numbering.next_message(channel_id, now)
                message = Message.objects.create(
                    pk=new_ulid(), conversation_id=channel_id, seq=numbers.seq, sender_user_id=sender, created_at=now,
                    language="en", content="The delivery leaves the warehouse this afternoon.", translation_status="not_needed",
                )  # fmt: skip
                created = events.NewEvent("message.created", {"message_id": message.pk})
                with WriteBatch() as batch:
                    events.append_numbered(batch, channel_id, numbers.event, created)


def row(name: str, figure: str, aim: str = "", met: bool | None = None) -> None:
    """Print a row of the benchmark's table."""
    mark = {None: "", True: ": met", False: ": **not met**"}[met]
    print(f"| {name} | {figure} | {aim}{mark} |", flush=True)


def cpu_of(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


def memory_of(pid: int) -> int:
    """Return the resident memory of a process, in KB."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1])


async def measure_fanout(
    env: dict[str, str], channel_id: str, tokens: list[str], port: int, pid: int, seconds: float
) -> None:
    board = Board()
    await listen(tokens, port, board)
    poster = subprocess.Popen(
        [sys.executable, __file__, "--post", channel_id], cwd=service.ROOT, env=env, stdin=subprocess.PIPE
    )
    pipe: Any = poster.stdin
    sockets, base, posted = len(tokens), board.frames, 0

    async def go_on(until: float) -> None:
        nonlocal posted
        while time.perf_counter() < until:
            while posted * sockets - (board.frames - base) < OUTSTANDING * sockets:
                pipe.write(b"%d\n" % BATCH)
                pipe.flush()
                posted += BATCH
            await board.wait_for(base + (posted - OUTSTANDING + BATCH) * sockets)

    await go_on(time.perf_counter() + 3)
    began, frames, cpu = time.perf_counter(), board.frames, cpu_of(pid)
    await go_on(began + seconds)
    took, delivered, used = time.perf_counter() - began, board.frames - frames, cpu_of(pid) - cpu
    await board.wait_for(base + posted * sockets)
    pipe.close()
    poster.wait()
    board.check_all_connected()
    rate, own = delivered / took, f"{delivered / used:,.0f} a second of the gateway's own time"
    row(f"frames to {sockets:,} sockets", f"{rate:,.0f}/s; {own}", "60,000/s", rate >= 60_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--post", help="only for its own use")
    parser.add_argument("--profile", action="store_true", help="profile the gateway while it fans out")
    arguments = parser.parse_args()
    if arguments.post:
        return post_on_request(arguments.post)

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    env = settings()
    service.make_database(env)
    seed.connect(env)
    channel_id, tokens = make_people(arguments.sockets)
    port = service.free_port()
    line = [sys.executable, "-m", "rosetta.processes", "gateway"]
    if arguments.profile:
        line = [sys.executable, "-m", "cProfile", "-o", "/tmp/gateway.prof", "-m", "rosetta.gateway"]  # noqa: S108
    gateway = subprocess.Popen(line, cwd=service.ROOT, env={**env, "HOST": service.HOST, "GATEWAY_PORT": str(port)})
    try:
        service.wait_until_answers(f"http://{service.HOST}:{port}/healthz", gateway, Path())
        uvloop.run(measure_fanout(env, channel_id, tokens, port, gateway.pid, arguments.seconds))
    finally:
        # because the profiler writes its results on an interrupt
        gateway.send_signal(signal.SIGINT if arguments.profile else signal.SIGTERM)
        gateway.wait(30)


if __name__ == "__main__":
    main()
