"""Faults of Redis, the database, a gateway or a client delay an event, and never lose it."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from realtime.tests.conftest import Team, make_team
from realtime.tests.running import HOST, Service, running, wait_until
from rosetta.tests.processes import ROOT
from rosetta.tests.redis_servers import Redis, needs_redis_server

pytestmark = needs_redis_server


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    server = Redis()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def service(redis: Redis) -> Iterator[Service]:
    with running(REDIS_URL=redis.url) as running_service:
        running_service.start_gateway("second")
        yield running_service


@pytest.fixture
def team(service: Service) -> Team:
    return make_team(service)


def second(service: Service) -> str:
    """The address of the other gateway."""
    return f"ws://{HOST}:{service.ports['second']}/api/v1/realtime"


def created(frames: list[dict[str, Any]]) -> list[int]:
    return [frame["seq"] for frame in frames if frame.get("event") == "message.created"]


async def test_every_gateway_receives_posts_and_signals(team: Team) -> None:
    async with team.mali.socket() as here, team.olivia.socket(url=second(team.service)) as there:
        for number in range(1, 6):
            team.post(f"Message {number}")
        for client in (here, there):
            for number in range(1, 6):
                assert (await client.event("message.created"))["seq"] == number
        await here.send(type="typing", conversation_id=team.channel["id"])
        assert (await there.next("signal", event="typing"))["data"]["user"]["id"] == team.mali.pk
        # Presence is checked every second, so it is shown before the typing or after it.
        online = {"user_id": team.mali.pk, "status": "online"}
        while online not in [frame["data"] for frame in there.frames if frame.get("event") == "presence"]:
            await there.receive()


async def test_events_arrive_while_redis_is_unavailable_and_after(team: Team, redis: Redis) -> None:
    async with team.mali.socket() as mali:
        redis.stop()
        try:
            for number in range(1, 6):
                team.post(f"Without Redis {number}")
            for number in range(1, 6):
                assert (await mali.event("message.created"))["seq"] == number
            member = await asyncio.to_thread(team.add, team.otto)
            assert (await mali.event("member.joined"))["data"]["id"] == member["id"]
        finally:
            redis.start()
        for number in range(6, 11):
            team.post(f"With Redis {number}")
            assert (await mali.event("message.created"))["seq"] == number


async def test_ten_seconds_without_redis_under_traffic_refuse_no_post_and_lose_no_event(
    team: Team, redis: Redis
) -> None:
    posted: list[int] = []

    def post_for(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            posted.append(team.post(f"Message {len(posted)}")["seq"])

    def traffic() -> None:
        post_for(1)
        redis.stop()
        try:
            post_for(10)
        finally:
            redis.start()
        post_for(2)
        posted.append(team.post("The end")["seq"])

    async with team.mali.socket() as mali:
        sending = asyncio.create_task(asyncio.to_thread(traffic))
        received, last = [], ""
        while last != "The end":
            message = (await mali.event("message.created", seconds=30))["data"]
            received.append(message["seq"])
            last = message["original_content"]
        await sending
    assert received == posted == list(range(1, len(posted) + 1))


async def test_credentials_that_end_while_redis_is_unavailable_close_the_socket(team: Team, redis: Redis) -> None:
    async with team.mali.socket() as mali:
        redis.stop()
        try:
            team.mali.call("POST", "auth/app/logout")
            assert await mali.closed() == 4401
        finally:
            redis.start()


async def test_a_gateway_that_is_killed_costs_a_reconnect(team: Team) -> None:
    async with team.mali.socket(url=second(team.service)) as mali:
        team.post("One")
        cursor = (await mali.event("message.created"))["seq"]
        process = team.service.processes.pop("second")
        process.send_signal(signal.SIGKILL)
        process.wait()
    for number in range(2, 7):
        team.post(f"Message {number}")
    await asyncio.to_thread(team.service.start_gateway, "second")
    async with team.mali.socket(url=second(team.service)) as mali:
        await mali.send(type="resume", cursors={team.channel["id"]: cursor})
        await mali.next("resumed")
        assert created(mali.frames) == [2, 3, 4, 5, 6]


async def test_a_gateway_that_stops_closes_its_sockets_with_1012(team: Team) -> None:
    async with team.mali.socket(url=second(team.service)) as mali:
        await asyncio.to_thread(team.service.stop, "second")
        assert await mali.closed() == 1012
    await asyncio.to_thread(team.service.start_gateway, "second")


@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="needs PostgreSQL")
async def test_a_database_that_drops_its_connections_loses_nothing(team: Team) -> None:
    import psycopg

    async with team.mali.socket() as mali:
        for number in range(1, 6):
            with psycopg.connect(team.service.env["DATABASE_URL"], autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

            def post(number: int = number) -> bool:
                path = f"workspaces/{team.workspace['id']}/channels/{team.channel['id']}/messages"
                answer = team.olivia.client.post(
                    path, json={"content": "Still here"}, headers={"Idempotency-Key": f"{number}"}
                )
                return answer.status_code == 201

            await asyncio.to_thread(wait_until, post, "a post goes through again")
            assert (await mali.event("message.created"))["seq"] == number


async def test_a_slow_client_is_closed_and_resumes_without_loss(team: Team) -> None:
    async with team.mali.socket() as quick:
        # With a small window and nobody who reads, what the server sends soon waits there.
        small = socket.socket()
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        small.connect((HOST, team.service.ports["gateway"]))
        small.setblocking(False)
        slow = team.mali.socket(sock=small, max_queue=1, ping_interval=None)
        async with slow:

            def post_much() -> None:
                for number in range(120):
                    team.post(f"{number} " + "ก" * 7900)

            await asyncio.to_thread(post_much)
            assert await slow.closed(60) == 4408
        for number in range(1, 121):
            assert (await quick.event("message.created"))["seq"] == number
    delivered = created(slow.frames)
    assert delivered == list(range(1, len(delivered) + 1))
    assert len(delivered) < 120
    async with team.mali.socket() as again:
        await again.send(type="resume", cursors={team.channel["id"]: len(delivered)})
        await again.next("resumed", seconds=60)
        assert created(again.frames) == list(range(len(delivered) + 1, 121))


# ── The example clients of docs/realtime.md ──

PYTHON_CLIENT = """
import sys
import time
async def on_event(frame):
    if frame["event"] == "message.created":
        print(frame["data"]["original_content"], flush=True)
