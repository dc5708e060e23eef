"""Write the search terms of stored texts again, after a version that cuts texts in another way."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from messaging.models import Message, MessageTranslation
from messaging.search.text import terms_of
from rosetta.ids import NO_ID
from workspaces.models import Channel

BATCH = 500


def rebuild() -> int:
    """Write the terms of all rows that have some again; return how many rows.

    Idempotent.

    Each batch is a transaction in which its messages are locked, so that no edit is overwritten.
    """
    scopes: dict[Any, str] = {pk: str(scope_id) for pk, scope_id in Channel.objects.values_list("pk", "workspace_id")}
    written = 0
    for pks in _batches(Message.objects.filter(terms__isnull=False)):
        written += _rebuild_batch(pks, scopes)
    return written


def _batches(messages: "QuerySet[Any]") -> Iterator[list[str]]:
    pks: list[str] = []
    while pks := list(
        messages.filter(pk__gt=pks[-1] if pks else NO_ID).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield pks


@transaction.atomic
def _rebuild_batch(pks: list[str], scopes: dict[Any, str]) -> int:
    messages = {row.pk: row for row in Message.objects.select_for_update().filter(pk__in=pks, terms__isnull=False)}
    translations = MessageTranslation.objects.filter(message__in=messages, terms__isnull=False)
    written = 0
    for message in messages.values():
        if scope_id := scopes.get(message.conversation_id):
            terms = terms_of(message.content, scope_id)
            written += Message.objects.filter(pk=message.pk).update(terms=terms)
    for row in translations:
        if scope_id := scopes.get(messages[row.message_id].conversation_id):
            terms = terms_of(row.text, scope_id, row.language)
            written += MessageTranslation.objects.filter(pk=row.pk).update(terms=terms)
    return written
