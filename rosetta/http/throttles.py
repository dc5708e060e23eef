"""Rate limits that are exact under concurrent requests, and shared through Redis where configured.

They count atomically, because DRF's throttles read first and write later, and so let concurrent requests through.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import ip_address, ip_network
from threading import Lock
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from rosetta.redis import clients

log = structlog.get_logger(__name__)

BACKOFF_SECONDS = 2.0
SWEEP_SECONDS = 60.0


class _Memory:
    """Count in this process, in fixed windows. Thread-safe.

    The memory storage of ``limits`` is not used, because it reads the count after it releases its lock, and can drop a window
    that another thread has just begun: concurrent requests are refused too early, or let through.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._windows: dict[str, tuple[int, float]] = {}
        self._sweep_at = 0.0

    def incr(self, key: str, seconds: int) -> int:
        now = time.time()
        with self._lock:
            if now >= self._sweep_at:
                self._windows = {name: window for name, window in self._windows.items() if window[1] > now}
                self._sweep_at = now + SWEEP_SECONDS
            count, ends = self._windows.get(key, (0, 0.0))
            if ends <= now:
                count, ends = 0, now + seconds
            self._windows[key] = count + 1, ends
            return count + 1

    def get_expiry(self, key: str) -> float:
        with self._lock:
            return self._windows.get(key, (0, time.time()))[1]

    def reset(self) -> None:
        with self._lock:
            self._windows.clear()


class _Counter:
    """Count in Redis, or in this process while Redis is unavailable, so that no request fails because of a limit."""

    def __init__(self) -> None:
        self.memory = _Memory()
        self.shared: Any = None
        self.unavailable_until = 0.0
        if settings.REDIS_URL:
            pool = clients.client(settings.REDIS_URL, seconds=0.5).connection_pool
            self.shared = RedisStorage("redis://", connection_pool=pool, key_prefix=f"{settings.KEY_PREFIX}:limits")

    def hit(self, key: str, seconds: int) -> int:
        """Count one more in ``key``'s window of ``seconds``, which starts with its first hit; returns the count."""
        if self._is_shared():
            try:
                return int(self.shared.incr(key, seconds))
            except Exception as error:  # limits re-raises whatever its driver raises
                self._back_off(error)
        return self.memory.incr(key, seconds)

    def seconds_left(self, key: str) -> float:
        """Return the seconds until the window of ``key`` ends."""
        if self._is_shared():
            try:
                return float(self.shared.get_expiry(key) - time.time())
            except Exception as error:
                self._back_off(error)
        return self.memory.get_expiry(key) - time.time()

    def reset(self) -> None:
        """Delete every count, for tests."""
        self.memory.reset()
        self.unavailable_until = 0.0
        if self.shared is not None:
            self.shared.reset()

    def _is_shared(self) -> bool:
        return self.shared is not None and time.monotonic() >= self.unavailable_until

    def _back_off(self, error: Exception) -> None:
        self.unavailable_until = time.monotonic() + BACKOFF_SECONDS
        log.warning("rate_limit_store_unavailable", error=str(error))


counter = _Counter()


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a rate limit after this request."""

    limit: int
    remaining: int


@dataclass(frozen=True)
class Limit:
    """A rate, as ``120/minute``, for each value of ``key``.

    Requests whose key is None are not limited.
    """

    scope: str
    rate: str
    key: Callable[[Request], str | None]

    @property
    def item(self) -> RateLimitItem:
        return _parsed(self.rate)

    @property
    def description(self) -> str:
        """Describe the limit for the schema."""
        return f"{self.rate.replace('/', ' per ')} ({self.scope})"

    def hit(self, request: Request) -> Standing | None:
        """Count ``request``. Raises Throttled when it is one too many."""
        value = self.key(request)
        return None if value is None else hit(self.scope, self.rate, value)


@cache
def _parsed(rate: str) -> RateLimitItem:
    return parse(rate)


def hit(scope: str, rate: str, value: str) -> Standing | None:
    """Count one use of ``rate`` for ``value`` within ``scope``.

    Raises Throttled when it is one too many.
    """
    if not settings.THROTTLE:
        return None
    item = _parsed(rate)
    key = f"limit:{scope}:{item.amount}/{item.get_expiry()}:{value}"
    count = counter.hit(key, item.get_expiry())
    if count > item.amount:
        raise Throttled(wait=max(1, math.ceil(counter.seconds_left(key))))
    return Standing(item.amount, item.amount - count)


def client_address(request: Request | HttpRequest) -> str:
    """Return the client's address.

    ``X-Forwarded-For`` is believed as far as ``TRUSTED_PROXIES`` says.
    """
    return address_in(request.META)


def address_in(meta: Mapping[str, Any]) -> str:
    """Return the client's address from ``META`` in canonical form.

    The proxy's address where it sent none.
    """
    peer = str(meta.get("REMOTE_ADDR", ""))
    forwarded = meta.get("HTTP_X_FORWARDED_FOR", "")
    hops = settings.TRUSTED_PROXIES
    if not hops or not forwarded:
        return canonical(peer) or peer
    chain = forwarded.split(",")
    return canonical(chain[-hops] if len(chain) >= hops else chain[0]) or canonical(peer) or peer


@lru_cache(maxsize=4096)
def canonical(written: str) -> str:
    """Return the canonical form of an IP address, which may have a port, brackets or a zone; empty for anything else.

    ``[::ffff:192.0.2.1]:80`` becomes ``192.0.2.1``.
    """
    written = written.strip().strip('"')
    if written.startswith("["):
        written = written[1:].partition("]")[0]
    elif written.count(":") == 1:
        written = written.partition(":")[0]
    try:
        address = ip_address(written.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def network_in(meta: Mapping[str, Any]) -> str:
    """Return the network that limits count by.

    The IPv4 address, or the first 64 bits of an IPv6 address.

    Whoever has one IPv6 address usually has all of its /64.
    """
    return _network(address_in(meta))


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    return str(ip_network((address, 64), strict=False)) if ":" in address and canonical(address) else address


def by_address(request: Request) -> str | None:
    """Key a limit by the network address."""
    return network_in(request.META)


def by_caller(request: Request) -> str | None:
    """Key a limit by the caller's token or session, else by the address."""
    if request.auth is not None and getattr(request.auth, "pk", None):
        return f"{type(request.auth).__name__}:{request.auth.pk}"
    if request.user is not None and getattr(request.user, "is_authenticated", False):
        return f"user:{request.user.pk}"
    return by_address(request)


def by_user(request: Request) -> str | None:
    """Key a limit by the account over all its tokens and sessions, because an account can make more of them.

    Anonymous requests are not limited.
    """
    is_somebody = getattr(request.user, "is_authenticated", False)
    return f"{type(request.user).__name__}:{request.user.pk}" if is_somebody else None


EVERYTHING = Limit("all", "1200/minute", by_caller)