async def on_reset(stream):
    print("reset", stream, flush=True)
print("end", asyncio.run(Realtime(sys.argv[1], sys.argv[2], on_event, on_reset).run()), flush=True)
"""
NODE_CLIENT = """
const client = new Realtime(process.argv[2], process.argv[3], {
  onEvent: (frame) => { if (frame.event === "message.created") console.log(frame.data.original_content); },
  onReset: (stream) => console.log("reset", stream),
  onEnd: (code) => { console.log("end", code); process.exit(0); },
});
client.start();
"""


def example_client(language: str) -> str:
    page = (ROOT / "docs" / "realtime.md").read_text()
    return page.split(f"```{language}\n")[1].split("```")[0]


def python_client(folder: Path) -> list[str]:
    file = folder / "client.py"
    file.write_text(example_client("python") + PYTHON_CLIENT)
    return [sys.executable, str(file)]


def node_client(folder: Path) -> list[str]:
    if shutil.which("node") is None:
        pytest.skip("needs node")
    file = folder / "client.mjs"
    file.write_text(example_client("javascript") + NODE_CLIENT)
    return ["node", "--experimental-websocket", "--no-warnings", str(file)]


@pytest.mark.parametrize("client", [python_client, node_client])
async def test_the_clients_of_the_documentation_survive_a_gateway_that_dies(
    team: Team, tmp_path: Path, client: Any
) -> None:
    line = [*client(tmp_path), second(team.service), team.mali.token]
    out = tmp_path / "out"
    with out.open("wb") as file:
        process = subprocess.Popen(line, stdout=file, stderr=subprocess.STDOUT)

    def lines() -> list[str]:
        return out.read_text().splitlines()

    try:
        await asyncio.to_thread(wait_until, lambda: len(lines()) == 2, "the client reads the lists of its two streams")
        for number in range(30):
            if number in (10, 20):
                gateway = team.service.processes.pop("second")
                gateway.send_signal(signal.SIGKILL)
                gateway.wait()
            if number in (13, 23):
                await asyncio.to_thread(team.service.start_gateway, "second")
            team.post(f"Message {number}")
        expected = [f"Message {number}" for number in range(30)]
        await asyncio.to_thread(wait_until, lambda: len(lines()) >= 32, "all have arrived", 120)
        assert lines()[2:] == expected
        team.mali.call("POST", "auth/app/logout")
        process.wait(10)
        assert lines()[-1] == "end 4401"
    finally:
        process.kill()
        process.wait()


def test_the_clients_of_the_documentation_are_short() -> None:
    for language in ("python", "javascript"):
        assert len([line for line in example_client(language).splitlines() if line.strip()]) <= 40


async def test_a_burst_of_reconnects_is_served(team: Team) -> None:
    team.post("One")
    clients = [team.mali.socket() for _ in range(50)]
    await asyncio.gather(*(client.__aenter__() for client in clients))
    try:
        cursors = {team.channel["id"]: 0}
        for client in clients:
            await client.ws.send(json.dumps({"type": "resume", "cursors": cursors}))
        for client in clients:
            await client.next("resumed", seconds=30)
            assert created(client.frames) == [1]
    finally:
        await asyncio.gather(*(client.__aexit__() for client in clients))
