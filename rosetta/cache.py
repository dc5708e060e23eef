"""Redis as a cache that may fail.

While it is unavailable, every read is a miss and no request fails.
"""

import time
from collections.abc import Sequence
from itertools import islice
from typing import Any

import structlog
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from rosetta.redis import clients

log = structlog.get_logger(__name__)

BACKOFF_SECONDS = 2.0
KEYS_PER_BATCH = 1000


class _SharedClient(RedisCacheClient):
    """Use the process's client, because making one for each command, as Django does, takes longer than the command."""

    _servers: list[str]

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return clients.client(self._servers[0], seconds=0.5)


class ForgivingRedisCache(RedisCache):
    """Treat an unavailable Redis as an empty cache, and try it again after ``BACKOFF_SECONDS``."""

    _unavailable_until = 0.0

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__([server], params)  # a list, because Django would split the address of several Sentinels
        self._class = _SharedClient

    def _forgive(self, call: Any, missing: Any) -> Any:
        """Return what ``call`` returns, or ``missing`` while Redis is unavailable."""
        if time.monotonic() < type(self)._unavailable_until:
            return missing
        try:
            return call()
        except RedisError as error:
            type(self)._unavailable_until = time.monotonic() + BACKOFF_SECONDS
            log.warning("cache_unavailable", error=str(error))
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
        """Delete the keys of this cache alone, because Django's own ``clear`` would empty the broker's queues too."""

        def call() -> None:
            client = self._cache.get_client(None, write=True)
            keys = client.scan_iter(match=self.make_key("*"), count=KEYS_PER_BATCH)
            while batch := list(islice(keys, KEYS_PER_BATCH)):
                client.delete(*batch)

        self._forgive(call, None)

    def claim_many(self, names: Sequence[str], seconds: int) -> list[bool]:
        """Add many keys in one round trip."""

        def call() -> list[bool]:
            client = self._cache.get_client(None, write=True)
            with client.pipeline(transaction=False) as pipe:
                for name in names:
                    pipe.set(self.make_and_validate_key(name), 1, ex=seconds, nx=True)
                return [bool(done) for done in pipe.execute()]

        return list(self._forgive(call, [True] * len(names)))


def is_available() -> bool:
    """Return whether Redis answered when it was last asked; without Redis, always."""
    return time.monotonic() >= ForgivingRedisCache._unavailable_until


def claim_many(names: Sequence[str], seconds: int) -> list[bool]:
    """Claim each of ``names`` for ``seconds``.

    Return for each whether it was free and now belongs to the caller.

    While the cache is unavailable every claim succeeds. Without Redis a claim holds within this process alone.
    """
    backend = caches["default"]
    if isinstance(backend, ForgivingRedisCache):
        return backend.claim_many(names, seconds)
    return [backend.add(name, 1, seconds) for name in names]
