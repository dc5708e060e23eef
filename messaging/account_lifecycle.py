"""The messages in the export of an account."""

import json
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from itertools import islice
from typing import Any
from zipfile import ZipFile

from django.db.models import QuerySet

from accounts import lifecycle
from accounts.models import User
from messaging.mentions import present_names
from messaging.models import Message
from rosetta.times import moment

FILE = "messages.jsonl"
CHUNK = 500


def messages_of(user: User) -> QuerySet[Message]:
    """Return the messages that ``user`` wrote and did not delete, oldest first."""
    return Message.objects.filter(sender_user=user, deleted_at=None).order_by("pk")


def write_messages(user: User, archive: ZipFile, added: Callable[[int], None]) -> None:
    """Write one JSON object a line: conversation, time, language and original text of each message.

    The people whom a text mentions have their present names in it.
    """
    rows = messages_of(user).values_list(
        "pk", "conversation_id", "seq", "type", "language", "content", "created_at", "edited_at", "mentions"
    )
    with archive.open(FILE, "w", force_zip64=True) as raw, TextIOWrapper(raw, encoding="utf-8") as lines:
        for row in _with_present_names(rows.iterator(chunk_size=CHUNK)):
            pk, conversation_id, seq, kind, language, content, created_at, edited_at = row
            line = {
                "id": pk,
                "conversation_id": conversation_id,
                "seq": seq,
                "type": kind,
                "language": language,
                "content": content,
                "created_at": moment(created_at),
                "edited_at": moment(edited_at),
            }
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
            added(1)


def _with_present_names(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Yield ``rows`` without their last column, the mentions, and with present names in their sixth, the content."""
    while chunk := list(islice(rows, CHUNK)):
        names = present_names((row[-1], (row[5],)) for row in chunk)
        for row in chunk:
            yield (*row[:5], names.text(row[5], row[-1]), *row[6:-1])


EXPORTER = lifecycle.Exporter("messages", lambda user: messages_of(user).count(), write_messages)
