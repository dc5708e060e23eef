"""Where the gateway hears that something changed: Redis, this process, or the database file."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from redis.asyncio import Redis
from redis.exceptions import RedisError

from rosetta import wake

log = structlog.get_logger(__name__)

Heard = Callable[[str], None]
Nudge = Callable[[], None]

POLL_SECONDS = 0.025
BACKOFF_SECONDS = (0.1, 2.0)


class RedisWords:
    """One subscription a process; it comes back by itself, and then everything is looked at once."""

    def __init__(self) -> None:
        # A quick death of a publish: signals may be lost, and nobody waits for them.
        self._redis: Any = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_keepalive=True)
        self.is_connected = False

    async def run(self, heard: Heard, missed: Nudge) -> None:
        """Call ``heard`` with every word, and ``missed`` whenever words may have been lost."""
        wait = BACKOFF_SECONDS[0]
        while True:
            try:
                async with self._redis.pubsub() as words:
                    await words.subscribe(wake.CHANNEL)
                    self.is_connected = True
                    wait = BACKOFF_SECONDS[0]
                    missed()
                    async for message in words.listen():
                        if message["type"] == "message":
                            heard(message["data"].decode("utf-8", "replace"))
            except (RedisError, OSError) as error:
                log.warning("redis_away", error=str(error), seconds=wait)
            self.is_connected = False
            await asyncio.sleep(wait)
            wait = min(wait * 2, BACKOFF_SECONDS[1])

    async def say(self, word: str) -> None:
        """Tell every gateway process. A word that does not get through is lost."""
        try:
            async with asyncio.timeout(2):
                await self._redis.publish(wake.CHANNEL, word)
        except (RedisError, OSError) as error:
            log.warning("word_lost", error=str(error))

    async def close(self) -> None:
        await self._redis.aclose()


class LocalWords:
    """Without Redis: words of this process, and a look whenever another process wrote to the database."""

    is_connected = True

    async def run(self, heard: Heard, missed: Nudge) -> None:
        loop = asyncio.get_running_loop()

        def pass_on(word: str) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(heard, word)

        wake.listen(pass_on)
        try:
            if connection.vendor == "sqlite":
                await _watch_file(missed)
            else:
                while True:
                    await asyncio.sleep(10 * POLL_SECONDS)
                    missed()
        finally:
            wake.unlisten(pass_on)

    async def say(self, word: str) -> None:
        """There is no other process to tell."""

    async def close(self) -> None:
        pass


async def _watch_file(missed: Nudge) -> None:
    """Call ``missed`` after every commit of another connection: SQLite counts them, and asking takes microseconds."""
    name = settings.DATABASES["default"]["NAME"]
    with closing(sqlite3.connect(name, timeout=1, check_same_thread=False, uri=str(name).startswith("file:"))) as file:
        seen = None
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                version = file.execute("PRAGMA data_version").fetchone()[0]
            except sqlite3.OperationalError as error:
                log.warning("database_file_away", error=str(error), at=time.time())
                continue
            if version != seen:
                seen = version
                missed()
