"""The messages in the export of an account."""

import json
from collections.abc import Callable
from io import TextIOWrapper
from zipfile import ZipFile

from django.db.models import QuerySet

from accounts import lifecycle
from accounts.models import User
from messaging.models import Message
from rosetta.times import moment

FILE = "messages.jsonl"
CHUNK = 500


def messages_of(user: User) -> QuerySet[Message]:
    """Return the messages that ``user`` wrote and did not delete, oldest first."""
    return Message.objects.filter(sender_user=user, deleted_at=None).order_by("pk")


def write_messages(user: User, archive: ZipFile, added: Callable[[int], None]) -> None:
    """Write one JSON object a line: conversation, time, language and original text of each message."""
    rows = messages_of(user).values_list(
        "pk", "conversation_id", "seq", "type", "language", "content", "created_at", "edited_at"
    )
    with archive.open(FILE, "w", force_zip64=True) as raw, TextIOWrapper(raw, encoding="utf-8") as lines:
        for pk, conversation_id, seq, kind, language, content, created_at, edited_at in rows.iterator(chunk_size=CHUNK):
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


EXPORTER = lifecycle.Exporter("messages", lambda user: messages_of(user).count(), write_messages)
