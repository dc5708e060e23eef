"""Make repeated posts with one Idempotency-Key create one message."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

from messaging.context import ConversationContext, Sender
from messaging.errors import IdempotencyInProgress, IdempotencyKeyReused
from messaging.models import IdempotencyKey, Message

WAIT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's key, and the hash of the body that it was sent with."""

    key: str
    body_hash: str

    @classmethod
    def of(cls, key: str, body: Any) -> "Idempotency":
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
        return cls(key, hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest())


def take(sender: Sender, context: ConversationContext, requested: Idempotency) -> IdempotencyKey:
    """Return the key's row.

    A new one, which this transaction reserves, or that of the request that came first.

    The row is written in the message's own transaction: a parallel request waits for it on the unique index, and a refusal
    rolls it back, so that it does not use up the key. Raises IdempotencyInProgress when the first request takes longer than
    WAIT_SECONDS, and IdempotencyKeyReused when it had another body.
    """
    names = {"sender": sender.key, "conversation": context.conversation, "key": requested.key}
    try:
        with transaction.atomic():
            _wait_at_most(WAIT_SECONDS)
            row = IdempotencyKey.objects.create(**names, body_hash=requested.body_hash)
            _wait_at_most(0)
            return row
    except OperationalError:
        raise IdempotencyInProgress from None
    except IntegrityError:
        pass
    _wait_at_most(0)
    row = IdempotencyKey.objects.select_related("message").get(**names)
    if row.body_hash != requested.body_hash:
        raise IdempotencyKeyReused
    return row


def settle(row: IdempotencyKey, message: Message) -> None:
    """Store the message that the key made, in the transaction of its post."""
    row.message = message
    row.save(update_fields=["message"])


def _wait_at_most(seconds: int) -> None:
    # SQLite has one writer at a time and a timeout of its own.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{seconds}s"])
