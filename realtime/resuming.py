"""Replays to one socket what it missed, in order, while the streams go on."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

from realtime import access, replay
from realtime.connection import TRY_AGAIN, Connection
from realtime.hub import Stream
from realtime.replay import Heard, Listener
from realtime.wire import Outgoing, outgoing

if TYPE_CHECKING:
    from realtime.gateway import Gateway

log = structlog.get_logger(__name__)

PAGE = 200


def reach(cursors: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """The lowest number kept (of the streams where one is behind) and the highest given out."""
    last = access.last_events(cursors.keys())
    first = access.first_events([pk for pk, cursor in cursors.items() if cursor < last.get(pk, 0)])
    return first, last


class Replay:
    """One ``resume`` of one socket. Meanwhile its streams are held, so that nothing overtakes what is older."""

    def __init__(self, gateway: "Gateway", connection: Connection, cursors: Mapping[str, int]) -> None:
        self._gateway = gateway
        self._hub = gateway.hub
        self._connection = connection
        self._cursors = dict(cursors)
        caller = connection.caller
        self._listener = Listener(caller.key, caller.user_id)

    async def run(self, *, announced: bool) -> None:
        """Send what happened after the cursors; ``announced``: with ``reset`` and ``resumed``, as the client asked."""
        for stream_id in list(self._cursors):
            found = self._hub.heard_by(self._connection.caller, stream_id)
            if found is None:
                del self._cursors[stream_id]  # not for this caller: as if it were not there
            else:
                found[0].hold(self._connection, None)
        if announced:
            await self._reset_unreachable()
        while behind := self._behind():
            for stream_id in behind:
                await self._replay(stream_id)
            if self._connection.closed:
                return
        if announced:
            self._connection.push(outgoing({"type": "resumed", "cursors": self._cursors}))
        for stream_id, cursor in self._cursors.items():
            if stream_id in self._hub.streams:
                self._hub.streams[stream_id].release(self._connection, cursor)

    async def _reset_unreachable(self) -> None:
        first, last = await self._gateway.replay_database.patiently(reach, self._cursors)
        for stream_id, cursor in self._cursors.items():
            highest = last.get(stream_id, 0)
            if replay.is_out_of_reach(cursor, first.get(stream_id), highest):
                kind = self._hub.streams[stream_id].kind if stream_id in self._hub.streams else "conversation_id"
                self._connection.push(outgoing({"type": "reset", kind: stream_id}))
                self._cursors[stream_id] = highest
            elif cursor < highest:
                await self._replay(stream_id)

    def _behind(self) -> list[str]:
        """Streams that went on while they were replayed."""
        streams = self._hub.streams
        return [pk for pk, cursor in self._cursors.items() if pk in streams and streams[pk].position > cursor]

    async def _replay(self, stream_id: str) -> None:
        has_more = True
        while has_more and not self._connection.closed:
            heard = self._heard(stream_id)
            if heard is None:
                self._cursors[stream_id] = max(self._cursors[stream_id], self._position(stream_id))
                return
            cursor, standing = self._cursors[stream_id], self._position(stream_id)
            page = await self._gateway.replay_database.patiently(
                replay.page, self._listener, heard, after=cursor, limit=PAGE
            )
            for text in replay.texts(self._listener, heard, page.frames, cursor):
                self._connection.push(Outgoing(text))
            # At least to where the stream stood: what the table has no more is not waited for.
            self._cursors[stream_id] = page.upto if page.has_more else max(page.upto, standing)
            has_more = page.has_more
            await self._connection.drained()

    def _position(self, stream_id: str) -> int:
        stream: Stream | None = self._hub.streams.get(stream_id)
        return 0 if stream is None else stream.position

    def _heard(self, stream_id: str) -> Heard | None:
        found = self._hub.heard_by(self._connection.caller, stream_id)
        if found is None:
            return None
        stream, seat = found
        opened = self._hub.open.get(stream.workspace_id or "", {}).get(stream_id)
        since = seat.since if opened is None else max(seat.since, opened)
        return Heard(stream_id, stream.kind, access.Seat(seat.language, since, stream.workspace_id))


def start(gateway: "Gateway", connection: Connection, cursors: Mapping[str, int], *, announced: bool) -> None:
    """Replay in the background, after whatever the socket replays already."""
    before = connection.replaying

    async def run() -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            await Replay(gateway, connection, cursors).run(announced=announced)
        except Exception:
            # Its streams are held: rather no socket than one that is silent for ever.
            log.exception("replay_failed", caller=connection.caller.key)
            connection.close(TRY_AGAIN, "Try again.")

    connection.replaying = gateway.background(run())
