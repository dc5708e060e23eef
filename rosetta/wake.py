"""Waking the gateways: a word over Redis that a stream has news. A lost word costs time, never an event."""

import time
from functools import cache

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

CHANNEL = "rosetta:wake"
REST_SECONDS = 1.0
_away_until = 0.0


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def wake(word: str) -> None:
    """Tell every gateway ``word`` (a stream's id, or ``who:…`` for credentials and rights that changed). Never raises.

    Embedded there is nobody to tell: the gateway watches the database file.
    """
    global _away_until
    if not settings.REDIS_URL or time.monotonic() < _away_until:
        return
    try:
        _redis().publish(CHANNEL, word)
    except RedisError as error:
        _away_until = time.monotonic() + REST_SECONDS
        log.warning("wake_lost", error=str(error))
