"""Installations that share a Redis: each uses names of its own."""

import os
import uuid

import pytest
from redis import Redis

from rosetta.tests.processes import manage

REDIS_URL = os.environ.get("REDIS_URL", "")

USES_REDIS = """
from django.core.cache import cache
from rosetta.pubsub import StreamAdvanced, publish
from rosetta.queue.nudge import nudge
cache.set("a", 1)
nudge("rosetta.tasks.purge_queue")
publish(StreamAdvanced("1"))
"""


@pytest.mark.skipif(not REDIS_URL, reason="needs Redis")
def test_channels_queues_and_keys_begin_with_the_prefix() -> None:
    prefix = f"chat-{uuid.uuid4().hex}"
    # A database of Redis that nothing else uses.
    url = f"{REDIS_URL.rpartition('/')[0]}/11"
    with Redis.from_url(url) as redis, redis.pubsub(ignore_subscribe_messages=True) as heard:
        before = set(redis.scan_iter())
        heard.subscribe(f"{prefix}:gateways:1")
        heard.get_message(timeout=5)
        done = manage("shell", "--no-imports", "-c", USES_REDIS, REDIS_URL=url, REDIS_PREFIX=prefix)
        assert done.returncode == 0, done.stderr
        made = {key.decode() for key in set(redis.scan_iter()) - before}
        message = heard.get_message(timeout=10)
        redis.delete(*made)
    assert message is not None
    # The cache's key, and the queue with the task.
    assert len(made) >= 2
    assert {key for key in made if not key.startswith(prefix)} == set()


def test_a_prefix_is_a_plain_name() -> None:
    done = manage("check", REDIS_PREFIX="a:b *")
    assert done.returncode != 0
    assert "REDIS_PREFIX='a:b *': write letters, digits, - and _" in done.stderr
