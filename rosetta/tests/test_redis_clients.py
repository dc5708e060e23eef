"""Clients of Redis: bounded pools that lose nothing, Unix sockets."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime.pubsub import RedisPubSub
from rosetta.pubsub import CHANNEL, StreamAdvanced
from rosetta.redis import clients
from rosetta.tests.processes import manage
from rosetta.tests.redis_servers import Redis, needs_redis_server

pytestmark = needs_redis_server

USES_REDIS = """
from django.core.cache import cache
from rosetta.http.throttles import counter
from rosetta.observability import health
from rosetta.observability.servers import queue_lengths
from rosetta.queue.nudge import nudge
cache.set("a", 1)
counter.hit("somebody", 60)
health.check_redis()
nudge("rosetta.tasks.purge_queue")
print(cache.get("a"), counter.memory._windows == {}, queue_lengths()["bulk"])
"""


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    server = Redis("--unixsocket", str(tmp_path / "redis.sock"))
    yield server
    server.stop()


async def test_a_thousand_messages_at_once_all_arrive_over_a_bounded_number_of_connections(redis: Redis) -> None:
    publisher = RedisPubSub(redis.url)
    with redis.client() as asked, asked.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(CHANNEL)
        heard.get_message(timeout=5)
        await asyncio.gather(*(publisher.publish(StreamAdvanced(str(number))) for number in range(1000)))
        arrived = 0
        while heard.get_message(timeout=2) is not None:
            arrived += 1
        connections = asked.info("clients")["connected_clients"]
        await publisher.close()
    assert arrived == 1000
    assert connections <= clients.CONNECTIONS + 2


def test_cache_limits_queue_and_probe_use_a_unix_socket(redis: Redis, tmp_path: Path) -> None:
    address = f"unix://{tmp_path}/redis.sock?db=3"
    done = manage("shell", "--no-imports", "-c", USES_REDIS, VAR_DIR=str(tmp_path / "var"), REDIS_URL=address)
    assert done.stdout.split() == ["1", "True", "1"], done.stderr
    with redis.client(db=3) as client:
        assert {b"rosetta-bulk"} <= set(client.scan_iter())
