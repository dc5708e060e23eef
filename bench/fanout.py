"""Measure the frames a second that one gateway process delivers to 1,000 sockets, and the cost of 10,000 idle ones.

Usage: python bench/fanout.py [--sockets 1000] [--idle 10000] [--seconds 8]. Needs PostgreSQL and Redis (DATABASE_URL, REDIS_URL);
it makes its own database and starts its own gateway. Prints rows of a table.
"""

import argparse
import asyncio
import base64
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

DATABASE = "rosetta_fanout"
LANGUAGES = ("en", "th", "ja", "id")
BATCH, OUTSTANDING = 8, 32
TICKS = os.sysconf("SC_CLK_TCK")


def settings() -> dict[str, str]:
    env = service.environment()
    for name, path in (("DATABASE_URL", f"/{DATABASE}"), ("REDIS_URL", "/13")):
        env[name] = urlunsplit(urlsplit(env[name])._replace(path=path))
    return env


def make_database(env: dict[str, str]) -> None:
    import psycopg

    admin = urlunsplit(urlsplit(env["DATABASE_URL"])._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=service.ROOT, env=env, check=True)


def make_people(count: int) -> tuple[str, list[str]]:
    """Make a workspace of ``count`` members with four languages.

    Returns its channel and their tokens.
    """
    from accounts.identity.secrets import digest
    from accounts.models import AccessToken, User
    from workspaces import actions
    from workspaces.models import Channel, Member

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


