"""In-memory subscriptions of one process, and how an event reaches them.

Everything runs on the event loop's thread.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from realtime.frames import EventFrame
from realtime.protocol import CONVERSATION_ID, WORKSPACE_ID
from realtime.subscriptions import Subscription, Subscriptions
from realtime.wire import TextFrame
from rosetta import languages
from rosetta.languages import Reading


class Socket(Protocol):
    """What the hub needs of a connection.

    ``push`` never raises. ``exceptions`` are the streams that list the socket.
    """

    caller: "Caller"
    exceptions: "set[Stream]"

    def push(self, frame: TextFrame) -> None: ...


class Audience:
    """Sockets, grouped by what they read: the key of a ``rosetta.languages.Reading``.

    The open channels of a workspace share the workspace's audience.
    """

    __slots__ = ("groups",)

    def __init__(self) -> None:
        self.groups: dict[str, set[Any]] = {}

    def add(self, reading: str, sockets: Iterable[Socket]) -> None:
        self.groups.setdefault(reading, set()).update(sockets)

    def remove(self, reading: str, sockets: Iterable[Socket]) -> None:
        group = self.groups.get(reading, set())
        group.difference_update(sockets)
        if not group:
            self.groups.pop(reading, None)

    def sockets(self) -> Iterable[Any]:
        return (socket for group in self.groups.values() for socket in group)


class Stream:
    """A stream with subscribers in this process.

    ``position`` is the number up to which its events were delivered.
    """

    __slots__ = (
        "_last_for_all",
        "_last_for_language",
        "_last_private",
        "audience",
        "held",
        "id",
        "id_name",
        "own_readings",
        "position",
        "workspace_id",
    )  # fmt: skip

    def __init__(self, pk: str, id_name: str, workspace_id: str | None, position: int, audience: Audience) -> None:
        self.id = pk
        self.id_name = id_name
        self.workspace_id = workspace_id
        self.position = position
        self.audience = audience
        # The last numbers sent to all languages, and to one of them alone.
        self._last_for_all = position
        self._last_for_language: dict[str, int] = {}
        # Sockets that received a private event after the last one sent to their whole language group.
        self._last_private: dict[Any, int] = {}
        # Sockets that are skipped: while they replay (None), or because they have everything up to a number already.
        self.held: dict[Any, int | None] = {}
        # What callers read in this channel alone, by their keys: its audience may be the whole workspace's.
        self.own_readings: dict[str, str] = {}

    @property
    def readings(self) -> set[str]:
        return {*self.audience.groups, *self.own_readings.values()}

    def deliver(self, frame: EventFrame, callers: "Mapping[str, Caller]") -> None:
        """Push the event to everybody it concerns.

        One shared text, except for the few that need their own.
        """
        if frame.user_id is not None:
            self._deliver_private(frame, callers.get(f"user:{frame.user_id}"))
        else:
            self._deliver_to_groups(frame, callers)
        self.position = frame.seq

    def _groups(self, callers: "Mapping[str, Caller]") -> Iterable[tuple[str, set[Any]]]:
        """Yield the groups of the audience, with callers who read something else in this channel apart."""
        if not self.own_readings:
            yield from self.audience.groups.items()
            return
        apart: set[Any] = set()
        for key in self.own_readings.keys() & callers.keys():
            apart |= callers[key].sockets
        for reading, group in self.audience.groups.items():
            yield reading, group - apart
        for key in self.own_readings.keys() & callers.keys():
            sockets = callers[key].sockets
            yield self.own_readings[key], {one for group in self.audience.groups.values() for one in group & sockets}

    def _deliver_to_groups(self, frame: EventFrame, callers: "Mapping[str, Caller]") -> None:
        for reading, group in self._groups(callers):
            tail = frame.tail(reading)
            if tail is None:
                continue
            prev = self._prev(reading)
            text = TextFrame(f"{frame.head}{prev}{tail}")
            if self.held or self._last_private or not frame.is_same_for_all:
                self._deliver_with_exceptions(frame, reading, group, prev, text)
            else:
                for socket in group:
                    socket.push(text)
        if frame.language is None:
            self._last_for_all = frame.seq
        else:
            self._last_for_language[frame.language] = frame.seq

    def _prev(self, reading: str) -> int:
        return max(self._last_for_all, self._last_for_language.get(Reading.of_key(reading).language, 0))

    def _deliver_with_exceptions(
        self, frame: EventFrame, reading: str, group: set[Any], prev: int, text: TextFrame
    ) -> None:
        for socket in group:
            if not self._is_due(socket, frame.seq):
                continue
            own_prev = max(prev, self._last_private.pop(socket, 0))
            if frame.differs_for(socket.caller.key):
                socket.push(TextFrame(f"{frame.head}{own_prev}{frame.tail_for(reading, socket.caller.key)}"))
            elif own_prev != prev:
                socket.push(TextFrame(f"{frame.head}{own_prev}{frame.tail(reading)}"))
            else:
                socket.push(text)

    def _deliver_private(self, frame: EventFrame, caller: "Caller | None") -> None:
        if caller is None:
            return
        for reading, group in self._groups({caller.key: caller}):
            for socket in caller.sockets & group:
                if self._is_due(socket, frame.seq):
                    prev = max(self._prev(reading), self._last_private.get(socket, 0))
                    socket.push(TextFrame(f"{frame.head}{prev}{frame.tail_for(reading, caller.key)}"))
                    self._last_private[socket] = frame.seq
                    socket.exceptions.add(self)

    def _is_due(self, socket: Socket, seq: int) -> bool:
        if socket not in self.held:
            return True
        upto = self.held[socket]
        if upto is None or seq <= upto:
            return False
        del self.held[socket]
        return True

    def hold(self, socket: Socket, upto: int | None) -> None:
        """Skip ``socket`` up to number ``upto``; None: until ``release``."""
        self.held[socket] = upto
        socket.exceptions.add(self)

    def release(self, socket: Socket, upto: int) -> None:
        """Resume live delivery to ``socket``, which has everything up to ``upto``."""
        self.held.pop(socket, None)
        self._last_private.pop(socket, None)
        if upto > self.position:
            self.hold(socket, upto)

    def forget(self, socket: Socket) -> None:
        """Drop what is known about a socket that is gone."""
        self.held.pop(socket, None)
        self._last_private.pop(socket, None)

    def cursor_of(self, socket: Socket) -> int:
        """Return the number up to which ``socket`` has the stream."""
        return max(self.position, self.held.get(socket) or 0)


class Caller:
    """A user or guest with sockets in this process.

    All of them have the same subscriptions.

    ``pending`` sockets were not greeted yet: they receive nothing, so that ``hello`` is their first frame.
    ``subscriptions`` are None until they have been read for the first time.
    """

    __slots__ = ("guest_id", "key", "last_typed", "pending", "sockets", "subscriptions", "user_id")

    def __init__(self, key: str, user_id: int | None, guest_id: str | None) -> None:
        self.key = key
        self.user_id = user_id
        self.guest_id = guest_id
        self.sockets: set[Any] = set()
        self.pending: set[Any] = set()
        self.subscriptions: Subscriptions | None = None
        # When the caller was last shown as typing, by conversation.
        self.last_typed: dict[str, float] = {}

    @property
    def by_stream(self) -> dict[str, Subscription]:
        """Return the caller's subscriptions, by stream."""
        return {} if self.subscriptions is None else self.subscriptions.by_stream()

    @property
    def reading(self) -> str:
        return languages.DEFAULT if self.subscriptions is None else self.subscriptions.reading

    @property
    def profile(self) -> dict[str, Any]:
        """Return the caller as signals show them."""
        return {} if self.subscriptions is None else self.subscriptions.profile

    def all_sockets(self) -> list[Any]:
        """Return the sockets, pending ones too."""
        return [*self.sockets, *self.pending]


