"""Registries through which higher apps take part in the deletion and the export of accounts.

Filled in ``AppConfig.ready``, because accounts must not import higher apps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from zipfile import ZipFile

from accounts.models import User

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
    and calls its last argument with the number added since the last call.
    """

    name: str
    count: Callable[[User], int]
    write: Callable[[User, ZipFile, Callable[[int], None]], None]


ERASERS: list[Eraser] = []
EXPORTERS: list[Exporter] = []
