"""Write the search terms of stored texts again, after a version that cuts texts in another way."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction

from messaging.models import Message, MessageTranslation
from messaging.search.text import terms_of
from rosetta.db.inserts import CompiledUpdate
from rosetta.ids import NO_ID
from workspaces.models import Channel

BATCH = 500
_OF_MESSAGES = CompiledUpdate(Message, ["terms"])
_OF_TRANSLATIONS = CompiledUpdate(MessageTranslation, ["terms"])


def rebuild(report: Callable[[int], None] = lambda written: None) -> int:
    """Write the terms of all rows that have some again; return how many rows.

    ``report`` is called with the number so far after each batch. Idempotent. Each batch is a transaction in which its
    rows are locked, so that no edit is overwritten.
    """
    scopes: dict[Any, str] = {pk: str(scope_id) for pk, scope_id in Channel.objects.values_list("pk", "workspace_id")}
    written = 0
    for pks in _batches():
        written += _rebuild_batch(pks, scopes)
        report(written)
    return written


def _batches() -> Iterator[list[str]]:
    """Yield the ids of messages with terms, in order."""
    searchable = Message.objects.filter(terms__isnull=False).order_by("pk").values_list("pk", flat=True)
    pks: list[str] = []
    while pks := list(searchable.filter(pk__gt=pks[-1] if pks else NO_ID)[:BATCH]):
        yield pks


@transaction.atomic
def _rebuild_batch(pks: list[str], scopes: dict[Any, str]) -> int:
    locked = Message.objects.select_for_update().filter(pk__in=pks, terms__isnull=False).order_by("pk")
    # Only channels are searched.
    messages = {row.pk: row for row in locked if row.conversation_id in scopes}
    translations = list(
        MessageTranslation.objects.select_for_update().filter(message__in=messages, terms__isnull=False).order_by("pk")
    )
    for message in messages.values():
        message.terms = terms_of(message.content, scopes[message.conversation_id])
    for row in translations:
        row.terms = terms_of(row.text, scopes[messages[row.message_id].conversation_id], row.language)
    _OF_MESSAGES.run(list(messages.values()))
    _OF_TRANSLATIONS.run(translations)
    return len(messages) + len(translations)
