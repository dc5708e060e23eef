"""The WebSocket gateway: a plain ASGI application. One process serves many sockets; any number of processes may run."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any

import orjson
import structlog
from django.conf import settings

from realtime import callers, resuming, signals
from realtime.callers import Credential, Refused, Who
from realtime.connection import HEARTBEAT_SECONDS, TRY_AGAIN, Connection
from realtime.courier import Courier
from realtime.database import BROKEN, Database
from realtime.hub import Hub
from realtime.keeper import Keeper
from realtime.metrics import metrics
from realtime.roll import Roll
from realtime.wire import outgoing
from realtime.words import LocalWords, RedisWords
from rosetta.ids import new_ulid

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/api/v1/realtime"
SUBPROTOCOL = "rosetta.v1"
SWEEP_SECONDS = 1.0


class Gateway:
    """Everything that one process knows of sockets. It starts with the server, or with the first socket."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.metrics = metrics()
        # Apart, so that many who reconnect at once do not keep live events waiting.
        self.database = Database("deliver", 1)
        self.rights_database = Database("rights", 2)
        self.replay_database = Database("replay", 2)
        self.process_id = new_ulid()
        self._by_credential: dict[Credential, set[Connection]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._running: list[asyncio.Task[Any]] = []
        self._to_check: set[Connection] = set()

    # ── Life ──

    def start(self) -> None:
        """Begin to listen for words; again changes nothing."""
        if self._running:
            return
        self.keeper = Keeper(self)
        self.courier = Courier(self)
        self.roll = Roll(self)
        self.words: RedisWords | LocalWords = RedisWords() if settings.REDIS_URL else LocalWords()
        self._check_wake = asyncio.Event()
        self._sweep_wake = asyncio.Event()
        parts: list[Callable[[], Coroutine[Any, Any, None]]] = [
            self.keeper.run,
            self.courier.run,
            lambda: self.words.run(self.heard, self.missed),
            self._sweep,
            self._check_rights,
            self._check_now,
            self.roll.run,
        ]
        self._running = [asyncio.get_running_loop().create_task(_for_ever(part)) for part in parts]

    async def stop(self) -> None:
        tasks = [*self._running, *self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running = []
        with suppress(Exception):
            await self.words.close()
        with suppress(Exception):
            await self.rights_database(self.roll.end)
        for database in (self.database, self.rights_database, self.replay_database):
            database.close()

    def background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run ``work`` beside everything else; a fault in it is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("realtime_task_failed", exc_info=error)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            self.start()
            await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
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
        if scope["path"].rstrip("/") != PATH or callers.is_foreign(headers.get("origin")):
            await is_sent(send, {"type": "websocket.close", "code": 1008})  # before the accept: the server answers 403
            return
        offered = list(scope.get("subprotocols", ()))
        try:
            who: Who | None = await self._identify(headers, offered)
            code = 0
        except Refused as refusal:
            who, code = None, refusal.code
        except BROKEN:
            who, code = None, TRY_AGAIN
        accept = {"type": "websocket.accept", "subprotocol": SUBPROTOCOL if SUBPROTOCOL in offered else None}
        if not await is_sent(send, accept):
            return
        if who is None:
            reason = callers.REASONS.get(code, "Try again.")
            await is_sent(send, {"type": "websocket.close", "code": code, "reason": reason})
            return
        await self._talk(who, receive, send)

    async def _identify(self, headers: Mapping[str, str], offered: list[str]) -> Who:
        try:
            return await self.rights_database(callers.identify, headers, offered)
        except BROKEN:
            # The server may have restarted, and this was the connection from before.
            await asyncio.sleep(0.1)
            return await self.rights_database(callers.identify, headers, offered)

    async def _talk(self, who: Who, receive: Receive, send: Send) -> None:
        caller = self.hub.caller(who.key, who.user_id, who.guest_id)
        connection = Connection(self, caller, who.credential, send)
        self._by_credential.setdefault(who.credential, set()).add(connection)
        self.metrics.sockets.inc()
        first: asyncio.Future[Any] = asyncio.ensure_future(receive())
        try:
            # From here on words about the caller are heard, so what changed since it was identified is looked at again.
            admission = self.keeper.admit(connection)
            # Listened to meanwhile: a client that leaves before its greeting is not waited for.
            await asyncio.wait({admission, first}, return_when=asyncio.FIRST_COMPLETED)
            if not first.done() or first.result()["type"] != "websocket.disconnect":
                await admission
            message = await first
            while message["type"] != "websocket.disconnect":
                connection.hear(message)
                message = await receive()
        finally:
            first.cancel()
            self._part(connection)

    def _part(self, connection: Connection) -> None:
        self.metrics.sockets.dec()
        connection.closed = True
        connection.stop()
        self.keeper.withdraw(connection)
        self.hub.leave(connection)
        self._to_check.discard(connection)
        same = self._by_credential.get(connection.credential, set())
        same.discard(connection)
        if not same:
            self._by_credential.pop(connection.credential, None)

    def greet(self, connection: Connection, cursors: dict[str, int]) -> None:
        hello = {"type": "hello", "heartbeat_seconds": HEARTBEAT_SECONDS, "cursors": cursors}
        connection.push(outgoing(hello))
        self.roll.arrived(connection)

    # ── What clients ask ──

    def resume(self, connection: Connection, cursors: Mapping[str, int]) -> None:
        resuming.start(self, connection, cursors, announced=True)

    def catch_up(self, connection: Connection, cursors: Mapping[str, int]) -> None:
        """Tell a socket what happened in streams that it hears only now."""
        resuming.start(self, connection, cursors, announced=False)

    def typing(self, connection: Connection, conversation_id: str) -> bool:
        """Tell the others that the caller types; False when it is no conversation that it hears."""
        found = self.hub.heard_by(connection.caller, conversation_id)
        if found is None or found[0].kind != "conversation_id":
            return False
        caller = connection.caller
        if caller.rights is not None and conversation_id in caller.rights.unheard:
            return True
        if signals.may_type(connection, conversation_id):
            signals.show_typing(self.hub, conversation_id, caller.key, caller.about)
            self._tell({"typing": [conversation_id, caller.key, caller.about]})
        return True

    def show_presence(self, user_id: int, status: str, workspace_ids: list[str]) -> None:
        """Tell those who share the workspaces that somebody came or went."""
        signals.show_presence(self.hub, user_id, status, workspace_ids)
        self._tell({"presence": [user_id, status, workspace_ids]})

    def _tell(self, signal: dict[str, Any]) -> None:
        """Tell the other processes."""
        signal["from"] = self.process_id
        self.background(self.words.say("signal:" + orjson.dumps(signal).decode()))

    # ── What is heard ──

    def heard(self, word: str) -> None:
        """Take a word from Redis or from this process. Never raises: one bad word costs no other."""
        try:
            self._take(word)
        except Exception:
            log.exception("word_failed", word=word[:200])

    def _take(self, word: str) -> None:
        kind, _, rest = word.partition(":")
        if not rest:
            self.courier.look_at(word)
        elif kind == "who":
            self._heard_who(rest)
        elif kind == "read":
            with suppress(ValueError):
                user_id, conversation_id, seq = rest.split(":")
                signals.show_read(self.hub, int(user_id), conversation_id, int(seq))
        elif kind == "signal":
            with suppress(orjson.JSONDecodeError, KeyError, ValueError, TypeError):
                self._heard_signal(orjson.loads(rest))

    def _heard_who(self, rest: str) -> None:
        kind, _, pk = rest.partition(":")
        if kind == "workspace":
            self.keeper.look_at_workspace(pk)
        elif kind in ("user", "guest"):
            self.keeper.look_at(rest)
            caller = self.hub.callers.get(rest)
            self.check_soon(() if caller is None else [*caller.sockets, *caller.pending])
        else:
            self.check_soon(self._by_credential.get(Credential(kind, pk), ()))

    def _heard_signal(self, signal: dict[str, Any]) -> None:
        if signal["from"] == self.process_id:
            return
        if "typing" in signal:
            signals.show_typing(self.hub, *signal["typing"])
        elif "presence" in signal:
            signals.show_presence(self.hub, *signal["presence"])

    def missed(self) -> None:
        """Words may have been lost: look at everything now."""
        self._sweep_wake.set()

    def check_soon(self, connections: Iterable[Connection]) -> None:
        """See at once whether these sockets' credentials still hold."""
        self._to_check.update(connections)
        if self._to_check:
            self._check_wake.set()

    # ── What is looked at without a word ──

    async def _sweep(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._sweep_wake.wait()
            self._sweep_wake.clear()
            if self.hub.streams:
                await self.courier.sweep()

    async def _check_rights(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            everybody = [socket for group in self._by_credential.values() for socket in group]
            if everybody:
                await self.keeper.check_credentials(everybody)
                await self.keeper.check_marks()

    async def _check_now(self) -> None:
        while True:
            await self._check_wake.wait()
            self._check_wake.clear()
            some, self._to_check = self._to_check, set()
            await self.keeper.check_credentials(some)


async def _for_ever(part: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Keep ``part`` running: a database that is away, or a fault of ours, costs a moment and not the process."""
    while True:
        try:
            await part()
        except BROKEN as error:
            log.warning("database_away", error=str(error).splitlines()[0])
        except Exception:
            log.exception("realtime_part_failed", part=getattr(part, "__qualname__", ""))
        await asyncio.sleep(0.2)


async def is_sent(send: Send, message: MutableMapping[str, Any]) -> bool:
    """Send to a client that is being let in; False when it is gone already."""
    try:
        await send(message)
    except (OSError, RuntimeError):
        return False
    return True


def headers_of(scope: Scope) -> dict[str, str]:
    """The request's headers, names in lower case."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
