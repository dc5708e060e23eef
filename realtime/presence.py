"""Track which users have a socket in this process.

Stored for push, and shown to those who share a small workspace.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Collection

from accounts import presence
from realtime import ephemeral
from realtime.connection import Connection
from realtime.database import Database
from realtime.hub import Hub
from rosetta.pubsub import PresenceChanged
from workspaces.models import Member

TICK_SECONDS = 1.0
# A user who comes back within this time (a reload, a tunnel, a gateway that restarts) does not go offline.
GRACE_SECONDS = 5.0
# Not shown in larger workspaces: signals would number its members squared when many come online at once.
LARGEST_WORKSPACE = 200


def read_small_workspaces(user_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the workspaces in which the presence of each of ``user_ids`` is shown."""
    by_user: dict[int, list[str]] = defaultdict(list)
    members = Member.objects.filter(user_id__in=user_ids, workspace__member_count__lte=LARGEST_WORKSPACE)
    for user_id, workspace_id in members.values_list("user_id", "workspace_id"):
        by_user[user_id].append(str(workspace_id))
    return by_user


def read_online_members(workspace_ids: Collection[str]) -> dict[str, set[int]]:
    """Return who is online in each of the workspaces; large ones are left out."""
    by_workspace: dict[str, set[int]] = defaultdict(set)
    members = Member.objects.filter(workspace_id__in=workspace_ids, workspace__member_count__lte=LARGEST_WORKSPACE)
    rows = list(members.values_list("workspace_id", "user_id"))
    online = presence.online({user_id for _, user_id in rows})
    for workspace_id, user_id in rows:
        if user_id in online:
            by_workspace[str(workspace_id)].add(user_id)
    return by_workspace


class PresenceTracker:
    """Compares, every second, who has sockets here with what is stored.

    A user is online from their first greeted socket on, and goes offline GRACE_SECONDS after the last one is gone,
    unless another process has one. ``show`` is called with what changed.
    """

    def __init__(
        self, hub: Hub, database: Database, *, process_id: str, show: Callable[[PresenceChanged], None]
    ) -> None:
        self._hub = hub
        self._database = database
        self._process_id = process_id
        self._show = show
        # Users who are stored as present in this process.
        self._stored: set[int] = set()
        # When the last socket of somebody stored was gone.
        self._gone_since: dict[int, float] = {}
        # Greeted sockets that do not know yet who is online.
        self._newcomers: set[Connection] = set()
        self._next_beat = 0.0

    def greeted(self, connection: Connection) -> None:
        """Show the socket, with the next tick, who is online."""
        if connection.caller.user_id is not None:
            self._newcomers.add(connection)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await self.tick(time.monotonic())

    async def tick(self, now: float) -> None:
        """Store and show what has changed by ``now``, on the monotonic clock."""
        # Before they are stored themselves, because two who come at once would see each other twice.
        await self._greet_newcomers()
        present = {
            caller.user_id for caller in self._hub.callers.values() if caller.user_id is not None and caller.sockets
        }
        came = present - self._stored
        for user_id in self._stored - present:
            self._gone_since.setdefault(user_id, now)
        self._gone_since = {pk: since for pk, since in self._gone_since.items() if pk not in present}
        left = {pk for pk, since in self._gone_since.items() if now - since >= GRACE_SECONDS}
        is_beat_due = bool(self._stored) and now >= self._next_beat
        if came or left or is_beat_due:
            await self._store(came, left, now)

    async def _store(self, came: set[int], left: set[int], now: float) -> None:
        online, offline = await self._database(presence.note, process_id=self._process_id, came=came, left=left)
        self._stored = (self._stored | came) - left
        for user_id in left:
            self._gone_since.pop(user_id, None)
        if now >= self._next_beat:
            self._next_beat = now + presence.BEAT_SECONDS
            await self._database(presence.forget_dead)
        if online or offline:
            workspaces = await self._database(read_small_workspaces, online | offline)
            for user_id, workspace_ids in workspaces.items():
                status = ephemeral.ONLINE if user_id in online else ephemeral.OFFLINE
                self._show(PresenceChanged(user_id, status, workspace_ids, self._process_id))

    async def _greet_newcomers(self) -> None:
        newcomers = {socket for socket in self._newcomers if not socket.closed}
        workspace_ids = {pk for socket in newcomers for pk in _workspaces_of(socket)}
        online = await self._database(read_online_members, workspace_ids) if workspace_ids else {}
        for socket in newcomers:
            seen = {user_id for pk in _workspaces_of(socket) for user_id in online.get(pk, ())}
            for user_id in sorted(seen - {socket.caller.user_id}):
                socket.push(ephemeral.presence_frame(user_id, ephemeral.ONLINE))
        # Only now, so that a database that fails delays this to the next tick.
        self._newcomers = {socket for socket in self._newcomers - newcomers if not socket.closed}

    def end(self) -> None:
        """Remove this process from what is stored.

        Call it in a thread that may use the database.
        """
        presence.end(self._process_id)


def _workspaces_of(socket: Connection) -> Collection[str]:
    subscriptions = socket.caller.subscriptions
    return () if subscriptions is None else subscriptions.workspaces
