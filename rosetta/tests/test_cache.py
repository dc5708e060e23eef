"""What the shared cache promises, on Redis."""

import pytest
from django.conf import settings
from django.core.cache import cache
from redis import Redis

from rosetta import ids

pytestmark = pytest.mark.skipif(not settings.REDIS_URL, reason="needs REDIS_URL")


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
