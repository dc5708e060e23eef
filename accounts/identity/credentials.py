"""Names of credentials (``token:1``, ``session:01h…``), and hooks that delete whatever depends on one when it ends.

Higher apps register their hooks in ``AppConfig.ready``, because accounts must not import higher apps.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from rest_framework.request import Request

from accounts.errors import AccessEnded
from accounts.models import AccessToken, Session, User

TOKEN, SESSION = "token", "session"
# ``session:`` and a ULID.
LENGTH = 34


@dataclass(frozen=True)
class Dependant:
    """Deletes one kind of thing that depends on a token or session.

    Both run in the transaction that ends the credentials, after these are deleted: ``end`` takes users and the names of
    their credentials, ``end_all`` one user and the name of the credential that stays, empty for none.
    """

    name: str
    end: Callable[[Collection[int], Collection[str]], None]
    end_all: Callable[[User, str], None]


DEPENDANTS: list[Dependant] = []


def of_token(token_id: int) -> str:
    return f"{TOKEN}:{token_id}"


def of_session(session_id: str) -> str:
    return f"{SESSION}:{session_id}"


def of_request(request: Request) -> str:
    """Return the name of the credential of a signed-in request.

    Raises AccessEnded when it has ended meanwhile.
    """
    if isinstance(request.auth, AccessToken):
        return of_token(request.auth.pk)
    session = Session.objects.of_key(request.session.session_key).first()
    if session is None:
        raise AccessEnded
    return of_session(session.id)


def hold(name: str) -> None:
    """Lock a credential until the transaction ends.

    Raises AccessEnded when it has ended already.
    """
    kind, _, key = name.partition(":")
    rows = AccessToken.objects.filter(pk=key) if kind == TOKEN else Session.objects.filter(id=key)
    if rows.select_for_update().first() is None:
        raise AccessEnded


def ended(user_ids: Collection[int], names: Collection[str]) -> None:
    """End what depends on the deleted credentials with these ``names``."""
    for dependant in DEPENDANTS:
        dependant.end(user_ids, names)


def all_ended(user: User, but: str) -> None:
    """End what depends on any credential of ``user`` but ``but``, or on an unknown one."""
    for dependant in DEPENDANTS:
        dependant.end_all(user, but)
