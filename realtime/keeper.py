"""Keeps what each caller hears true: reads rights in batches, applies them to the hub, closes what ended."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.utils import timezone

from realtime import access, callers
from realtime.access import Rights, Seat, Tail
from realtime.connection import TRY_AGAIN, Connection
from realtime.hub import Caller, Stream
from workspaces.models import ChannelMember

if TYPE_CHECKING:
    from realtime.gateway import Gateway

log = structlog.get_logger(__name__)

BATCH = 500
# Who got a right longer ago than this has had all that our delivery may lag behind.
RECENT = timedelta(minutes=1)
RETRY_SECONDS = 1.0


@dataclass(slots=True)
class Question:
    """What to read: callers with the seats they have (None: they have just come), workspaces, and what is known here."""

    known: dict[str, dict[str, Seat] | None]
    coming: set[str]
    reload: set[str]
    open: dict[str, dict[str, datetime]]
    streams: set[str]


@dataclass(slots=True)
class Answer:
    rights: dict[str, Rights] = field(default_factory=dict)
    open: dict[str, dict[str, Tail]] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    # Restricted channels that were open before: workspace → channel → caller → seat.
    kept: dict[str, dict[str, dict[str, Seat]]] = field(default_factory=dict)
    # (stream, since) → the number after which all happened since.
    starts: dict[tuple[str, datetime], int] = field(default_factory=dict)


def read(question: Question) -> Answer:
    """Answer from the database: the same number of queries for one caller and for many."""
    answer = Answer()
    by_kind: dict[str, list[str]] = {"user": [], "guest": []}
    for key in question.known:
        kind, _, pk = key.partition(":")
        by_kind[kind].append(pk)
    if by_kind["user"]:
        users = access.rights_of_users([int(pk) for pk in by_kind["user"]])
        answer.rights |= {f"user:{pk}": rights for pk, rights in users.items()}
    if by_kind["guest"]:
        guests = access.rights_of_guests(by_kind["guest"])
        answer.rights |= {f"guest:{pk}": rights for pk, rights in guests.items()}
    here = {workspace_id for rights in answer.rights.values() for workspace_id in rights.workspaces}
    answer.open = access.open_channels((here - question.open.keys()) | question.reload)
    _read_kept(question, answer)
    new = {stream_id for rights in answer.rights.values() for stream_id in (*rights.workspaces, *rights.conversations)}
    answer.last = access.last_events(new - question.streams)
    _read_starts(question, answer)
    return answer


def _read_kept(question: Question, answer: Answer) -> None:
    for workspace_id in question.reload:
        closed = question.open.get(workspace_id, {}).keys() - answer.open[workspace_id].keys()
        kept: dict[str, dict[str, Seat]] = {channel_id: {} for channel_id in closed}
        joined = ChannelMember.objects.filter(channel_id__in=closed) if closed else ChannelMember.objects.none()
        channel_id: Any
        for channel_id, user_id, language, since in joined.values_list(
            "channel_id", "member__user_id", "member__language", "joined_at"
        ):
            kept[channel_id][f"user:{user_id}"] = Seat(language, since, workspace_id)
        answer.kept[workspace_id] = kept


def _read_starts(question: Question, answer: Answer) -> None:
    """Where to start for who got a right while connected, or just before: never with what happened earlier."""
    wanted: dict[datetime, set[str]] = {}
    recent = timezone.now() - RECENT
    for key, rights in answer.rights.items():
        known = question.known[key]
        for stream_id, seat in {**rights.workspaces, **rights.conversations}.items():
            is_gained = known is not None and (stream_id not in known or known[stream_id].since != seat.since)
            if is_gained or (key in question.coming and seat.since >= recent):
                for each, since in _with_open_channels(stream_id, seat, question, answer):
                    wanted.setdefault(since, set()).add(each)
    for workspace_id, channels in answer.open.items():
        opened = channels.keys() - question.open.get(workspace_id, channels).keys()
        for channel_id in opened:
            wanted.setdefault(channels[channel_id].since, set()).add(channel_id)
    for since, stream_ids in wanted.items():
        found = access.starts(dict.fromkeys(stream_ids, since))
        answer.starts |= {(stream_id, since): start for stream_id, start in found.items()}


def _with_open_channels(
    stream_id: str, seat: Seat, question: Question, answer: Answer
) -> Iterable[tuple[str, datetime]]:
    yield stream_id, seat.since
    if stream_id in answer.open:
        for channel_id, tail in answer.open[stream_id].items():
            yield channel_id, max(seat.since, tail.since)
    else:
        for channel_id, since in question.open.get(stream_id, {}).items():
            yield channel_id, max(seat.since, since)


class Keeper:
    """One at a time it reads and applies, so that the last read always wins."""

    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self._hub = gateway.hub
        self._callers: dict[str, None] = {}
        self._workspaces: set[str] = set()
        self._coming: dict[Connection, asyncio.Future[None]] = {}
        self._wake = asyncio.Event()

    # ── What to look at ──

    def admit(self, connection: Connection) -> asyncio.Future[None]:
        """Done when ``connection`` hears what it may and was greeted, or was closed because that failed."""
        connection.caller.pending.add(connection)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._coming[connection] = done
        self.look_at(connection.caller.key)
        return done

    def withdraw(self, connection: Connection) -> None:
        """The client left; nothing waits for its greeting."""
        done = self._coming.pop(connection, None)
        if done is not None:
            done.cancel()

    def look_at(self, key: str) -> None:
        """Read again what the caller hears."""
        if key in self._hub.callers:
            self._callers[key] = None
            self._wake.set()

    def look_at_workspace(self, workspace_id: str) -> None:
        """Read again which channels the whole workspace hears."""
        if workspace_id in self._hub.open:
            self._workspaces.add(workspace_id)
            self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            keys = list(self._callers)[:BATCH]
            reload, self._workspaces = self._workspaces & self._hub.open.keys(), set()
            for key in keys:
                del self._callers[key]
            if self._callers:
                self._wake.set()
            await self._settle(keys, reload)

    async def _settle(self, keys: list[str], reload: set[str]) -> None:
        """Read and apply. A batch that fails is tried again in halves, so that only what is at fault goes without."""
        try:
            await self._read_and_apply(keys, reload)
        except Exception:
            if len(keys) > 1:
                half = len(keys) // 2
                await self._settle(keys[:half], set())
                await self._settle(keys[half:], reload)
            elif keys and reload:
                await self._settle(keys, set())
                await self._settle([], reload)
            elif len(reload) > 1:
                for workspace_id in reload:
                    await self._settle([], {workspace_id})
            else:
                log.exception("rights_failed", callers=keys, workspaces=list(reload))
                for key in keys:
                    self._give_up(key)
                for workspace_id in reload:
                    self._retry(workspace_id)

    async def _read_and_apply(self, keys: list[str], reload: set[str]) -> None:
        asked = set(keys)
        coming = [one for one in self._coming if one.caller.key in asked]
        question = self._question(keys, coming, reload)
        answer = await self._gateway.rights_database.patiently(read, question)
        if self._is_overtaken(answer):
            self._callers |= dict.fromkeys(keys)
            self._workspaces |= reload
            self._wake.set()
        else:
            self._apply(question, answer, coming)

    def _give_up(self, key: str) -> None:
        """What the caller may hear is not known: its sockets close, and may try again."""
        caller = self._hub.callers.get(key)
        for socket in () if caller is None else [*caller.sockets, *caller.pending]:
            self._refuse(socket)

    def _refuse(self, connection: Connection) -> None:
        connection.close(TRY_AGAIN, "Try again.")
        done = self._coming.pop(connection, None)
        if done is not None and not done.done():
            done.set_result(None)

    def _retry(self, workspace_id: str) -> None:
        asyncio.get_running_loop().call_later(RETRY_SECONDS, self.look_at_workspace, workspace_id)

    def _question(self, keys: list[str], coming: list[Connection], reload: set[str]) -> Question:
        known: dict[str, dict[str, Seat] | None] = {}
        for key in keys:
            caller = self._hub.callers.get(key)
            if caller is not None:
                known[key] = None if caller.rights is None else caller.seats
        return Question(
            known=known,
            coming={one.caller.key for one in coming},
            reload=reload,
            open={pk: dict(channels) for pk, channels in self._hub.open.items()},
            streams=set(self._hub.streams),
        )

    def _is_overtaken(self, answer: Answer) -> bool:
        """Whether something that was known here when the question was asked has gone since."""
        for rights in answer.rights.values():
            if any(pk not in self._hub.open and pk not in answer.open for pk in rights.workspaces):
                return True
            for stream_id in (*rights.workspaces, *rights.conversations):
                if stream_id not in self._hub.streams and stream_id not in answer.last:
                    return True
        return False

    # ── What follows ──

    def _apply(self, question: Question, answer: Answer, coming: list[Connection]) -> None:
        late: dict[Connection, dict[str, int]] = {}
        for key, known in question.known.items():
            caller = self._hub.callers.get(key)
            if caller is None:
                continue
            rights = answer.rights.get(key) or Rights(caller.language, caller.about)
            try:
                self._seat(caller, rights, answer)
                if known is not None:
                    self._start_gained(caller, known, answer, late)
            except Exception:
                log.exception("rights_failed", callers=[key])
                self._give_up(key)
        for workspace_id, channels in answer.open.items():
            try:
                self._apply_open(workspace_id, channels, answer, late)
            except Exception:
                log.exception("rights_failed", workspaces=[workspace_id])
                self._retry(workspace_id)
        for connection in coming:
            self._settle_one(connection, answer)
        for connection, cursors in late.items():
            self._gateway.catch_up(connection, cursors)

    def _settle_one(self, connection: Connection, answer: Answer) -> None:
        """Greet, and let whoever waits for that go on, whatever happens to this one socket."""
        done = self._coming.pop(connection, None)
        if done is None or done.done():
            return
        try:
            if not connection.closed:
                self._greet(connection, answer)
        except Exception:
            log.exception("greeting_failed", caller=connection.caller.key)
            connection.close(TRY_AGAIN, "Try again.")
        finally:
            done.set_result(None)

    def _seat(self, caller: Caller, rights: Rights, answer: Answer) -> None:
        old = caller.seats
        caller.rights, caller.language, caller.about = rights, rights.language, rights.about
        for stream_id, seat in caller.seats.items():
            before = old.get(stream_id)
            is_open = stream_id in self._hub.open.get(seat.workspace_id or "", ())
            if not is_open:
                last = answer.last.get(stream_id, 0)
                self._hub.seat(caller, stream_id, seat, last, is_workspace=stream_id in rights.workspaces)
                if before is not None and before.language != seat.language:
                    self._hub.unseat(caller, stream_id, before)
        for stream_id, seat in old.items():
            if stream_id not in caller.seats:
                self._hub.unseat(caller, stream_id, seat)

    def _start_gained(
        self,
        caller: Caller,
        known: Mapping[str, Seat],
        answer: Answer,
        late: dict[Connection, dict[str, int]],
    ) -> None:
        for stream, since in self._streams_since(caller):
            anchor = stream.id if stream.id in caller.seats else stream.workspace_id
            before = known.get(anchor or "")
            if before is not None and before.since == caller.seats[anchor or ""].since:
                continue
            start = answer.starts.get((stream.id, since))
            if start is None:
                continue
            for socket in caller.sockets:
                self._start(socket, stream, start, late)

    def _start(self, socket: Connection, stream: Stream, start: int, late: dict[Connection, dict[str, int]]) -> None:
        """``socket`` hears ``stream`` from after ``start`` on: it waits for that number, or is told what it missed."""
        if start < stream.position:
            stream.hold(socket, None)
            late.setdefault(socket, {})[stream.id] = start
        elif start > stream.position:
            stream.hold(socket, start)

    def _streams_since(self, caller: Caller) -> Iterable[tuple[Stream, datetime]]:
        for stream_id, seat in caller.seats.items():
            stream = self._hub.streams.get(stream_id)
            if stream is not None and stream_id not in self._hub.open.get(seat.workspace_id or "", ()):
                yield stream, seat.since
            for channel_id, since in self._hub.open.get(stream_id, {}).items():
                yield self._hub.streams[channel_id], max(seat.since, since)

    def _apply_open(
        self, workspace_id: str, channels: dict[str, Tail], answer: Answer, late: dict[Connection, dict[str, int]]
    ) -> None:
        if workspace_id not in self._hub.streams:
            return  # all of its people have gone meanwhile
        is_new = workspace_id not in self._hub.open
        known = self._hub.open.setdefault(workspace_id, {})
        for channel_id in known.keys() - channels.keys():
            if channel_id in answer.kept.get(workspace_id, {}):
                self._hub.close_channel(workspace_id, channel_id, answer.kept[workspace_id][channel_id])
        for channel_id, tail in channels.items():
            if channel_id in known:
                continue
            start = tail.last_event if is_new else answer.starts.get((channel_id, tail.since), tail.last_event)
            for socket in self._hub.open_channel(workspace_id, channel_id, tail.since, start):
                self._start(socket, self._hub.streams[channel_id], start, late)  # type: ignore[arg-type]
            self._gateway.courier.look_at(channel_id)

    def _greet(self, connection: Connection, answer: Answer) -> None:
        caller = connection.caller
        self._hub.enter(connection)
        cursors: dict[str, int] = {}
        for stream, since in self._streams_since(caller):
            start = answer.starts.get((stream.id, since))
            if start is not None and start > stream.position:
                stream.hold(connection, start)
            cursors[stream.id] = stream.cursor_of(connection)
        self._gateway.greet(connection, cursors)

    # ── What ends ──

    async def check_credentials(self, connections: Iterable[Connection]) -> None:
        """Close the sockets whose credentials opened them once and do no more."""
        sockets = list(connections)
        for begin in range(0, len(sockets), 5 * BATCH):
            some = sockets[begin : begin + 5 * BATCH]
            over: dict[Any, int] = await self._gateway.rights_database(
                callers.ended, {socket.credential for socket in some}
            )
            for socket in some:
                if socket.credential in over:
                    code = over[socket.credential]
                    socket.close(code, callers.REASONS[code])

    async def check_marks(self) -> None:
        """Find rights that changed without a word."""
        known = {
            caller.user_id: caller
            for caller in self._hub.callers.values()
            if caller.user_id is not None and caller.rights is not None
        }
        ids = list(known)
        for begin in range(0, len(ids), 2 * BATCH):
            some = ids[begin : begin + 2 * BATCH]
            marks = await self._gateway.rights_database(access.marks_of_users, some)
            for user_id in some:
                rights = known[user_id].rights
                if rights is not None and marks.get(user_id) != (rights.language, rights.mark):
                    self.look_at(known[user_id].key)
