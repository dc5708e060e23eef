"""Registries through which higher apps take part in the deletion and the export of accounts.

Filled in ``AppConfig.ready``, because accounts must not import higher apps.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from typing import Any
from zipfile import ZipFile

from django.db.models import QuerySet

from accounts.models import User

# Rows of an export that are in memory at a time.
CHUNK = 500

# Raise Invalid when the account must not be deleted yet. Run in the transaction that closes it, with its row locked.
CHECKS: list[Callable[[User], None]] = []


@dataclass(frozen=True)
class Eraser:
    """Erases one kind of data of a deleted account.

    ``count`` returns how many items there are. ``erase`` deletes a bounded batch in a transaction of its own and returns
    the number deleted: 0 when none is left. Both may be called again after a crash.
    """

    name: str
    count: Callable[[User], int]
    erase: Callable[[User], int]


@dataclass(frozen=True)
class Exporter:
    """Writes one kind of data into the export of an account.

    ``count`` returns how many items there are. ``write`` adds them to the ZIP, with a bounded number in memory at a time,
    and calls its last argument with the number added since the last call. ``covers`` names what is exported with it:
    columns that point to people (``messaging.Reaction.user``), and models that belong to such rows.
    """

    name: str
    count: Callable[[User], int]
    write: Callable[[User, ZipFile, Callable[[int], None]], None]
    covers: tuple[str, ...] = ()


def _nothing(rows: Sequence[Any]) -> None:
    """Prepare nothing."""


def lines(
    name: str,
    *,
    rows: Callable[[User], QuerySet[Any]],
    line: Callable[[Any], dict[str, Any]],
    covers: tuple[str, ...],
    prepare: Callable[[Sequence[Any]], None] = _nothing,
) -> Exporter:
    """Return an exporter that writes ``rows`` to ``{name}.jsonl``.

    ``line`` of each as one JSON object a line.

    ``prepare`` is called with up to CHUNK rows before their lines are made, for what one query finds for all of them.
    """

    def write(user: User, archive: ZipFile, advance: Callable[[int], None]) -> None:
        with (
            archive.open(f"{name}.jsonl", "w", force_zip64=True) as raw,
            TextIOWrapper(raw, encoding="utf-8", newline="\n") as out,
        ):
            found = rows(user).iterator(chunk_size=CHUNK)
            while chunk := list(islice(found, CHUNK)):
                prepare(chunk)
                for row in chunk:
                    out.write(json.dumps(line(row), ensure_ascii=False) + "\n")
                    advance(1)

    return Exporter(name, lambda user: rows(user).count(), write, covers)


ERASERS: list[Eraser] = []
EXPORTERS: list[Exporter] = []
# What points to people and is in no export, each with the reason; the names are those of ``Exporter.covers``.
NOT_EXPORTED: dict[str, str] = {
    "account.EmailAddress.user": "never written: an address is a column of its account",
    "account.EmailAddress.email": "never written",
    "accounts.AccountDeletion.user": "says that the account is being deleted, which then has no export",
    "accounts.AccountExport.user": "the export itself",
    "accounts.AuditEntry.actor": "the work of staff, which is about other people",
    "accounts.OneTimeCode.email": "a code that lives for ten minutes, stored as a hash",
    "accounts.OutgoingMail.email": "a mail that is about to be sent",
    "accounts.Presence.user": "an open connection, deleted when it closes",
    "accounts.SocialState.user": "a sign-in under way, which lives for ten minutes",
    "admin.LogEntry.user": "the work of staff, which is about other people",
}
