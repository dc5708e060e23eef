"""Event rows as frames: rendered once for each language, whoever hears them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

import orjson

from messaging import resources
from messaging.models import Message, Reaction
from messaging.resources import Home, MessageRow, Reader
from rosetta.times import moment
from workspaces.models import Event

CREATED, TRANSLATED = "message.created", "message.translated"
WORKSPACE, CONVERSATION = "workspace_id", "conversation_id"


class Source(Protocol):
    """What rendering needs to know of a stream: ``kind`` is the name of its id in a frame."""

    @property
    def kind(self) -> str: ...

    @property
    def workspace_id(self) -> str | None: ...


class Frame:
    """One event, ready to send: a head that all share, and for each language a tail; between them stands ``prev``."""

    __slots__ = (
        "_common",
        "client_id",
        "data",
        "head",
        "kind",
        "language",
        "languages",
        "reactors",
        "sender",
        "seq",
        "shared",
        "tails",
        "user_id",
    )

    def __init__(self, row: Event, source: Source, languages: Collection[str]) -> None:
        self.seq = row.seq
        self.kind = row.kind
        self.user_id = row.user_id
        self.languages = languages
        self.head = f'{{"type":"event","{source.kind}":"{row.stream_id}","seq":{row.seq},"prev":'
        at = moment(row.created_at)
        self._common = f',"event":"{row.kind}","at":"{at}","data":'
        self.tails: dict[str, str] = {}
        # The one language that it concerns, where it is not all of them.
        self.language: str | None = row.data.get("language") if row.kind == TRANSLATED else None
        # Who reacted to the message, with which emoji: to them ``reacted`` is true.
        self.reactors: dict[str, set[str]] = {}
        # The poster's own name for the message, which only the poster (``user:7``) is shown.
        self.client_id: str | None = row.data.get("client_id") if row.kind == CREATED else None
        self.sender: str | None = row.data.get("sender") if self.client_id is not None else None
        # A message by language; everything else is the same for all.
        self.data: dict[str, dict[str, Any]] = {}
        self.shared: Any = None if row.kind in Event.MESSAGE_KINDS else row.data

    def concerns(self, language: str) -> bool:
        return self.language is None or self.language == language

    def tail(self, language: str) -> str | None:
        """The frame after ``prev`` in ``language``; None when it does not concern who reads that."""
        tail = self.tails.get(language)
        if tail is None:
            data = self.data.get(language) if self.shared is None else self.shared
            if data is None or not self.concerns(language):
                return None
            tail = self.tails[language] = self._written(data)
        return tail

    def tail_for(self, language: str, caller: str) -> str | None:
        """``tail`` as ``caller`` sees it."""
        data = self.data.get(language)
        if not self.differs_for(caller) or data is None or not self.concerns(language):
            return self.tail(language)
        if reacted := self.reactors.get(caller):
            data = data | {"reactions": [{**row, "reacted": row["emoji"] in reacted} for row in data["reactions"]]}
        if caller == self.sender:
            data = data | {"client_id": self.client_id}
        return self._written(data)

    @property
    def is_same_for_all(self) -> bool:
        """Whether everybody who reads one language gets the same bytes."""
        return not self.reactors and self.sender is None

    def differs_for(self, caller: str) -> bool:
        return caller in self.reactors or caller == self.sender

    def _written(self, data: Any) -> str:
        return f"{self._common}{orjson.dumps(data).decode()}}}"


def frames(
    rows: Sequence[Event], sources: Mapping[str, Source], languages: Mapping[str, Collection[str]]
) -> list[Frame]:
    """``rows`` as frames in the languages that their streams are heard in: at most five queries a language."""
    made = [Frame(row, sources[row.stream_id], languages[row.stream_id]) for row in rows]
    wanted: dict[str, set[str]] = defaultdict(set)
    for row, frame in zip(rows, made, strict=True):
        if row.kind in Event.MESSAGE_KINDS:
            for language in frame.languages:
                if frame.concerns(language):
                    wanted[language].add(row.data["message_id"])
    shown = {language: _messages(ids, language, sources) for language, ids in wanted.items()}
    reactors = _reactors(message for found in shown.values() for message in found.values())
    for row, frame in zip(rows, made, strict=True):
        message_id = row.data.get("message_id", "") if row.kind in Event.MESSAGE_KINDS else ""
        for language, found in shown.items():
            if message_id in found and language in frame.languages:
                frame.data[language] = found[message_id]
        frame.reactors = reactors.get(message_id, {})
    return made


def _messages(ids: Collection[str], language: str, sources: Mapping[str, Source]) -> dict[str, dict[str, Any]]:
    by_conversation: dict[str, list[MessageRow]] = defaultdict(list)
    for row in resources.rows_of(Message.objects.filter(pk__in=ids), language):
        by_conversation[row.conversation_id].append(row)
    found: dict[str, dict[str, Any]] = {}
    for conversation_id, rows in by_conversation.items():
        home = Home(sources[conversation_id].workspace_id)
        found |= {message["id"]: message for message in resources.messages(rows, home, Reader(language))}
    return found


def _reactors(messages: Iterable[dict[str, Any]]) -> dict[str, dict[str, set[str]]]:
    ids = {message["id"] for message in messages if message["reactions"]}
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    if ids:
        rows = Reaction.objects.filter(message__in=ids).values_list("message_id", "emoji", "user_id", "guest_id")
        for message_id, emoji, user_id, guest_id in rows:
            caller = f"user:{user_id}" if user_id is not None else f"guest:{guest_id}"
            found[message_id][caller].add(emoji)
    return found
