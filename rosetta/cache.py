"""A cache that is away is an empty cache: nothing that serves a request fails with it."""

import time
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import Any

import structlog
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

REST_SECONDS = 2.0
KEYS_A_BATCH = 1000


class _OneClient(RedisCacheClient):
    """Keeps its client: to make one, as Django does for each command, takes longer than the command."""

    @cached_property
    def _kept(self) -> Any:
        return super().get_client(write=True)

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return self._kept


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, which misses instead of raising while Redis is away, and asks it only now and then."""

    _away_until = 0.0

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient

    def _forgive(self, call: Any, missing: Any) -> Any:
        if time.monotonic() < type(self)._away_until:
            return missing
        try:
            return call()
        except RedisError as error:
            type(self)._away_until = time.monotonic() + REST_SECONDS
            log.warning("cache_away", error=str(error))
            return missing

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._forgive(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._forgive(lambda: super(ForgivingRedisCache, self).set(*args, **kwargs), None)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._forgive(lambda: super(ForgivingRedisCache, self).add(*args, **kwargs), True))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._forgive(lambda: super(ForgivingRedisCache, self).delete(*args, **kwargs), False))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(self._forgive(lambda: super(ForgivingRedisCache, self).get_many(*args, **kwargs), {}))

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        return list(self._forgive(lambda: super(ForgivingRedisCache, self).set_many(*args, **kwargs), []))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._forgive(lambda: super(ForgivingRedisCache, self).delete_many(*args, **kwargs), None)

    def clear(self) -> None:
        """Forget what this cache holds, and nothing else: Django's own empties the database, the broker's queues with it."""

        def call() -> None:
            client = self._cache.get_client(None, write=True)
            keys = client.scan_iter(match=self.make_key("*"), count=KEYS_A_BATCH)
            while batch := list(islice(keys, KEYS_A_BATCH)):
                client.delete(*batch)

        self._forgive(call, None)

    def claim_many(self, names: Sequence[str], seconds: int) -> list[bool]:
        """``add`` for many, in one round trip."""

        def call() -> list[bool]:
            client = self._cache.get_client(None, write=True)
            with client.pipeline(transaction=False) as pipe:
                for name in names:
                    pipe.set(self.make_and_validate_key(name), 1, ex=seconds, nx=True)
                return [bool(done) for done in pipe.execute()]

        return list(self._forgive(call, [True] * len(names)))


def claim_many(names: Sequence[str], seconds: int) -> list[bool]:
    """For each of ``names``, whether nobody held it: the caller does now, for ``seconds`` at most.

    While the cache is away every claim succeeds, and without Redis a claim holds within this process alone.
    """
    backend = caches["default"]
    if isinstance(backend, ForgivingRedisCache):
        return backend.claim_many(names, seconds)
    return [backend.add(name, 1, seconds) for name in names]
