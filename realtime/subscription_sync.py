"""Keep the hub's in-memory subscriptions in step with what the database allows.

Callers (users and guests) and workspaces are scheduled, read in batches of up to BATCH in a database thread (see
``sync_snapshot``), and applied on the event loop. Only one batch is read at a time, so the last read always wins.

States of a caller's subscription to a stream:

- *unknown*: the caller's first socket is pending and nothing has been read yet.
- *live*: the sockets are in the stream's audience and receive each event as it is dispatched.
- *held*: the socket is skipped up to a number, because it has those events already or may not have them.
- *catching up*: access was granted while the socket was connected, and the stream is past that moment. The socket is
  held while `catch_up` replays what it missed, then live.
- *ended*: the sockets are out of the audience, from the moment the batch is applied.

What triggers a read of a caller: a new socket; a row that says that its access changed (see `rosetta.access_changes`); an
event of a kind that changes access (see `workspaces.streams.kinds`); a fingerprint that differs, or a stream whose row is
missing, compared once a minute. What triggers a read of a workspace's open channels: the same rows and events for the
workspace, and a missing channel. docs/realtime.md lists them with their delays.

Why a read is repeated: the request leaves out what the hub knows already (open channels of workspaces, positions of
streams). If the last subscriber of one of those leaves while the thread reads, the hub forgets it, and the snapshot
cannot be applied without it. Such a batch is *overtaken* and scheduled again.

Failures are isolated: a batch that fails is repeated in halves; a caller that alone cannot be read has its sockets
closed with TRY_AGAIN, because its access is unknown; a workspace is retried after RETRY_SECONDS.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping

import structlog

from realtime import subscriptions
from realtime.connection import Connection
from realtime.database import Database
from realtime.hub import Caller, Hub, Stream
from realtime.protocol import TRY_AGAIN
from realtime.subscriptions import Subscription, Subscriptions
from realtime.sync_snapshot import SyncRequest, SyncSnapshot, is_new_grant, read_snapshot

log = structlog.get_logger(__name__)

BATCH = 500
RETRY_SECONDS = 1.0

# Socket → stream → number after which it is to be replayed.
Late = dict[Connection, dict[str, int]]


class SubscriptionSync:
    """Read and apply the scheduled callers and workspaces.

    ``send_hello`` is called with each admitted socket and its cursors; ``catch_up`` with a socket and the streams that
    are to be replayed to it; ``schedule_stream`` with channels that were opened, which may have new events already.
    """

    def __init__(
        self,
        hub: Hub,
        database: Database,
        *,
        send_hello: Callable[[Connection, dict[str, int]], None],
        catch_up: Callable[[Connection, Mapping[str, int]], None],
        schedule_stream: Callable[[str], None],
    ) -> None:
        self._hub = hub
        self._database = database
        self._send_hello = send_hello
        self._catch_up = catch_up
        self._schedule_stream = schedule_stream
        self._scheduled_callers: dict[str, None] = {}
        self._scheduled_workspaces: set[str] = set()
        # Sockets that wait for their hello, with the future that whoever serves them waits for.
        self._pending: dict[Connection, asyncio.Future[None]] = {}
        self._wake = asyncio.Event()

    # ── Scheduling ──

    def admit(self, connection: Connection) -> "asyncio.Future[None]":
        """Schedule a new socket.

        The future is done once it was greeted, or was closed because that failed.
        """
        connection.caller.pending.add(connection)
        admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending[connection] = admitted
        self.schedule(connection.caller.key)
        return admitted

    def withdraw(self, connection: Connection) -> None:
        """Forget a socket that is gone. Idempotent."""
        admitted = self._pending.pop(connection, None)
        if admitted is not None:
            admitted.cancel()

    def schedule(self, caller_key: str) -> None:
        """Read the caller's subscriptions again soon; ignored when it has no socket here."""
        if caller_key in self._hub.callers:
            self._scheduled_callers[caller_key] = None
            self._wake.set()

    def schedule_workspace(self, workspace_id: str) -> None:
        """Read the workspace's open channels again soon.

        Ignored when nobody here is in it.
        """
        if workspace_id in self._hub.open:
            self._scheduled_workspaces.add(workspace_id)
            self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            keys = list(self._scheduled_callers)[:BATCH]
            reload, self._scheduled_workspaces = self._scheduled_workspaces & self._hub.open.keys(), set()
            for key in keys:
                del self._scheduled_callers[key]
            if self._scheduled_callers:
                self._wake.set()
            await self.sync(keys, reload)

    async def sync(self, keys: list[str], reload: set[str]) -> None:
        """Read and apply these callers and workspaces.

        Isolate what fails by repeating halves of the batch.
        """
        try:
            await self._read_and_apply(keys, reload)
        except Exception:
            if len(keys) > 1:
                half = len(keys) // 2
                await self.sync(keys[:half], set())
                await self.sync(keys[half:], reload)
            elif keys and reload:
                await self.sync(keys, set())
                await self.sync([], reload)
            elif len(reload) > 1:
                for workspace_id in reload:
                    await self.sync([], {workspace_id})
            else:
                log.exception("subscription_sync_failed", callers=keys, workspaces=list(reload))
                for key in keys:
                    self._close_caller(key)
                for workspace_id in reload:
                    self._retry_workspace(workspace_id)

    async def _read_and_apply(self, keys: list[str], reload: set[str]) -> None:
        scheduled = set(keys)
        arriving = [connection for connection in self._pending if connection.caller.key in scheduled]
        request = self._request(keys, arriving, reload)
        snapshot = await self._database.patiently(read_snapshot, request)
        if self._is_overtaken(snapshot):
            self._scheduled_callers |= dict.fromkeys(keys)
            self._scheduled_workspaces |= reload
            self._wake.set()
        else:
            self._apply(request, snapshot, arriving)

    def _request(self, keys: list[str], arriving: list[Connection], reload: set[str]) -> SyncRequest:
        known: dict[str, dict[str, Subscription] | None] = {}
        for key in keys:
            caller = self._hub.callers.get(key)
            if caller is not None:
                known[key] = None if caller.subscriptions is None else caller.by_stream
        return SyncRequest(
            known=known,
            arriving={connection.caller.key for connection in arriving},
            reload=reload,
            open={pk: dict(channels) for pk, channels in self._hub.open.items()},
            streams=set(self._hub.streams),
        )

    def _is_overtaken(self, snapshot: SyncSnapshot) -> bool:
        """Return whether the hub forgot, meanwhile, something that it knew when the request was made."""
        for own in snapshot.subscriptions.values():
            if any(pk not in self._hub.open and pk not in snapshot.open for pk in own.workspaces):
                return True
            for stream_id in own.by_stream():
                if stream_id not in self._hub.streams and stream_id not in snapshot.positions:
                    return True
        return False

    def _apply(self, request: SyncRequest, snapshot: SyncSnapshot, arriving: list[Connection]) -> None:
        late: Late = {}
        for key in request.known:
            self._apply_caller(key, request, snapshot, late)
        for workspace_id in snapshot.open:
            self._apply_workspace(workspace_id, snapshot, late)
        for connection in arriving:
            self._settle(connection, snapshot)
        for connection, cursors in late.items():
            self._catch_up(connection, cursors)

    # ── Callers ──

    def _apply_caller(self, key: str, request: SyncRequest, snapshot: SyncSnapshot, late: Late) -> None:
        caller = self._hub.callers.get(key)
        if caller is None:
            return  # its last socket is gone
        known = request.known[key]
        own = snapshot.subscriptions.get(key) or Subscriptions(caller.reading, caller.profile)
        try:
            self._subscribe(caller, own, snapshot)
            if known is not None:
                self._start_gained(caller, known, snapshot, late)
        except Exception:
            log.exception("subscription_sync_failed", callers=[key])
            self._close_caller(key)

    def _subscribe(self, caller: Caller, own: Subscriptions, snapshot: SyncSnapshot) -> None:
        before = caller.by_stream
        chosen_before = [] if caller.subscriptions is None else list(caller.subscriptions.in_channels)
        caller.subscriptions = own
        current = caller.by_stream
        for stream_id, subscription in current.items():
            if self._hub.is_open(stream_id, subscription.workspace_id):
                continue
            position = snapshot.positions.get(stream_id, 0)
            is_workspace = stream_id in own.workspaces
            self._hub.subscribe(caller, stream_id, subscription, position, is_workspace=is_workspace)
            old = before.get(stream_id)
            if old is not None and old.reading != subscription.reading:
                self._hub.unsubscribe(caller, stream_id, old)
        for stream_id, old in before.items():
            if stream_id not in current:
                self._hub.unsubscribe(caller, stream_id, old)
        self._hub.note_readings(caller, chosen_before)

    def _start_gained(
        self, caller: Caller, known: Mapping[str, Subscription], snapshot: SyncSnapshot, late: Late
    ) -> None:
        """Start the streams that the caller gained while connected, so that nothing is lost and nothing too old is sent."""
        current = caller.by_stream
        for stream, since in self._hub.streams_since(caller):
            # Open channels are gained with their workspace.
            anchor = stream.id if stream.id in current else stream.workspace_id or ""
            if not is_new_grant(known.get(anchor), current[anchor]):
                continue
            start = snapshot.starts.get((stream.id, since))
            if start is not None:
                for socket in caller.sockets:
                    _start(socket, stream, start, late)

    def _close_caller(self, key: str) -> None:
        """Close all sockets of a caller whose access is unknown; they may try again."""
        caller = self._hub.callers.get(key)
        for socket in () if caller is None else caller.all_sockets():
            socket.close(TRY_AGAIN)
            self._resolve(socket)

    # ── Pending sockets ──

    def _settle(self, connection: Connection, snapshot: SyncSnapshot) -> None:
        """Greet a pending socket, and resolve its future whatever happens."""
        if connection not in self._pending:
            return  # gone, or closed already
        try:
            if not connection.closed:
                self._greet(connection, snapshot)
        except Exception:
            log.exception("greeting_failed", caller=connection.caller.key)
            connection.close(TRY_AGAIN)
        finally:
            self._resolve(connection)

    def _greet(self, connection: Connection, snapshot: SyncSnapshot) -> None:
        self._hub.admit(connection)
        cursors: dict[str, int] = {}
        for stream, since in self._hub.streams_since(connection.caller):
            start = snapshot.starts.get((stream.id, since))
            if start is not None and start > stream.position:
                stream.hold(connection, start)
            cursors[stream.id] = stream.cursor_of(connection)
        self._send_hello(connection, cursors)

    def _resolve(self, connection: Connection) -> None:
        admitted = self._pending.pop(connection, None)
        if admitted is not None and not admitted.done():
            admitted.set_result(None)

    # ── Workspaces ──

    def _apply_workspace(self, workspace_id: str, snapshot: SyncSnapshot, late: Late) -> None:
        if workspace_id not in self._hub.streams:
            return  # its last subscriber is gone
        try:
            self._apply_open_channels(workspace_id, snapshot, late)
        except Exception:
            log.exception("subscription_sync_failed", workspaces=[workspace_id])
            self._retry_workspace(workspace_id)

    def _apply_open_channels(self, workspace_id: str, snapshot: SyncSnapshot, late: Late) -> None:
        channels = snapshot.open[workspace_id]
        is_new = workspace_id not in self._hub.open
        known = self._hub.open.setdefault(workspace_id, {})
        remaining = snapshot.remaining.get(workspace_id, {})
        for channel_id in known.keys() - channels.keys():
            if channel_id in remaining:
                self._hub.close_channel(workspace_id, channel_id, remaining[channel_id])
        for channel_id, channel in channels.items():
            if channel_id in known:
                continue
            start = channel.last_event
            if not is_new:
                start = snapshot.starts.get((channel_id, channel.since), start)
            for socket in self._hub.open_channel(workspace_id, channel_id, channel.since, start):
                _start(socket, self._hub.streams[channel_id], start, late)
            self._schedule_stream(channel_id)

    def _retry_workspace(self, workspace_id: str) -> None:
        asyncio.get_running_loop().call_later(RETRY_SECONDS, self.schedule_workspace, workspace_id)

    # ── Reconciliation ──

    async def compare_fingerprints(self, callers: Iterable[Caller]) -> None:
        """Schedule those of ``callers`` whose access changed although nothing said so."""
        by_user = {caller.user_id: caller for caller in callers if caller.user_id is not None and caller.subscriptions}
        fingerprints = await self._database(subscriptions.read_fingerprints, list(by_user))
        for user_id, caller in by_user.items():
            own = caller.subscriptions
            if own is not None and fingerprints.get(user_id) != (own.reading, own.fingerprint):
                log.info("access_differs", caller=caller.key)
                self.schedule(caller.key)


def _start(socket: Connection, stream: Stream, start: int, late: Late) -> None:
    """Let ``socket`` receive ``stream`` from after ``start`` on.

    Hold it up to there, or note what it has missed.
    """
    if start < stream.position:
        stream.hold(socket, None)
        late.setdefault(socket, {})[stream.id] = start
    elif start > stream.position:
        stream.hold(socket, start)