class Listener(asyncio.Protocol):
    """A minimal client: connects and counts frames."""

    def __init__(self, token: str, port: int, board: "Board") -> None:
        self.token, self.port, self.board = token, port, board
        self.rest = b""
        self.is_open = False
        self.frames = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /api/v1/realtime HTTP/1.1\r\nHost: {service.HOST}:{self.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: rosetta.v1\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if self.rest:
            data = self.rest + data
        at = 0
        if not self.is_open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self.rest = data
                return
            assert data.startswith(b"HTTP/1.1 101"), data[:200]
            self.is_open, at = True, end + 4
        size, count = len(data), 0
        while at + 2 <= size:
            length, head = data[at + 1], 2
            if length == 126:
                length, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            elif length == 127:
                length, head = int.from_bytes(data[at + 2 : at + 10], "big"), 10
            if at + head + length > size:
                break
            if data[at] == 0x81:
                count += 1
            elif data[at] == 0x88:
                self.board.closed += 1
            at += head + length
        self.rest = data[at:]
        if count:
            self.frames += count
            self.board.got(count)

    def connection_lost(self, error: Exception | None) -> None:
        self.board.lost += 1


class Board:
    """The counts of all listeners together."""

    def __init__(self) -> None:
        self.frames = self.closed = self.lost = 0
        self.wanted: int | None = None
        self.reached = asyncio.Event()

    def got(self, count: int) -> None:
        self.frames += count
        if self.wanted is not None and self.frames >= self.wanted:
            self.reached.set()

    async def wait_for(self, frames: int, seconds: float = 120) -> None:
        self.wanted = frames
        self.reached.clear()
        if self.frames < frames:
            try:
                await asyncio.wait_for(self.reached.wait(), seconds)
            except TimeoutError:
                raise SystemExit(
                    f"only {self.frames} of {frames} frames; {self.closed} closed, {self.lost} lost"
                ) from None


async def listen(tokens: list[str], port: int, board: Board) -> None:
    """Open a socket for each token, a hundred at a time, and wait until each has its ``hello``."""
    loop = asyncio.get_running_loop()
    for start in range(0, len(tokens), 100):
        some = tokens[start : start + 100]
        await asyncio.gather(
            *(loop.create_connection(lambda t=t: Listener(t, port, board), service.HOST, port) for t in some)  # type: ignore[misc]
        )
        await board.wait_for(start + len(some))


def check_all_connected(board: Board) -> None:
    """Check that no socket was closed, because frames to fewer sockets do not count.

    Raises SystemExit.
    """
    if board.closed or board.lost:
        raise SystemExit(f"{board.closed} sockets were closed, {board.lost} connections lost")


def row(name: str, figure: str, aim: str = "", met: bool | None = None) -> None:
    """Print a row of the benchmark's table."""
    mark = {None: "", True: ": met", False: ": **not met**"}[met]
    print(f"| {name} | {figure} | {aim}{mark} |", flush=True)


def cpu_of(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


def memory_of(pid: int) -> int:
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


async def measure_fanout(
    env: dict[str, str], channel_id: str, tokens: list[str], port: int, pid: int, seconds: float
) -> None:
    board = Board()
    await listen(tokens, port, board)
    poster = subprocess.Popen(
        [sys.executable, __file__, "--post", channel_id], cwd=service.ROOT, env=env, stdin=subprocess.PIPE
    )
    assert poster.stdin is not None
    sockets, base, posted = len(tokens), board.frames, 0

    async def go_on(until: float) -> None:
        nonlocal posted
        while time.perf_counter() < until:
            while posted * sockets - (board.frames - base) < OUTSTANDING * sockets:
                poster.stdin.write(b"%d\n" % BATCH)
                poster.stdin.flush()
                posted += BATCH
            await board.wait_for(base + (posted - OUTSTANDING + BATCH) * sockets)

    await go_on(time.perf_counter() + 3)
    began, frames, cpu = time.perf_counter(), board.frames, cpu_of(pid)
    await go_on(began + seconds)
    took, delivered, used = time.perf_counter() - began, board.frames - frames, cpu_of(pid) - cpu
    await board.wait_for(base + posted * sockets)
    poster.stdin.close()
    poster.wait()
    check_all_connected(board)
    rate, own = delivered / took, f"{delivered / used:,.0f} a second of the gateway's own time"
    row(f"frames to {sockets:,} sockets", f"{rate:,.0f}/s; {own}", "60,000/s", rate >= 60_000)


async def measure_idle(tokens: list[str], port: int, pid: int) -> None:
    board, began = Board(), time.perf_counter()
    empty = memory_of(pid)
    await listen(tokens, port, board)
    took = time.perf_counter() - began
    cpu, began = cpu_of(pid), time.perf_counter()
    await asyncio.sleep(10)
    idle = (cpu_of(pid) - cpu) / (time.perf_counter() - began)
    check_all_connected(board)
    memory = memory_of(pid)
    told = f"{memory} MB ({empty} MB before), {idle:.0%} of a core"
    row(f"{len(tokens):,} idle sockets in one gateway", told, "under 600 MB", memory < 600)
    row(f"opening {len(tokens):,} sockets", f"{len(tokens) / took:,.0f}/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--post", help="only for its own use")
    parser.add_argument("--profile", action="store_true", help="profile the gateway while it fans out")
    arguments = parser.parse_args()
    if arguments.post:
        return post_on_request(arguments.post)

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    env = settings()
    make_database(env)
    seed.connect(env)
    channel_id, tokens = make_people(max(arguments.sockets, arguments.idle))
    for kind in ("fanout", "idle"):
        count = getattr(arguments, "sockets" if kind == "fanout" else kind)
        if not count:
            continue
        port = service.free_port()
        line = [sys.executable, "-m", "rosetta.processes", "gateway"]
        if arguments.profile:
            line = [sys.executable, "-m", "cProfile", "-o", "/tmp/gateway.prof", "-m", "rosetta.gateway"]  # noqa: S108
        gateway = subprocess.Popen(line, cwd=service.ROOT, env={**env, "HOST": service.HOST, "GATEWAY_PORT": str(port)})
        try:
            service.wait_until_answers(f"http://{service.HOST}:{port}/healthz", gateway, Path())
            if kind == "fanout":
                uvloop.run(measure_fanout(env, channel_id, tokens[:count], port, gateway.pid, arguments.seconds))
            else:
                uvloop.run(measure_idle(tokens[:count], port, gateway.pid))
        finally:
            # because the profiler writes its results on an interrupt
            gateway.send_signal(signal.SIGINT if arguments.profile else signal.SIGTERM)
            gateway.wait(30)


if __name__ == "__main__":
    main()
