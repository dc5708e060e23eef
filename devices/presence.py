"""Who has a live socket. The gateways say so every few seconds; a word that stops coming is forgotten by itself."""

import time
from collections.abc import Iterable
from datetime import timedelta
from functools import cache

import structlog
from django.conf import settings
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from devices.models import Presence

log = structlog.get_logger(__name__)

# A gateway calls ``note`` for all its callers this often; a live socket is believed for a little more than two rounds.
EVERY_SECONDS = 15
BELIEVED_SECONDS = 35
REST_SECONDS = 2.0
_BATCH = 1000
_away_until = 0.0


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def _key(user_id: int) -> str:
    return f"rosetta:live:{user_id}"


def note(user_ids: Iterable[int]) -> None:
    """These people have a live socket now. Never raises."""
    ids = list(user_ids)
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        if settings.REDIS_URL:
            _note_in_redis(part)
        else:
            _note_in_database(part)


def forget(user_id: int) -> None:
    """The last socket of somebody on this gateway closed. Another gateway's next word brings them back. Never raises."""
    global _away_until
    if not settings.REDIS_URL:
        Presence.objects.filter(pk=user_id).delete()
        return
    try:
        _redis().delete(_key(user_id))
    except RedisError as error:
        _rest(error)


def live(user_ids: Iterable[int]) -> set[int]:
    """Those of ``user_ids`` who have a live socket. While Redis is away nobody has: a push too many harms less."""
    ids = list(user_ids)
    if not ids:
        return set()
    if not settings.REDIS_URL:
        rows = Presence.objects.filter(pk__in=ids, until__gt=timezone.now())
        return set(rows.values_list("pk", flat=True))
    if time.monotonic() < _away_until:
        return set()
    try:
        found: list[bytes | None] = _redis().mget([_key(user_id) for user_id in ids])  # type: ignore[assignment]
    except RedisError as error:
        _rest(error)
        return set()
    return {user_id for user_id, value in zip(ids, found, strict=True) if value is not None}


def _note_in_redis(user_ids: list[int]) -> None:
    if time.monotonic() < _away_until:
        return
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for user_id in user_ids:
                pipe.set(_key(user_id), 1, ex=BELIEVED_SECONDS)
            pipe.execute()
    except RedisError as error:
        _rest(error)


def _note_in_database(user_ids: list[int]) -> None:
    until = timezone.now() + timedelta(seconds=BELIEVED_SECONDS)
    rows = [Presence(user_id=user_id, until=until) for user_id in user_ids]
    Presence.objects.bulk_create(rows, update_conflicts=True, unique_fields=["user_id"], update_fields=["until"])


def _rest(error: RedisError) -> None:
    global _away_until
    _away_until = time.monotonic() + REST_SECONDS
    log.warning("presence_away", error=str(error))
