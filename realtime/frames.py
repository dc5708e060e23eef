"""Render rows of events as frames: once for each reading, whoever receives them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

import orjson

from messaging import resources
from messaging.emoji import folded
from messaging.models import Reaction
from messaging.resources import MessageRow, Reader
from rosetta.languages import Reading
from rosetta.times import moment
from workspaces.models import Event
from workspaces.streams.kinds import MESSAGE_KINDS, ONE_LANGUAGE_KINDS
from workspaces.streams.people import with_present_people

CREATED = "message.created"


class StreamInfo(Protocol):
    """What rendering needs to know of a stream.

    ``id_name`` is the name of its id in a frame.
    """

    @property
    def id_name(self) -> str: ...

    @property
    def workspace_id(self) -> str | None: ...


class EventFrame:
    """One event, ready to send.

    All its texts share a ``head``, and there is a tail for each reading (its key); between them stands ``prev``, the number of
    the receiver's previous event. ``language`` is the only one that the event concerns, None: all of them.
    ``reactors`` are the callers who reacted to the message, with their emoji: to them ``reacted`` is true. ``client_id`` is
    the sender's own name for the message, which only the sender (a caller's key) receives.
    """

    __slots__ = (
        "_common",
        "_tails",
        "client_id",
        "head",
        "kind",
        "language",
        "message_by_reading",
        "reactors",
        "readings",
        "sender",
        "seq",
        "shared_data",
        "user_id",
    )

    def __init__(self, row: Event, stream: StreamInfo, readings: Collection[str]) -> None:
        self.seq = row.seq
        self.kind = row.kind
        self.user_id = row.user_id
        self.readings = readings
        self.head = f'{{"type":"event","{stream.id_name}":"{row.stream_id}","seq":{row.seq},"prev":'
        self._common = f',"event":"{row.kind}","at":"{moment(row.created_at)}","data":'
        self._tails: dict[str, str] = {}
        self.language: str | None = row.data.get("language") if row.kind in ONE_LANGUAGE_KINDS else None
        self.reactors: dict[str, set[str]] = {}
        self.client_id: str | None = row.data.get("client_id") if row.kind == CREATED else None
        self.sender: str | None = row.data.get("sender") if self.client_id is not None else None
        # A message is rendered by reading; all other data is the same for everybody.
        self.message_by_reading: dict[str, dict[str, Any]] = {}
        self.shared_data: Any = None if row.kind in MESSAGE_KINDS else row.data

    def concerns(self, reading: str) -> bool:
        """Return whether those who read so receive the event."""
        return self.language is None or self.language == Reading.of_key(reading).language

    def tail(self, reading: str) -> str | None:
        """Return the frame after ``prev`` for those who read so.

        None when it does not concern them.
        """
        tail = self._tails.get(reading)
        if tail is None:
            data = self.message_by_reading.get(reading) if self.shared_data is None else self.shared_data
            if data is None or not self.concerns(reading):
                return None
            tail = self._tails[reading] = self._encode_tail(data)
        return tail

    def tail_for(self, reading: str, caller_key: str) -> str | None:
        """Return ``tail`` as one caller sees it."""
        message = self.message_by_reading.get(reading)
        if not self.differs_for(caller_key) or message is None or not self.concerns(reading):
            return self.tail(reading)
        if emoji := self.reactors.get(caller_key):
            reactions = [{**reaction, "reacted": reaction["emoji"] in emoji} for reaction in message["reactions"]]
            message = message | {"reactions": reactions}
        if caller_key == self.sender:
            message = message | {"client_id": self.client_id}
        return self._encode_tail(message)

    @property
    def is_same_for_all(self) -> bool:
        """Return whether everybody who reads alike receives the same text."""
        return not self.reactors and self.sender is None

    def differs_for(self, caller_key: str) -> bool:
        """Return whether the caller receives a text of its own."""
        return caller_key in self.reactors or caller_key == self.sender

    def _encode_tail(self, data: Any) -> str:
        return f"{self._common}{orjson.dumps(data).decode()}}}"


def event_frames(
    rows: Sequence[Event], streams: Mapping[str, StreamInfo], readings: Mapping[str, Collection[str]]
) -> list[EventFrame]:
    """Render ``rows`` for each of the readings of their streams.

    Two queries for all of them, and at most five for each reading: for attachments, reactions and the people mentioned.
    """
    frames = [EventFrame(row, streams[row.stream_id], readings[row.stream_id]) for row in rows]
    _tell_shared([frame for frame in frames if frame.shared_data is not None])
    message_ids: dict[str, set[str]] = defaultdict(set)
    for row, frame in zip(rows, frames, strict=True):
        if row.kind in MESSAGE_KINDS:
            for reading in frame.readings:
                if frame.concerns(reading):
                    message_ids[reading].add(row.data["message_id"])
    rendered = _render_messages(message_ids, streams)
    reactors = _read_reactors(message for by_id in rendered.values() for message in by_id.values())
    for row, frame in zip(rows, frames, strict=True):
        message_id = row.data.get("message_id", "") if row.kind in MESSAGE_KINDS else ""
        for reading, by_id in rendered.items():
            if message_id in by_id and reading in frame.readings:
                frame.message_by_reading[reading] = by_id[message_id]
        frame.reactors = reactors.get(message_id, {})
    return frames


def _tell_shared(frames: Sequence[EventFrame]) -> None:
    """Show the people of events with their present names, and reactions in the one spelling of their emoji."""
    for frame, data in zip(frames, with_present_people([frame.shared_data for frame in frames]), strict=True):
        frame.shared_data = data | {"emoji": folded(data["emoji"])} if "emoji" in data else data


def _render_messages(
    message_ids: Mapping[str, Collection[str]], streams: Mapping[str, StreamInfo]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Render the messages that each reading needs: reading → message → resource."""
    readers = {reading: Reader(Reading.of_key(reading)) for reading in message_ids}
    all_ids: set[str] = set().union(*message_ids.values())
    rows_by_language = resources.rows_by_language(all_ids, {reader.language for reader in readers.values()})
    rendered: dict[str, dict[str, dict[str, Any]]] = {}
    for reading, reader in readers.items():
        by_conversation: dict[str, list[MessageRow]] = defaultdict(list)
        for row in rows_by_language[reader.language]:
            if row.id in message_ids[reading]:
                by_conversation[row.conversation_id].append(row)
        by_id = rendered[reading] = {}
        for conversation_id, rows in by_conversation.items():
            workspace_id = streams[conversation_id].workspace_id
            by_id |= {message["id"]: message for message in resources.messages(rows, workspace_id, reader)}
    return rendered


def _read_reactors(messages: Iterable[dict[str, Any]]) -> dict[str, dict[str, set[str]]]:
    """Return message → caller → emoji."""
    message_ids = {message["id"] for message in messages if message["reactions"]}
    reactors: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    if message_ids:
        rows = Reaction.objects.filter(message__in=message_ids)
        for message_id, emoji, user_id, guest_id in rows.values_list("message_id", "emoji", "user_id", "guest_id"):
            caller_key = f"user:{user_id}" if user_id is not None else f"guest:{guest_id}"
            reactors[message_id][caller_key].add(folded(emoji))
    return reactors
