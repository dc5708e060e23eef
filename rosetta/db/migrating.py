"""Change tables that others use.

Wait briefly for a lock, let the others through, and try again.

Whoever waits for the lock of a whole table keeps everybody waiting who comes after, so one long transaction, such as a backup,
would stop the service for as long as it lasts.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from django.db import OperationalError, connection
from psycopg import errors

log = structlog.get_logger(__name__)

LOCK_SECONDS = 2.0
PAUSE_SECONDS = 3.0
ATTEMPTS = 40


def retry_locks(
    work: Callable[[], object],
    *,
    lock_seconds: float = LOCK_SECONDS,
    pause_seconds: float = PAUSE_SECONDS,
    attempts: int = ATTEMPTS,
) -> None:
    """Call ``work`` until it got its locks, each within ``lock_seconds``, on the default connection.

    ``work`` has to go on where it stopped, as ``migrate`` does. Raises OperationalError when the last attempt got no lock.
    """
    if connection.vendor != "postgresql":
        work()
        return
    for attempt in range(1, attempts + 1):
        try:
            with lock_timeout(lock_seconds):
                work()
            return
        except OperationalError as error:
            if attempt == attempts or not isinstance(
                error.__cause__, (errors.LockNotAvailable, errors.DeadlockDetected)
            ):
                raise
            log.warning("migration_waits", attempt=attempt, error=str(error).splitlines()[0])
        time.sleep(pause_seconds)


@contextmanager
def lock_timeout(seconds: float) -> Iterator[None]:
    """Let statements of the default connection wait so long for a lock.

    0 for as long as it takes. For PostgreSQL.
    """
    with connection.cursor() as cursor:
        before = cursor.execute("SELECT current_setting('lock_timeout')").fetchone()[0]
        cursor.execute(f"SET lock_timeout = {int(1000 * seconds)}")
    try:
        yield
    finally:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])
