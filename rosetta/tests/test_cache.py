"""The shared cache: harmless while Redis is unavailable, and alone in its own keys."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from redis import Redis

from rosetta import ids
from rosetta.cache import ForgivingRedisCache, claim_many
from rosetta.ids import new_ulid


class Broken:
    """A server that accepts connections and closes them, and counts them."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0)
        self.url = f"redis://127.0.0.1:{self.listener.getsockname()[1]}/0"

    def connections(self) -> int:
        """Return the number of connections since the last call."""
        count = 0
        while True:
            try:
                self.listener.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


@pytest.fixture
def broken() -> Iterator[Broken]:
    server = Broken()
    yield server
    server.listener.close()


@pytest.fixture
def unavailable(broken: Broken) -> Any:
    class Cache(ForgivingRedisCache):
        """Of its own class, because the backoff is shared by all caches of a class."""

    return Cache(broken.url, {"OPTIONS": {"socket_timeout": 0.1, "socket_connect_timeout": 0.1}})


def test_an_unavailable_redis_is_an_empty_cache(unavailable: Any) -> None:
    assert unavailable.get("a") is None
    assert unavailable.get("a", 7) == 7
    assert unavailable.get_many(["a", "b"]) == {}


def test_writing_to_an_unavailable_redis_fails_silently(unavailable: Any) -> None:
    unavailable.set("a", 1)
    assert unavailable.set_many({"a": 1}) == []
    assert unavailable.add("a", 1) is True
    assert unavailable.delete("a") is False
    unavailable.delete_many(["a"])
    unavailable.clear()


def test_every_claim_succeeds_while_redis_is_unavailable(unavailable: Any) -> None:
    assert unavailable.claim_many(["a", "b"], 10) == [True, True]
    assert unavailable.claim_many(["a", "b"], 10) == [True, True]


def test_an_unavailable_redis_is_not_tried_again_at_once(unavailable: Any, broken: Broken) -> None:
    unavailable.get("a")
    assert broken.connections() > 0
    for _ in range(50):
        unavailable.get("a")
    assert broken.connections() == 0


def test_a_name_is_claimed_once() -> None:
    names = [new_ulid() for _ in range(3)]
    assert claim_many(names[:2], 60) == [True, True]
    assert claim_many(names, 60) == [False, False, True]
    cache.delete(names[0])
    assert claim_many(names, 60) == [True, False, False]
    assert claim_many([], 60) == []


@pytest.mark.skipif(not settings.REDIS_URL, reason="needs REDIS_URL")
def test_clearing_the_cache_leaves_the_rest_of_redis_alone() -> None:
    redis = Redis.from_url(settings.REDIS_URL)
    queue = f"queue-{ids.new_ulid()}"
    redis.lpush(queue, "a task that waits")
    cache.set_many({f"entry-{number}": number for number in range(2500)})
    try:
        cache.clear()
        assert cache.get_many([f"entry-{number}" for number in range(2500)]) == {}
        assert redis.lrange(queue, 0, -1) == [b"a task that waits"]
    finally:
        redis.delete(queue)
