"""The database from the event loop: in a few threads, each with a connection of its own that mends itself."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connections

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

BROKEN = (OperationalError, InterfaceError)


class Database:
    """Runs functions that use the ORM in threads of its own."""

    def __init__(self, name: str, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def __call__(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What ``call`` returns. Raises what it raises; after a broken connection the next call has a new one."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(_run, call, *args, **kwargs))

    async def patiently(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Like calling, but waits for a database that is away, however long."""
        wait = 0.05
        while True:
            try:
                return await self(call, *args, **kwargs)
            except BROKEN as error:
                log.warning("database_away", error=str(error).splitlines()[0], seconds=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 1.0)

    def close(self) -> None:
        self._threads.submit(connections.close_all)
        self._threads.shutdown(wait=False, cancel_futures=False)


def _run(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        return call(*args, **kwargs)
    except BROKEN:
        close_old_connections()
        raise
