"""Close the sockets whose credentials ended.

At once when a message says so, within a second otherwise.
"""

import asyncio
from collections.abc import Iterable

from realtime import authentication
from realtime.authentication import Credential
from realtime.connection import Connection
from realtime.database import Database

CHECK_SECONDS = 1.0
BATCH = 2500


class CredentialWatch:
    """The sockets of this process by the credential that opened them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sockets: dict[Credential, set[Connection]] = {}
        self._scheduled: set[Connection] = set()
        self._wake = asyncio.Event()

    def add(self, connection: Connection) -> None:
        """Watch a new socket."""
        self._sockets.setdefault(connection.credential, set()).add(connection)

    def remove(self, connection: Connection) -> None:
        """Forget a socket that is gone. Idempotent."""
        self._scheduled.discard(connection)
        sockets = self._sockets.get(connection.credential, set())
        sockets.discard(connection)
        if not sockets:
            self._sockets.pop(connection.credential, None)

    @property
    def is_idle(self) -> bool:
        """Return whether there is no socket to watch."""
        return not self._sockets

    def schedule(self, connections: Iterable[Connection]) -> None:
        """Check soon whether the credentials of these sockets are still valid."""
        self._scheduled.update(connections)
        if self._scheduled:
            self._wake.set()

    def schedule_credential(self, credential: Credential) -> None:
        """Check soon whether ``credential`` is still valid."""
        self.schedule(self._sockets.get(credential, ()))

    async def run(self) -> None:
        """Check what is scheduled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            scheduled, self._scheduled = self._scheduled, set()
            await self.check(scheduled)

    async def check_all(self) -> None:
        """Check every socket."""
        await self.check([socket for sockets in self._sockets.values() for socket in sockets])

    async def check(self, connections: Iterable[Connection]) -> None:
        """Close those of the sockets whose credentials are no longer valid."""
        sockets = list(connections)
        for begin in range(0, len(sockets), BATCH):
            some = sockets[begin : begin + BATCH]
            ended = await self._database(authentication.ended_credentials, {socket.credential for socket in some})
            for socket in some:
                if socket.credential in ended:
                    socket.close(ended[socket.credential])
