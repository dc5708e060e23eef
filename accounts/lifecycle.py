"""What the apps above have to say when somebody leaves or asks for their data; each registers it in ``AppConfig.ready``.

They lie above accounts, which therefore must not import them: these lists are the one place where they meet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from zipfile import ZipFile

from accounts.models import User

# Raise Invalid when the user must not leave yet. Run in the transaction that closes the account, with its row locked.
CHECKS: list[Callable[[User], None]] = []


@dataclass(frozen=True)
class Eraser:
    """One kind of thing that a leaver leaves behind.

    ``count`` tells how many there are; ``erase`` removes a bounded batch, in a transaction of its own, and returns how
    many went: 0 when there are none left. Both may be called again after a crash.
    """

    name: str
    count: Callable[[User], int]
    erase: Callable[[User], int]


@dataclass(frozen=True)
class Exporter:
    """One kind of thing that a person takes along.

    ``count`` tells how many there are; ``write`` adds them to the ZIP, a bounded number in memory at a time, and calls its
    last argument with how many it has added since.
    """

    name: str
    count: Callable[[User], int]
    write: Callable[[User, ZipFile, Callable[[int], None]], None]


ERASERS: list[Eraser] = []
EXPORTERS: list[Exporter] = []
