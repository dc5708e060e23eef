"""Django's backend for PostgreSQL.

Quick refusals during an outage, and no connection to a server that became a standby.
"""

import threading
import time
from collections import defaultdict
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg import OperationalError

from rosetta.observability import metrics


class Outage:
    """Whether the last thread that waited for a connection got none.

    While that is so, one thread at a time waits and the others fail at once, so that requests do not queue up behind
    an absent server and the first one to get a connection ends the outage.
    """

    def __init__(self) -> None:
        self._is_on = False
        self._trial = threading.Lock()

    def connected(self, connect: Any) -> Any:
        """Return what ``connect()`` returns.

        Raises what it raises, or OperationalError while another thread tries.
        """
        if not self._is_on:
            return self._try(connect)
        if not self._trial.acquire(blocking=False):
            raise OperationalError("the database is unavailable, and another request is trying to reach it")
        try:
            return self._try(connect)
        finally:
            self._trial.release()

    def _try(self, connect: Any) -> Any:
        try:
            connection = connect()
        except OperationalError:  # the pool gave none in time
            self._is_on = True
            raise
        self._is_on = False
        return connection


# By the alias of the database, because a replica may be unavailable alone.
OUTAGES: defaultdict[str, Outage] = defaultdict(Outage)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is only waited for by one thread during an outage, and dropped when its server is a standby."""

    def get_new_connection(self, conn_params: Any) -> Any:
        if not self.pool:
            return super().get_new_connection(conn_params)
        connect = super().get_new_connection
        began = time.perf_counter()
        try:
            return OUTAGES[self.alias].connected(lambda: connect(conn_params))
        except OperationalError:
            metrics.connection_failed()
            raise
        finally:
            metrics.connection_awaited(time.perf_counter() - began)

    def is_usable(self) -> bool:
        """Ask after an error whether the connection works and its server still takes writes.

        Otherwise it is closed for the pool too, which would hand it to the next request. A replica takes none.
        """
        if self.connection is None:
            return False
        try:
            with self.connection.cursor() as cursor:
                row = cursor.execute("SELECT pg_is_in_recovery()").fetchone()
        except self.Database.Error:
            return False
        if row[0] and self.alias == DEFAULT_DB_ALIAS:
            self.connection.close()
            return False
        return True
