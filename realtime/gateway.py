"""The WebSocket gateway: a plain ASGI application.

One process serves many sockets; any number of processes may run.

`Gateway` is the composition root: it makes the parts, passes to each what it uses, and routes between them. No part
knows the gateway.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from contextlib import suppress
from typing import Any

import structlog
from django.conf import settings

from realtime import authentication, ephemeral
from realtime.authentication import Credential, Identity, NotAuthenticated
from realtime.connection import Connection
from realtime.credential_watch import CredentialWatch
from realtime.database import BROKEN, Database
from realtime.dispatcher import EventDispatcher
from realtime.hub import Hub
from realtime.metrics import metrics
from realtime.presence import PresenceTracker
from realtime.protocol import (
    CLOSE_REASONS,
    CONVERSATION_ID,
    HEARTBEAT_SECONDS,
    PATH,
    POLICY_VIOLATION,
    SUBPROTOCOL,
    TOO_MANY_SOCKETS,
    TRY_AGAIN,
    ClientFrame,
    HelloFrame,
    unknown_conversation,
)
from realtime.pubsub import InProcessPubSub, PubSub, RedisPubSub
from realtime.replay_session import Replayer
from realtime.subscription_sync import SubscriptionSync
from realtime.tail import Tail
from realtime.wire import text_frame
from rosetta.access_changes import Kind
from rosetta.ids import new_ulid
from rosetta.models import AccessChange
from rosetta.pubsub import (
    AccessAdvanced,
    AccessChanged,
    CredentialEnded,
    DraftChanged,
    Message,
    PresenceChanged,
    ReadMoved,
    SidebarChanged,
    StreamAdvanced,
    Typing,
)
from workspaces.models import Event

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Part = Callable[[], Coroutine[Any, Any, None]]

# How often what is new is read, in case nothing announced it.
FOLLOW_SECONDS = 0.9
# Everything is compared with the database once in this time, SHARD callers or streams at a time.
RECONCILE_SECONDS = 60.0
SHARD = 500


class Gateway:
    """Everything that one process knows about sockets.

    It starts with the server, or with the first socket.
    """

    def __init__(self) -> None:
        self._process_id = new_ulid()
        self._metrics = metrics()
        # Separate threads, so that many who reconnect at once do not delay live events.
        self._dispatch_database = Database("dispatch", 1)
        self._access_database = Database("access", 2)
        self._replay_database = Database("replay", 2)
        self._running: list[asyncio.Task[Any]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._follow_wake = asyncio.Event()
        self._pubsub: PubSub = RedisPubSub(settings.REDIS_URL) if settings.REDIS_URL else InProcessPubSub()
        self._hub = Hub()
        self._credentials = CredentialWatch(self._access_database)
        self._replayer = Replayer(self._hub, self._replay_database, spawn=self._spawn)
        self._presence = PresenceTracker(
            self._hub, self._access_database, process_id=self._process_id, show=self._show_presence
        )
        self._dispatcher = EventDispatcher(
            self._hub,
            self._dispatch_database,
            self._access_database,
            self._metrics,
            on_access_change=self._access_changed,
        )
        self._sync = SubscriptionSync(
            self._hub,
            self._access_database,
            send_hello=self._send_hello,
            catch_up=self._catch_up,
            schedule_stream=self._dispatcher.schedule,
        )
        self._access_tail = Tail(AccessChange, ("kind", "subject"), self._access_database, on_row=self._access_row)
        self._event_tail = Tail(Event, ("stream_id", "seq"), self._access_database, on_row=self._dispatcher.note)

    # ── Life ──

    def start(self) -> None:
        """Start the parts on the running event loop. Idempotent."""
        if self._running:
            return
        parts: list[Part] = [
            self._sync.run,
            self._dispatcher.run,
            self._run_pubsub,
            self._follow,
            self._reconcile,
            self._credentials.run,
            self._presence.run,
        ]
        loop = asyncio.get_running_loop()
        self._running = [loop.create_task(_run_for_ever(part)) for part in parts]

    async def stop(self) -> None:
        """Stop all parts, and remove this process from what is stored of presence."""
        tasks = [*self._running, *self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running = []
        with suppress(Exception):
            await self._pubsub.close()
        with suppress(Exception):
            await self._access_database(self._presence.end)
        for database in (self._dispatch_database, self._access_database, self._replay_database):
            database.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run ``work`` in the background; an exception in it is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finish)
        return task

    def _finish(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("realtime_task_failed", exc_info=error)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            self.start()
            await self._serve(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    # ── A socket ──

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        headers = headers_of(scope)
        if scope["path"].rstrip("/") != PATH or authentication.is_foreign_origin(headers.get("origin")):
            # Before the accept, so that the server answers 403.
            await is_sent(send, {"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        offered = list(scope.get("subprotocols", ()))
        identity, code = await self._authenticate(headers, offered)
        accept = {"type": "websocket.accept", "subprotocol": SUBPROTOCOL if SUBPROTOCOL in offered else None}
        del headers, offered  # because this frame lasts as long as the socket
        if not await is_sent(send, accept):
            return
        if identity is not None and self._hub.sockets_of(identity.key) >= settings.SOCKETS_PER_CALLER:
            # Counted here, where nothing is awaited until the socket is one of them.
            identity, code = None, TOO_MANY_SOCKETS
        if identity is None:
            await is_sent(send, {"type": "websocket.close", "code": code, "reason": CLOSE_REASONS[code]})
        else:
            await self._run_connection(identity, receive, send)

    async def _authenticate(self, headers: Mapping[str, str], offered: list[str]) -> tuple[Identity | None, int]:
        """Return who opens the socket, or None and the code to close it with."""
        try:
            try:
                return await self._access_database(authentication.authenticate, headers, offered), 0
            except BROKEN:
                # The database may have restarted, so that this was a connection from before.
                await asyncio.sleep(0.1)
                return await self._access_database(authentication.authenticate, headers, offered), 0
        except NotAuthenticated as refusal:
            return None, refusal.code
        except BROKEN:
            return None, TRY_AGAIN

    async def _run_connection(self, identity: Identity, receive: Receive, send: Send) -> None:
        connection = self._connect(identity, send)
        first: asyncio.Future[Any] = asyncio.ensure_future(receive())
        try:
            # Messages about the caller are handled from here on, and its access is read after that.
            admitted = self._sync.admit(connection)
            # Receive meanwhile, so that a client that leaves before its hello is not waited for.
            await asyncio.wait({admitted, first}, return_when=asyncio.FIRST_COMPLETED)
            if not first.done() or first.result()["type"] != "websocket.disconnect":
                await admitted
            message = await first
            while message["type"] != "websocket.disconnect":
                connection.receive(message)
                message = await receive()
        finally:
            first.cancel()
            self._disconnect(connection)

    def _connect(self, identity: Identity, send: Send) -> Connection:
        connection = Connection(
            self._hub.caller(identity.key, identity.user_id, identity.guest_id),
            identity.credential,
            send,
            on_frame=self._handle_frame,
            on_too_slow=self._metrics.too_slow.inc,
            spawn=self._spawn,
        )
        self._credentials.add(connection)
        self._metrics.sockets.inc()
        return connection

    def _disconnect(self, connection: Connection) -> None:
        self._metrics.sockets.dec()
        connection.closed = True
        connection.stop()
        self._sync.withdraw(connection)
        self._hub.remove(connection)
        self._credentials.remove(connection)

    def _send_hello(self, connection: Connection, cursors: dict[str, int]) -> None:
        hello: HelloFrame = {"type": "hello", "heartbeat_seconds": HEARTBEAT_SECONDS, "cursors": cursors}
        connection.push(text_frame(hello))
        self._presence.greeted(connection)

    def _catch_up(self, connection: Connection, cursors: Mapping[str, int]) -> None:
        self._replayer.start(connection, cursors, announced=False)

    # ── Frames of clients ──

    def _handle_frame(self, connection: Connection, frame: ClientFrame) -> None:
        if frame["type"] == "resume":
            self._replayer.start(connection, frame["cursors"], announced=True)
        elif frame["type"] == "typing":
            self._handle_typing(connection, frame["conversation_id"])

    def _handle_typing(self, connection: Connection, conversation_id: str) -> None:
        """Show the others that the caller types.

        Raises BadFrame for a conversation that it does not receive.
        """
        caller = connection.caller
        subscribed = self._hub.subscription_of(caller, conversation_id)
        if subscribed is None or subscribed[0].id_name != CONVERSATION_ID:
            raise unknown_conversation()
        if caller.subscriptions is not None and conversation_id in caller.subscriptions.muted_outbound:
            return
        if ephemeral.may_show_typing(caller, conversation_id):
            typing = Typing(conversation_id, caller.key, caller.profile, self._process_id)
            self._show_typing(typing)
            self._spawn(self._pubsub.publish(typing))

    # ── Messages of other processes ──

    async def _run_pubsub(self) -> None:
        await self._pubsub.run(self.on_message, self._follow_wake.set)

    def on_message(self, message: Message) -> None:
        """Handle a pub/sub message.

        Never raises, so that one that fails does not affect the next.
        """
        try:
            self._handle_message(message)
        except Exception:
            log.exception("message_failed", message=repr(message)[:200])

    def _handle_message(self, message: Message) -> None:
        match message:
            case StreamAdvanced(stream_id):
                self._dispatcher.schedule(stream_id)
            case AccessAdvanced():
                self._follow_wake.set()
            case AccessChanged():
                self._access_changed(message)
            case CredentialEnded(kind, pk):
                self._credentials.schedule_credential(Credential(kind, pk))
            case ReadMoved(user_id, conversation_id, last_read_seq):
                ephemeral.show_read(self._hub, user_id, conversation_id, last_read_seq)
            case DraftChanged(user_id, conversation_id, parent_id):
                ephemeral.show_draft(self._hub, user_id, conversation_id, parent_id)
            case SidebarChanged(user_id):
                ephemeral.show_sidebar(self._hub, user_id)
            case Typing() if message.origin != self._process_id:
                self._show_typing(message)
            case PresenceChanged() if message.origin != self._process_id:
                self._show_presence_here(message)

    def _access_changed(self, change: AccessChanged) -> None:
        if change.workspace is not None:
            self._sync.schedule_workspace(change.workspace)
            return
        key = f"user:{change.user}" if change.user is not None else f"guest:{change.guest}"
        self._sync.schedule(key)
        caller = self._hub.callers.get(key)
        if caller is not None:
            self._credentials.schedule(caller.all_sockets())

    def _access_row(self, kind: str, subject: str) -> None:
        match kind:
            case Kind.USER:
                self._access_changed(AccessChanged(user=int(subject)))
            case Kind.GUEST:
                self._access_changed(AccessChanged(guest=subject))
            case Kind.WORKSPACE:
                self._access_changed(AccessChanged(workspace=subject))
            case Kind.MEMBERS:
                for caller in self._hub.callers_in(subject):
                    self._access_changed(AccessChanged(user=caller.user_id, guest=caller.guest_id))
            case Kind.TOKEN | Kind.SESSION:
                self._credentials.schedule_credential(Credential(kind, subject))

    def _show_typing(self, typing: Typing) -> None:
        sender: Any = typing.sender
        ephemeral.show_typing(self._hub, typing.conversation_id, typing.caller_key, sender)

    def _show_presence(self, change: PresenceChanged) -> None:
        self._show_presence_here(change)
        self._spawn(self._pubsub.publish(change))

    def _show_presence_here(self, change: PresenceChanged) -> None:
        ephemeral.show_presence(self._hub, change.user_id, change.status, change.workspace_ids)

    # ── What no message said ──

    async def _follow(self) -> None:
        """Read what is new, once a second or when woken: the same few queries for one socket and for many."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(FOLLOW_SECONDS):
                    await self._follow_wake.wait()
            self._follow_wake.clear()
            if self._credentials.is_idle:
                self._access_tail.pause()
                self._event_tail.pause()
                continue
            self._credentials.schedule_expired(time.time())
            await self._access_tail.read()
            await self._event_tail.read()
            if self._hub.new_streams:
                stream_ids = list(self._hub.new_streams)
                await self._dispatcher.sweep(stream_ids)
                self._hub.new_streams.difference_update(stream_ids)

    async def _reconcile(self) -> None:
        """Compare everybody's access, and every stream, with the database once a minute, a part at a time.

        It finds what was changed in the database directly.
        """
        while True:
            callers, stream_ids = list(self._hub.callers.values()), list(self._hub.streams)
            shards = range(0, max(len(callers), len(stream_ids), 1), SHARD)
            for begin in shards:
                await asyncio.sleep(RECONCILE_SECONDS / len(shards))
                some = callers[begin : begin + SHARD]
                await self._credentials.check([socket for caller in some for socket in caller.sockets])
                await self._sync.compare_fingerprints(some)
                await self._dispatcher.sweep(stream_ids[begin : begin + SHARD])


async def _run_for_ever(part: Part) -> None:
    """Keep ``part`` running: an unavailable database or a fault costs a moment, not the process."""
    while True:
        try:
            await part()
        except BROKEN as error:
            log.warning("database_unavailable", error=str(error).splitlines()[0])
        except Exception:
            log.exception("realtime_part_failed", part=getattr(part, "__qualname__", ""))
        await asyncio.sleep(0.2)


async def is_sent(send: Send, message: MutableMapping[str, Any]) -> bool:
    """Send to a client that is being connected; False when it is gone already."""
    try:
        await send(message)
    except (OSError, RuntimeError):
        return False
    return True


def headers_of(scope: Scope) -> dict[str, str]:
    """Return the request's headers, names in lower case."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
