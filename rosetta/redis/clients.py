"""Clients of the Redis that an address names: one server, or the primary that Sentinel names.

Their pools are bounded, and wait for a free connection instead of refusing one more: when a thousand people reconnect at
once, their messages wait for milliseconds and none is lost.
"""

import socket
from functools import cache
from typing import Any

from redis import BlockingConnectionPool, Redis
from redis import asyncio as aio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import Sentinel as AsyncSentinel
from redis.asyncio.sentinel import SentinelConnectionPool as AsyncSentinelConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

from rosetta.redis import address

# Connections of one pool: a process has few threads that use it, and one command takes less than a millisecond.
CONNECTIONS = 20
# Seconds within which a Sentinel answers, or the next one is asked.
SENTINEL_SECONDS = 0.5
# A server that vanished without closing its connections is noticed within about ten seconds, as PostgreSQL's are.
KEEPALIVE = {
    getattr(socket, name): value
    for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3))
    if hasattr(socket, name)
}


class _SentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """A pool of connections to the primary that waits for a free one."""


class _AsyncSentinelPool(AsyncSentinelConnectionPool, aio.BlockingConnectionPool):
    """The same for asyncio."""


@cache
def client(url: str, *, seconds: float) -> Redis:
    """Return this process's client of ``url``, whose commands fail after ``seconds`` without an answer. Thread-safe."""
    return Redis(connection_pool=_pool(url, seconds))


def ping(url: str, *, seconds: float) -> None:
    """Ask Redis over a connection of its own whether it answers. Raises RedisError."""
    pool = _pool(url, seconds)
    try:
        Redis(connection_pool=pool).ping()
    finally:
        pool.disconnect()
        if isinstance(pool, _SentinelPool):
            pool.sentinel_manager.close()


def _pool(url: str, seconds: float) -> BlockingConnectionPool:
    bounds: dict[str, Any] = {
        "max_connections": CONNECTIONS,
        "timeout": seconds,
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
    }
    if not address.is_sentinel(url):
        return BlockingConnectionPool.from_url(url, **_keepalive(url), **bounds)
    found = address.sentinels(url)
    sentinel = Sentinel(found.hosts, sentinel_kwargs=_sentinel_options(found, Retry(NoBackoff(), 0)))  # type: ignore[no-untyped-call]
    return _SentinelPool(found.service, sentinel, **_primary_options(found), **bounds)  # type: ignore[no-untyped-call]


def async_client(url: str, *, seconds: float) -> Any:
    """Return a client for asyncio.

    Connecting takes ``seconds`` at most; answers have no limit, because a subscription waits for them.
    """
    bounds = {"max_connections": CONNECTIONS, "timeout": seconds, "socket_connect_timeout": seconds}
    if not address.is_sentinel(url):
        return aio.Redis(connection_pool=aio.BlockingConnectionPool.from_url(url, **bounds, **_keepalive(url)))
    found = address.sentinels(url)
    sentinel = AsyncSentinel(found.hosts, sentinel_kwargs=_sentinel_options(found, AsyncRetry(NoBackoff(), 0)))  # type: ignore[no-untyped-call]
    return aio.Redis(connection_pool=_AsyncSentinelPool(found.service, sentinel, **_primary_options(found), **bounds))  # type: ignore[no-untyped-call]


def _keepalive(url: str) -> dict[str, Any]:
    is_socket = url.startswith("unix:")  # which has no such options
    return {} if is_socket else {"socket_keepalive": True, "socket_keepalive_options": KEEPALIVE}


def _sentinel_options(found: address.Sentinels, retry: Any) -> dict[str, Any]:
    # Without retries, because redis-py's own wait for seconds before it asks the next Sentinel.
    timeouts = {"socket_timeout": SENTINEL_SECONDS, "socket_connect_timeout": SENTINEL_SECONDS}
    return {**timeouts, "retry": retry, **found.sentinel_login}


def _primary_options(found: address.Sentinels) -> dict[str, Any]:
    return {"db": found.database, "ssl": found.is_encrypted, **found.login, **_keepalive("")}
