"""The gateway's side of pub/sub.

Messages over Redis, or of this process alone and a watch on the database.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import connection
from redis.exceptions import RedisError

from rosetta import pubsub
from rosetta.pubsub import BadMessage, Listener, Message
from rosetta.redis import clients

log = structlog.get_logger(__name__)

OnGap = Callable[[], None]

POLL_SECONDS = 0.025
BACKOFF_SECONDS = (0.1, 2.0)


class PubSub(Protocol):
    """Receives messages from every process, and publishes to the other ones."""

    async def run(self, on_message: Listener, on_gap: OnGap) -> None:
        """Call ``on_message`` with every message, and ``on_gap`` whenever some may have been lost."""

    async def publish(self, message: Message) -> None:
        """Publish ``message`` to every process.

        Never raises; a message that does not get through is lost.
        """

    async def close(self) -> None: ...


class RedisPubSub:
    """One subscription a process.

    It reconnects by itself, and reports a gap each time.
    """

    def __init__(self, url: str) -> None:
        self._redis: Any = clients.async_client(url, seconds=2)

    async def run(self, on_message: Listener, on_gap: OnGap) -> None:
        wait = BACKOFF_SECONDS[0]
        while True:
            try:
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(pubsub.CHANNEL)
                    wait = BACKOFF_SECONDS[0]
                    on_gap()
                    async for item in subscription.listen():
                        if item["type"] == "message":
                            receive(item["data"], on_message)
            except (RedisError, OSError) as error:
                log.warning("redis_unavailable", error=str(error), seconds=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, BACKOFF_SECONDS[1])

    async def publish(self, message: Message) -> None:
        try:
            async with asyncio.timeout(2):
                await self._redis.publish(pubsub.CHANNEL, pubsub.encode(message))
        except (RedisError, OSError) as error:
            log.warning("publish_failed", error=str(error))

    async def close(self) -> None:
        await self._redis.aclose()


def receive(data: bytes, on_message: Listener) -> None:
    """Decode one message and pass it on; one of another version, or broken, is logged."""
    try:
        message = pubsub.decode(data)
    except BadMessage as error:
        log.warning("message_unknown", error=str(error), data=repr(data[:200]))
    else:
        on_message(message)


class InProcessPubSub:
    """Without Redis: messages of this process, and a gap whenever another process wrote to the database."""

    async def run(self, on_message: Listener, on_gap: OnGap) -> None:
        loop = asyncio.get_running_loop()

        def pass_on(message: Message) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(on_message, message)

        pubsub.listen(pass_on)
        try:
            if connection.vendor == "sqlite":
                await _watch_file(on_gap)
            else:
                while True:
                    await asyncio.sleep(10 * POLL_SECONDS)
                    on_gap()
        finally:
            pubsub.unlisten(pass_on)

    async def publish(self, message: Message) -> None:
        """Do nothing: there is no other process to reach."""

    async def close(self) -> None:
        pass


async def _watch_file(on_gap: OnGap) -> None:
    """Call ``on_gap`` after every commit of another connection.

    SQLite counts them, and asking takes microseconds.
    """
    name = settings.DATABASES["default"]["NAME"]
    with closing(sqlite3.connect(name, timeout=1, check_same_thread=False, uri=str(name).startswith("file:"))) as file:
        last_version = None
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                version = file.execute("PRAGMA data_version").fetchone()[0]
            except sqlite3.OperationalError as error:
                log.warning("database_file_unavailable", error=str(error), at=time.time())
                continue
            if version != last_version:
                last_version = version
                on_gap()