class Hub:
    """The streams and callers of this process, and the open channels of their workspaces."""

    def __init__(self) -> None:
        self.streams: dict[str, Stream] = {}
        self.callers: dict[str, Caller] = {}
        # Streams that are new here: their events between the reading of their position and now were not announced to them.
        self.new_streams: set[str] = set()
        # Workspace → open channel → since when all members receive it; for workspaces with subscribers here.
        self.open: dict[str, dict[str, datetime]] = {}

    def callers_in(self, workspace_id: str) -> list[Caller]:
        """Return the users and guests who receive anything of a workspace."""
        return [
            caller
            for caller in self.callers.values()
            if any(subscription.workspace_id == workspace_id for subscription in caller.by_stream.values())
        ]

    # ── Sockets ──

    def caller(self, key: str, user_id: int | None, guest_id: str | None) -> Caller:
        """Return the caller of this key, creating it for its first socket."""
        if key not in self.callers:
            self.callers[key] = Caller(key, user_id, guest_id)
        return self.callers[key]

    def sockets_of(self, key: str) -> int:
        """Return how many sockets the caller of this key has here, pending ones too."""
        caller = self.callers.get(key)
        return 0 if caller is None else len(caller.sockets) + len(caller.pending)

    def admit(self, socket: Socket) -> None:
        """Subscribe ``socket``, which was pending, to what its caller is subscribed to."""
        caller = socket.caller
        caller.pending.discard(socket)
        caller.sockets.add(socket)
        for stream_id, subscription in caller.by_stream.items():
            # Open channels share the workspace's audience; do not add sockets to it here.
            if stream_id in self.streams and not self.is_open(stream_id, subscription.workspace_id):
                self.streams[stream_id].audience.add(subscription.reading, [socket])
        self.note_readings(caller)

    def note_readings(self, caller: Caller, before: Iterable[str] = ()) -> None:
        """Let the channels know what ``caller`` reads in them alone; ``before``: where they read so until now."""
        chosen = {} if caller.subscriptions is None else caller.subscriptions.in_channels
        for channel_id in {*before, *chosen} & self.streams.keys():
            if channel_id in chosen:
                self.streams[channel_id].own_readings[caller.key] = chosen[channel_id]
            else:
                self.streams[channel_id].own_readings.pop(caller.key, None)

    def remove(self, socket: Socket) -> None:
        """Unsubscribe a socket that is gone, and forget what has no subscribers left.

        Idempotent.
        """
        caller = socket.caller
        caller.pending.discard(socket)
        caller.sockets.discard(socket)
        for stream_id, subscription in caller.by_stream.items():
            self._remove_from(stream_id, subscription, [socket])
        for stream in socket.exceptions:
            stream.forget(socket)
        socket.exceptions.clear()
        if not caller.all_sockets() and self.callers.get(caller.key) is caller:
            del self.callers[caller.key]
            for channel_id in {} if caller.subscriptions is None else caller.subscriptions.in_channels:
                if channel_id in self.streams:
                    self.streams[channel_id].own_readings.pop(caller.key, None)

    # ── Subscriptions ──

    def is_open(self, channel_id: str, workspace_id: str | None) -> bool:
        """Return whether all members of the workspace receive the channel."""
        return workspace_id is not None and channel_id in self.open.get(workspace_id, ())

    def subscription_of(self, caller: Caller, stream_id: str) -> tuple[Stream, Subscription] | None:
        """Return the stream, and how ``caller`` receives it; None when they do not."""
        stream = self.streams.get(stream_id)
        if stream is None or caller.subscriptions is None:
            return None
        if stream.workspace_id and self.is_open(stream_id, stream.workspace_id):
            subscription = caller.subscriptions.workspaces.get(stream.workspace_id)
        else:
            own = caller.subscriptions
            subscription = own.workspaces.get(stream_id) or own.conversations.get(stream_id)
        own_reading = caller.subscriptions.in_channels.get(stream_id)
        if subscription is not None and own_reading is not None:
            subscription = replace(subscription, reading=own_reading)
        return None if subscription is None else (stream, subscription)

    def streams_since(self, caller: Caller) -> Iterable[tuple[Stream, datetime]]:
        """Yield the streams that ``caller`` receives, each once, with the moment from which on they do."""
        for stream_id, subscription in caller.by_stream.items():
            stream = self.streams.get(stream_id)
            if stream is not None and not self.is_open(stream_id, subscription.workspace_id):
                yield stream, subscription.since
            for channel_id, since in self.open.get(stream_id, {}).items():
                yield self.streams[channel_id], max(subscription.since, since)

    def subscribe(
        self, caller: Caller, stream_id: str, subscription: Subscription, position: int, *, is_workspace: bool
    ) -> None:
        """Subscribe all sockets of ``caller`` to a stream, which stands at ``position`` if it is new here. Idempotent."""
        if stream_id not in self.streams:
            id_name = WORKSPACE_ID if is_workspace else CONVERSATION_ID
            self.streams[stream_id] = Stream(stream_id, id_name, subscription.workspace_id, position, Audience())
            self.new_streams.add(stream_id)
        self.streams[stream_id].audience.add(subscription.reading, caller.sockets)

    def unsubscribe(self, caller: Caller, stream_id: str, subscription: Subscription) -> None:
        """Unsubscribe all sockets of ``caller`` from a stream.

        From its open channels too if it is a workspace.
        """
        self._remove_from(stream_id, subscription, caller.sockets)

    def _remove_from(self, stream_id: str, subscription: Subscription, sockets: Iterable[Socket]) -> None:
        stream = self.streams.get(stream_id)
        if stream is None or self.is_open(stream_id, stream.workspace_id):
            return  # gone, or an open channel by now, whose audience is the workspace's
        stream.audience.remove(subscription.reading, sockets)
        if not stream.audience.groups:
            del self.streams[stream_id]
            for channel_id in self.open.pop(stream_id, ()):
                self.streams.pop(channel_id, None)

    def open_channel(self, workspace_id: str, channel_id: str, since: datetime, position: int) -> list[Any]:
        """Subscribe everybody in the workspace to a channel, which stands at ``position`` if it is new here.

        Returns the sockets that did not receive the channel before, if others did.
        """
        audience = self.streams[workspace_id].audience
        self.open.setdefault(workspace_id, {})[channel_id] = since
        stream = self.streams.get(channel_id)
        if stream is None:
            self.streams[channel_id] = Stream(channel_id, CONVERSATION_ID, workspace_id, position, audience)
            self.new_streams.add(channel_id)
            for caller in {socket.caller for socket in audience.sockets()}:
                self.note_readings(caller)
            return []
        before = set(stream.audience.sockets())
        stream.audience = audience
        return [socket for socket in audience.sockets() if socket not in before]

    def close_channel(self, workspace_id: str, channel_id: str, remaining: Mapping[str, Subscription]) -> None:
        """Unsubscribe everybody from a channel that is restricted now, or deleted, except the ``remaining`` callers."""
        self.open[workspace_id].pop(channel_id, None)
        stream = self.streams[channel_id]
        stream.audience = Audience()
        for key, subscription in remaining.items():
            caller = self.callers.get(key)
            if caller is not None and caller.subscriptions is not None:
                caller.subscriptions.conversations[channel_id] = subscription
                stream.audience.add(subscription.reading, caller.sockets)
        if not stream.audience.groups:
            del self.streams[channel_id]
