"""Close the sockets whose credentials ended.

A new socket's credential is checked once, and again when a row says that it ended, when it expires, and with the
reconciliation.
"""

import asyncio
import heapq
from collections.abc import Iterable

from realtime import authentication
from realtime.authentication import Credential
from realtime.connection import Connection
from realtime.database import Database

BATCH = 2500


class CredentialWatch:
    """The sockets of this process by the credential that opened them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sockets: dict[Credential, set[Connection]] = {}
        self._scheduled: set[Connection] = set()
        self._wake = asyncio.Event()
        # When each credential that expires does, in seconds since 1970; and the same as a heap, with entries that are
        # no longer true among the others.
        self._until: dict[Credential, float] = {}
        self._by_expiry: list[tuple[float, str, str]] = []

    def add(self, connection: Connection) -> None:
        """Watch a new socket, and check it soon, because its credential may have ended since it was read."""
        self._sockets.setdefault(connection.credential, set()).add(connection)
        self.schedule([connection])

    def remove(self, connection: Connection) -> None:
        """Forget a socket that is gone. Idempotent."""
        self._scheduled.discard(connection)
        sockets = self._sockets.get(connection.credential, set())
        sockets.discard(connection)
        if not sockets:
            self._sockets.pop(connection.credential, None)
            self._until.pop(connection.credential, None)

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

    def schedule_expired(self, now: float) -> None:
        """Check soon the credentials that expired by ``now``, in seconds since 1970."""
        while self._by_expiry and self._by_expiry[0][0] <= now:
            until, kind, pk = heapq.heappop(self._by_expiry)
            credential = Credential(kind, pk)
            if self._until.get(credential) == until:
                del self._until[credential]
                self.schedule_credential(credential)

    async def run(self) -> None:
        """Check what is scheduled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            scheduled, self._scheduled = self._scheduled, set()
            try:
                await self.check(scheduled)
            except Exception:
                self.schedule(scheduled - {socket for socket in scheduled if socket.closed})
                raise

    async def check(self, connections: Iterable[Connection]) -> None:
        """Close those of the sockets whose credentials are no longer valid."""
        sockets = list(connections)
        for begin in range(0, len(sockets), BATCH):
            some = sockets[begin : begin + BATCH]
            validity = await self._database(authentication.read_validity, {socket.credential for socket in some})
            for socket in some:
                if (code := validity[socket.credential].code) is not None:
                    socket.close(code)
            for credential, valid in validity.items():
                if valid.until is not None and credential in self._sockets:
                    self._expect(credential, valid.until.timestamp())

    def _expect(self, credential: Credential, until: float) -> None:
        if self._until.get(credential) == until:
            return
        self._until[credential] = until
        heapq.heappush(self._by_expiry, (until, credential.kind, credential.id))
        if len(self._by_expiry) > 2 * len(self._until) + BATCH:
            self._by_expiry = [(until, each.kind, each.id) for each, until in self._until.items()]
            heapq.heapify(self._by_expiry)
