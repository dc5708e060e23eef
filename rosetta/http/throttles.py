"""Rate limits: exact under parallel requests, shared through Redis where there is one.

DRF's own throttles read, then write, and let parallel requests through; these count atomically.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

log = structlog.get_logger(__name__)

REDIS_REST_SECONDS = 2.0
SWEEP_SECONDS = 60.0


class _Memory:
    """Counts in this process.

    Not by the memory of ``limits``: it reads the count once its lock is gone, and forgets a window that another thread has
    just begun, so that requests which meet are refused too early or let through.
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
    """Counts hits in Redis, and in this process while Redis is away: a limit never makes a request fail."""

    def __init__(self) -> None:
        self.memory = _Memory()
        self.shared: Any = None
        self.away_until = 0.0
        if settings.REDIS_URL:
            self.shared = storage_from_string(
                settings.REDIS_URL,
                key_prefix=f"{settings.REDIS_PREFIX}:limits",
                socket_timeout=0.5,
                socket_connect_timeout=0.5,
            )

    def hit(self, key: str, seconds: int) -> int:
        """Count one more in ``key``'s window of ``seconds``, which starts with its first hit; returns the count."""
        if self._shared_answers():
            try:
                return int(self.shared.incr(key, seconds))
            except Exception as error:  # limits re-raises whatever its driver raises
                self._rest(error)
        return self.memory.incr(key, seconds)

    def seconds_left(self, key: str) -> float:
        """How long ``key``'s window still runs."""
        if self._shared_answers():
            try:
                return float(self.shared.get_expiry(key) - time.time())
            except Exception as error:
                self._rest(error)
        return self.memory.get_expiry(key) - time.time()

    def reset(self) -> None:
        """Forget every count, for tests."""
        self.memory.reset()
        self.away_until = 0.0
        if self.shared is not None:
            self.shared.reset()

    def _shared_answers(self) -> bool:
        return self.shared is not None and time.monotonic() >= self.away_until

    def _rest(self, error: Exception) -> None:
        self.away_until = time.monotonic() + REDIS_REST_SECONDS
        log.warning("rate_limit_store_away", error=str(error))


counter = _Counter()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands with a limit after this request."""

    limit: int
    remaining: int


@dataclass(frozen=True)
class Limit:
    """At most so many requests, as in ``120/minute``, for each value of ``key``; a key of None is not limited."""

    scope: str
    rate: str
    key: Callable[[Request], str | None]

    @property
    def item(self) -> RateLimitItem:
        return _parsed(self.rate)

    @property
    def told(self) -> str:
        """The limit in words, for the schema: its rate and what it is counted by."""
        return f"{self.rate.replace('/', ' per ')} ({self.scope})"

    def hit(self, request: Request) -> Standing | None:
        """Count ``request``. Raises Throttled when it is one too many."""
        value = self.key(request)
        return None if value is None else hit(self.scope, self.rate, value)


@cache
def _parsed(rate: str) -> RateLimitItem:
    return parse(rate)


def hit(scope: str, rate: str, value: str) -> Standing | None:
    """Count one use of ``rate`` for ``value`` within ``scope``. Raises Throttled when it is one too many."""
    if not settings.THROTTLE:
        return None
    item = _parsed(rate)
    key = f"limit:{scope}:{item.amount}/{item.get_expiry()}:{value}"
    count = counter.hit(key, item.get_expiry())
    if count > item.amount:
        raise Throttled(wait=max(1, math.ceil(counter.seconds_left(key))))
    return Standing(item.amount, item.amount - count)


def client_address(request: Request | HttpRequest) -> str:
    """The address the request came from: the last hop's word, one proxy deep when ``TRUSTED_PROXIES`` says so."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    hops = settings.TRUSTED_PROXIES
    if hops and forwarded:
        chain = [part.strip() for part in forwarded.split(",")]
        return str(chain[-hops] if len(chain) >= hops else chain[0])
    return str(request.META.get("REMOTE_ADDR", ""))


def by_address(request: Request) -> str | None:
    """The network address; of IPv6 the first 64 bits, since whoever has one address has all of those."""
    raw = client_address(request)
    try:
        address = ip_address(raw)
    except ValueError:
        return raw
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return raw


def by_caller(request: Request) -> str | None:
    """The token or session that calls, else the address."""
    if request.auth is not None and getattr(request.auth, "pk", None):
        return f"{type(request.auth).__name__}:{request.auth.pk}"
    if request.user is not None and getattr(request.user, "is_authenticated", False):
        return f"user:{request.user.pk}"
    return client_address(request)


def by_user(request: Request) -> str | None:
    """Who is signed in, with whatever token or session: who has one token can make more. None: nobody is."""
    is_somebody = getattr(request.user, "is_authenticated", False)
    return f"{type(request.user).__name__}:{request.user.pk}" if is_somebody else None


EVERYTHING = Limit("all", "1200/minute", by_caller)
