"""Replay to one socket the events that it missed, in order, while its streams continue."""

import asyncio
from collections.abc import Mapping

import structlog

from realtime import event_log
from realtime.connection import Connection, Spawn
from realtime.database import Database
from realtime.event_log import ReadableStream, Reader
from realtime.hub import Hub
from realtime.protocol import CONVERSATION_ID, TRY_AGAIN
from realtime.subscriptions import Subscription
from realtime.wire import TextFrame, text_frame

log = structlog.get_logger(__name__)

PAGE = 200


def read_ranges(cursors: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the lowest number kept (of the streams where the cursor is behind) and the highest given out."""
    last = event_log.last_events(cursors.keys())
    first = event_log.first_events([pk for pk, cursor in cursors.items() if cursor < last.get(pk, 0)])
    return first, last


class ReplaySession:
    """One ``resume`` of one socket.

    Meanwhile its streams are held, so that nothing newer overtakes what is older.
    """

    def __init__(self, hub: Hub, database: Database, connection: Connection, cursors: Mapping[str, int]) -> None:
        self._hub = hub
        self._database = database
        self._connection = connection
        self._cursors = dict(cursors)
        self._reader = Reader(connection.caller.key, connection.caller.user_id)

    async def run(self, *, announced: bool) -> None:
        """Send what happened after the cursors.

        ``announced``: with ``reset`` and ``resumed``, as a client asks for.
        """
        self._hold_streams()
        if announced:
            await self._replay_or_reset()
        while behind := self._streams_behind():
            for stream_id in behind:
                await self._replay(stream_id)
            if self._connection.closed:
                return
        if announced:
            self._connection.push(text_frame({"type": "resumed", "cursors": self._cursors}))
        for stream_id, cursor in self._cursors.items():
            if stream_id in self._hub.streams:
                self._hub.streams[stream_id].release(self._connection, cursor)

    def _hold_streams(self) -> None:
        for stream_id in list(self._cursors):
            subscribed = self._hub.subscription_of(self._connection.caller, stream_id)
            if subscribed is None:
                del self._cursors[stream_id]  # not for this caller: treated like an unknown id
            else:
                subscribed[0].hold(self._connection, None)

    async def _replay_or_reset(self) -> None:
        first, last = await self._database.patiently(read_ranges, self._cursors)
        for stream_id, cursor in self._cursors.items():
            highest = last.get(stream_id, 0)
            if event_log.is_out_of_range(cursor, first.get(stream_id), highest):
                stream = self._hub.streams.get(stream_id)
                id_name = CONVERSATION_ID if stream is None else stream.id_name
                self._connection.push(text_frame({"type": "reset", id_name: stream_id}))
                self._cursors[stream_id] = highest
            elif cursor < highest:
                await self._replay(stream_id)

    def _streams_behind(self) -> list[str]:
        """Return the streams that advanced while they were replayed."""
        streams = self._hub.streams
        return [pk for pk, cursor in self._cursors.items() if pk in streams and streams[pk].position > cursor]

    async def _replay(self, stream_id: str) -> None:
        has_more = True
        while has_more and not self._connection.closed:
            stream = self._readable(stream_id)
            if stream is None:
                self._cursors[stream_id] = max(self._cursors[stream_id], self._position(stream_id))
                return
            cursor, position = self._cursors[stream_id], self._position(stream_id)
            page = await self._database.patiently(event_log.read_page, self._reader, stream, after=cursor, limit=PAGE)
            for text in event_log.frame_texts(self._reader, stream, page.frames, cursor):
                self._connection.push(TextFrame(text))
            # Advance at least to the stream's position: events already expired from the table are skipped.
            self._cursors[stream_id] = page.upto if page.has_more else max(page.upto, position)
            has_more = page.has_more
            await self._connection.drained()

    def _position(self, stream_id: str) -> int:
        stream = self._hub.streams.get(stream_id)
        return 0 if stream is None else stream.position

    def _readable(self, stream_id: str) -> ReadableStream | None:
        subscribed = self._hub.subscription_of(self._connection.caller, stream_id)
        if subscribed is None:
            return None
        stream, subscription = subscribed
        opened = self._hub.open.get(stream.workspace_id or "", {}).get(stream_id)
        since = subscription.since if opened is None else max(subscription.since, opened)
        return ReadableStream(stream_id, stream.id_name, Subscription(subscription.reading, since, stream.workspace_id))


class Replayer:
    """Starts replays in the background, one after another for each socket."""

    def __init__(self, hub: Hub, database: Database, *, spawn: Spawn) -> None:
        self._hub = hub
        self._database = database
        self._spawn = spawn

    def start(self, connection: Connection, cursors: Mapping[str, int], *, announced: bool) -> None:
        """Replay after whatever the socket replays already."""
        connection.replay = self._spawn(self._run(connection, cursors, connection.replay, announced=announced))

    async def _run(
        self,
        connection: Connection,
        cursors: Mapping[str, int],
        previous: "asyncio.Task[None] | None",
        *,
        announced: bool,
    ) -> None:
        if previous is not None:
            await asyncio.wait([previous])
        try:
            await ReplaySession(self._hub, self._database, connection, cursors).run(announced=announced)
        except Exception:
            # Close, because the socket's streams are held: it would stay silent for ever.
            log.exception("replay_failed", caller=connection.caller.key)
            connection.close(TRY_AGAIN)
