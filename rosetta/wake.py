"""Notify the gateways over Redis that a stream has new events. A lost notification costs time, never an event."""

import time
from collections.abc import Callable
from functools import cache

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

CHANNEL = "rosetta:wake"
REST_SECONDS = 1.0
_away_until = 0.0
_listeners: list[Callable[[str], None]] = []


def listen(heard: Callable[[str], None]) -> None:
    """Where there is no Redis, call ``heard`` with every word of this process; it is called in the thread that speaks."""
    _listeners.append(heard)


def unlisten(heard: Callable[[str], None]) -> None:
    _listeners.remove(heard)


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def wake(word: str) -> None:
    """Tell every gateway ``word`` (a stream's id, or ``who:…`` for credentials and rights that changed). Never raises.

    Without Redis only the gateway in this process hears it; it watches the database file for what others change.
    """
    global _away_until
    if not settings.REDIS_URL:
        for heard in tuple(_listeners):
            heard(word)
        return
    if time.monotonic() < _away_until:
        return
    try:
        _redis().publish(CHANNEL, word)
    except RedisError as error:
        _away_until = time.monotonic() + REST_SECONDS
        log.warning("wake_lost", error=str(error))
