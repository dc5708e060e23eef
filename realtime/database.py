"""The database from the event loop.

A few threads, each with a connection of its own that is replaced when it breaks.
"""

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
    """Runs functions that use the ORM in its own threads."""

    def __init__(self, name: str, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def __call__(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what ``call`` returns.

        Raises what it raises; after BROKEN the next call has a new connection.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(_run, call, *args, **kwargs))

    async def patiently(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Like calling, but retry while the database is unavailable, however long."""
        wait = 0.05
        while True:
            try:
                return await self(call, *args, **kwargs)
            except BROKEN as error:
                log.warning("database_unavailable", error=str(error).splitlines()[0], seconds=wait)
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
