"""The roll of who is here: noted for push, told to those who share a small workspace."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from accounts import presence
from realtime import signals
from workspaces.models import Member

if TYPE_CHECKING:
    from realtime.connection import Connection
    from realtime.gateway import Gateway

TICK_SECONDS = 1.0
# Who goes and comes back within this time (a reload, a tunnel, a gateway that restarts) was not away.
GRACE_SECONDS = 5.0
# In larger workspaces nobody is told: it would be their number squared when many come at once.
LARGEST_WORKSPACE = 200


def workspaces_to_tell(user_ids: Collection[int]) -> dict[int, list[str]]:
    """The workspaces in which each of ``user_ids`` is seen to come and go."""
    found: dict[int, list[str]] = defaultdict(list)
    places = Member.objects.filter(user_id__in=user_ids, workspace__member_count__lte=LARGEST_WORKSPACE)
    for user_id, workspace_id in places.values_list("user_id", "workspace_id"):
        found[user_id].append(str(workspace_id))
    return found


def present_in(workspace_ids: Collection[str]) -> dict[str, set[int]]:
    """Who of each small workspace is online."""
    found: dict[str, set[int]] = defaultdict(set)
    places = Member.objects.filter(workspace_id__in=workspace_ids, workspace__member_count__lte=LARGEST_WORKSPACE)
    rows = list(places.values_list("workspace_id", "user_id"))
    online = presence.online({user_id for _, user_id in rows})
    for workspace_id, user_id in rows:
        if user_id in online:
            found[str(workspace_id)].add(user_id)
    return found


class Roll:
    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self._hub = gateway.hub
        self._noted: set[int] = set()
        # When the last socket of somebody noted closed.
        self._gone_since: dict[int, float] = {}
        self._new: set[Connection] = set()
        self._next_beat = 0.0

    def arrived(self, connection: "Connection") -> None:
        """The socket was greeted: it is told who is here."""
        if connection.caller.user_id is not None:
            self._new.add(connection)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await self._tick(time.monotonic())

    async def _tick(self, now: float) -> None:
        new = {socket for socket in self._new if not socket.closed}
        if new:
            await self._tell_newcomers(new)  # before they are noted themselves: two who come at once meet once
        # Only now: after a failure they are told with the next tick.
        self._new = {socket for socket in self._new - new if not socket.closed}
        here = {
            caller.user_id for caller in self._hub.callers.values() if caller.user_id is not None and caller.sockets
        }
        came = here - self._noted
        for user_id in self._noted - here:
            self._gone_since.setdefault(user_id, now)
        self._gone_since = {pk: since for pk, since in self._gone_since.items() if pk not in here}
        left = {pk for pk, since in self._gone_since.items() if now - since >= GRACE_SECONDS}
        is_due = bool(self._noted) and now >= self._next_beat
        if came or left or is_due:
            await self._note(came, left, now)

    async def _note(self, came: set[int], left: set[int], now: float) -> None:
        database = self._gateway.rights_database
        online, offline = await database(presence.note, process_id=self._gateway.process_id, came=came, left=left)
        if now >= self._next_beat:
            self._next_beat = now + presence.BEAT_SECONDS
            await database(presence.forget_dead)
        self._noted = (self._noted | came) - left
        for user_id in left:
            del self._gone_since[user_id]
        if online or offline:
            places = await database(workspaces_to_tell, online | offline)
            for user_id, workspace_ids in places.items():
                status = signals.ONLINE if user_id in online else signals.OFFLINE
                self._gateway.show_presence(user_id, status, workspace_ids)

    async def _tell_newcomers(self, sockets: "Iterable[Connection]") -> None:
        wanted = {pk for socket in sockets for pk in (socket.caller.rights.workspaces if socket.caller.rights else ())}
        present = await self._gateway.rights_database(present_in, wanted) if wanted else {}
        for socket in sockets:
            rights = socket.caller.rights
            seen = {
                pk for workspace_id in (rights.workspaces if rights else ()) for pk in present.get(workspace_id, ())
            }
            for user_id in sorted(seen - {socket.caller.user_id}):
                socket.push(signals.presence(user_id, signals.ONLINE))

    def end(self) -> None:
        """The process stops. Called in a thread that uses the database."""
        presence.end(self._gateway.process_id)
