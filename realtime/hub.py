"""Who listens to what in this process, and how an event reaches them. All of it lives on the event loop's thread."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from realtime.access import Rights, Seat
from realtime.render import CONVERSATION, WORKSPACE, Frame
from realtime.wire import Outgoing
from rosetta import languages


class Socket(Protocol):
    """What the hub needs of a connection. ``marked`` are the streams in which it is an exception."""

    caller: "Caller"
    marked: "set[Stream]"

    def push(self, frame: Outgoing) -> None: ...


class Audience:
    """Sockets by the language they read. The open channels of a workspace share its own."""

    __slots__ = ("groups",)

    def __init__(self) -> None:
        self.groups: dict[str, set[Any]] = {}

    def add(self, language: str, sockets: Iterable[Socket]) -> None:
        self.groups.setdefault(language, set()).update(sockets)

    def remove(self, language: str, sockets: Iterable[Socket]) -> None:
        group = self.groups.get(language, set())
        group.difference_update(sockets)
        if not group:
            self.groups.pop(language, None)

    def sockets(self) -> Iterable[Any]:
        return (socket for group in self.groups.values() for socket in group)

    def __contains__(self, socket: Socket) -> bool:
        return any(socket in group for group in self.groups.values())


class Stream:
    """A stream that somebody here listens to. ``position`` is the number up to which it was delivered."""

    __slots__ = ("_all", "_told", "audience", "held", "id", "kind", "position", "shown", "workspace_id")

    def __init__(self, pk: str, kind: str, workspace_id: str | None, position: int, audience: Audience) -> None:
        self.id = pk
        self.kind = kind
        self.workspace_id = workspace_id
        self.position = position
        self.audience = audience
        # The last number that concerned everybody, and each language alone.
        self._all = position
        self._told: dict[str, int] = {}
        # Sockets that do not hear everything just now: those that replay (None), or that have it up to a number already.
        self.held: dict[Any, int | None] = {}
        # Sockets that alone were shown a later number than their language was.
        self.shown: dict[Any, int] = {}

    def deliver(self, frame: Frame, callers: "dict[str, Caller]") -> None:
        """Push the event to all it concerns: a copy of one string, but for the few that need their own."""
        if frame.user_id is not None:
            self._deliver_alone(frame, callers.get(f"user:{frame.user_id}"))
        else:
            for language, group in self.audience.groups.items():
                tail = frame.tail(language)
                if tail is None:
                    continue
                prev = self._prev(language)
                text = Outgoing(f"{frame.head}{prev}{tail}")
                if self.held or self.shown or not frame.is_same_for_all:
                    self._deliver_with_exceptions(frame, language, group, prev, text)
                else:
                    for socket in group:
                        socket.push(text)
            if frame.language is None:
                self._all = frame.seq
            else:
                self._told[frame.language] = frame.seq
        self.position = frame.seq

    def _prev(self, language: str) -> int:
        return max(self._all, self._told.get(language, 0))

    def _deliver_with_exceptions(self, frame: Frame, language: str, group: set[Any], prev: int, text: Outgoing) -> None:
        for socket in group:
            if not self._is_due(socket, frame.seq):
                continue
            own_prev = max(prev, self.shown.pop(socket, 0))
            if frame.differs_for(socket.caller.key):
                socket.push(Outgoing(f"{frame.head}{own_prev}{frame.tail_for(language, socket.caller.key)}"))
            elif own_prev != prev:
                socket.push(Outgoing(f"{frame.head}{own_prev}{frame.tail(language)}"))
            else:
                socket.push(text)

    def _deliver_alone(self, frame: Frame, caller: "Caller | None") -> None:
        if caller is None:
            return
        for language, group in self.audience.groups.items():
            for socket in caller.sockets & group:
                if self._is_due(socket, frame.seq):
                    prev = max(self._prev(language), self.shown.get(socket, 0))
                    socket.push(Outgoing(f"{frame.head}{prev}{frame.tail_for(language, caller.key)}"))
                    self.shown[socket] = frame.seq
                    socket.marked.add(self)

    def _is_due(self, socket: Socket, seq: int) -> bool:
        if socket not in self.held:
            return True
        upto = self.held[socket]
        if upto is None or seq <= upto:
            return False
        del self.held[socket]
        return True

    def hold(self, socket: Socket, upto: int | None) -> None:
        """Send ``socket`` nothing up to number ``upto``; nothing at all, when None, until ``release``."""
        self.held[socket] = upto
        socket.marked.add(self)

    def release(self, socket: Socket, upto: int) -> None:
        """``socket`` has everything up to ``upto`` and hears the rest from now on."""
        self.held.pop(socket, None)
        self.shown.pop(socket, None)
        if upto > self.position:
            self.hold(socket, upto)

    def forget(self, socket: Socket) -> None:
        self.held.pop(socket, None)
        self.shown.pop(socket, None)

    def cursor_of(self, socket: Socket) -> int:
        """Up to where ``socket`` has the stream."""
        return max(self.position, self.held.get(socket) or 0)


class Caller:
    """Somebody with sockets here; all of them hear the same."""

    __slots__ = ("about", "guest_id", "key", "language", "rights", "sockets", "typed", "user_id")

    def __init__(self, key: str, user_id: int | None, guest_id: str | None) -> None:
        self.key = key
        self.user_id = user_id
        self.guest_id = guest_id
        self.sockets: set[Any] = set()
        self.rights: Rights | None = None
        self.language = languages.DEFAULT
        # The caller as signals show it.
        self.about: dict[str, Any] = {}
        # When it last typed, by conversation.
        self.typed: dict[str, float] = {}

    @property
    def seats(self) -> dict[str, Seat]:
        """Workspaces and conversations alike, by id."""
        return {} if self.rights is None else {**self.rights.workspaces, **self.rights.conversations}


class Hub:
    """The streams, callers and workspaces of this process."""

    def __init__(self) -> None:
        self.streams: dict[str, Stream] = {}
        self.callers: dict[str, Caller] = {}
        # The open channels of each workspace that somebody here belongs to, and since when all members hear them.
        self.open: dict[str, dict[str, datetime]] = {}

    # ── Who is here ──

    def caller(self, key: str, user_id: int | None, guest_id: str | None) -> Caller:
        if key not in self.callers:
            self.callers[key] = Caller(key, user_id, guest_id)
        return self.callers[key]

    def enter(self, socket: Socket) -> None:
        """Let ``socket`` hear what its caller hears."""
        for stream_id, seat in socket.caller.seats.items():
            # An open channel is heard through its workspace: its audience is not for the taking.
            if stream_id in self.streams and stream_id not in self.open.get(seat.workspace_id or "", ()):
                self.streams[stream_id].audience.add(seat.language, [socket])

    def leave(self, socket: Socket) -> None:
        """``socket`` is gone; what nobody listens to any more is forgotten."""
        caller = socket.caller
        caller.sockets.discard(socket)
        for stream_id, seat in caller.seats.items():
            self._part(stream_id, seat, [socket])
        for stream in socket.marked:
            stream.forget(socket)
        socket.marked.clear()
        if not caller.sockets:
            self.callers.pop(caller.key, None)

    # ── What a caller hears ──

    def streams_of(self, caller: Caller) -> Iterable[Stream]:
        """The streams that ``caller`` hears, each once."""
        for stream_id, seat in caller.seats.items():
            if stream_id in self.streams and stream_id not in self.open.get(seat.workspace_id or "", ()):
                yield self.streams[stream_id]
            for channel_id in self.open.get(stream_id, ()):
                yield self.streams[channel_id]

    def heard_by(self, caller: Caller, stream_id: str) -> tuple[Stream, Seat] | None:
        """The stream, and how ``caller`` hears it; None when it does not."""
        stream = self.streams.get(stream_id)
        if stream is None or caller.rights is None:
            return None
        seat = caller.rights.workspaces.get(stream_id) or caller.rights.conversations.get(stream_id)
        if stream.workspace_id and stream_id in self.open.get(stream.workspace_id, ()):
            seat = caller.rights.workspaces.get(stream.workspace_id)
        return None if seat is None else (stream, seat)

    def seat(self, caller: Caller, stream_id: str, seat: Seat, last: int, *, is_workspace: bool) -> None:
        """All sockets of ``caller`` hear a stream from now on, which stands at ``last`` if it is new here."""
        if stream_id not in self.streams:
            kind = WORKSPACE if is_workspace else CONVERSATION
            self.streams[stream_id] = Stream(stream_id, kind, seat.workspace_id, last, Audience())
        self.streams[stream_id].audience.add(seat.language, caller.sockets)

    def unseat(self, caller: Caller, stream_id: str, seat: Seat) -> None:
        """No socket of ``caller`` hears the stream any more, nor the open channels when it is a workspace."""
        self._part(stream_id, seat, caller.sockets)

    def _part(self, stream_id: str, seat: Seat, sockets: Iterable[Socket]) -> None:
        stream = self.streams.get(stream_id)
        if stream is None or stream_id in self.open.get(stream.workspace_id or "", ()):
            return  # gone, or heard by the whole workspace meanwhile
        stream.audience.remove(seat.language, sockets)
        if not stream.audience.groups:
            del self.streams[stream_id]
            for channel_id in self.open.pop(stream_id, ()):
                self.streams.pop(channel_id, None)

    def open_channel(self, workspace_id: str, channel_id: str, since: datetime, position: int) -> list[Socket]:
        """Everybody in the workspace hears the channel, which stands at ``position`` if it is new here.

        Returns the sockets that did not hear it before, where others did.
        """
        audience = self.streams[workspace_id].audience
        self.open.setdefault(workspace_id, {})[channel_id] = since
        stream = self.streams.get(channel_id)
        if stream is None:
            self.streams[channel_id] = Stream(channel_id, CONVERSATION, workspace_id, position, audience)
            return []
        before = set(stream.audience.sockets())
        stream.audience = audience
        return [socket for socket in audience.sockets() if socket not in before]

    def close_channel(self, workspace_id: str, channel_id: str, kept: Mapping[str, Seat]) -> None:
        """The channel is restricted now, or gone: of all callers only ``kept`` go on hearing it."""
        self.open[workspace_id].pop(channel_id, None)
        stream = self.streams[channel_id]
        stream.audience = Audience()
        for key, seat in kept.items():
            caller = self.callers.get(key)
            if caller is not None and caller.rights is not None:
                caller.rights.conversations[channel_id] = seat
                stream.audience.add(seat.language, caller.sockets)
        if not stream.audience.groups:
            del self.streams[channel_id]
