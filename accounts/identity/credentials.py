"""What opens an account, by name: a token or a session; and what the apps above hang on it, which ends with it.

They lie above accounts, which therefore must not import them: each registers in ``AppConfig.ready``, as for ``leaving``.
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
    """One kind of thing that a token or session brought along.

    Both run in the transaction that ends the credentials, after these are gone: ``end`` takes users and the names of their
    credentials, ``end_all`` one user and the name of the credential that stays, empty for none.
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
    """What a signed-in person's request was let in by. Raises AccessEnded where that is over meanwhile."""
    if isinstance(request.auth, AccessToken):
        return of_token(request.auth.pk)
    session = Session.objects.filter(session_key=request.session.session_key or "").first()
    if session is None:
        raise AccessEnded
    return of_session(session.id)


def hold(name: str) -> None:
    """Keep a credential from ending before the caller's transaction does. Raises AccessEnded where it is over already."""
    kind, _, key = name.partition(":")
    rows = AccessToken.objects.filter(pk=key) if kind == TOKEN else Session.objects.filter(id=key)
    if rows.select_for_update().first() is None:
        raise AccessEnded


def ended(user_ids: Collection[int], names: Collection[str]) -> None:
    """End what hangs on the credentials with these ``names``, which are gone."""
    for dependant in DEPENDANTS:
        dependant.end(user_ids, names)


def all_ended(user: User, but: str) -> None:
    """End what hangs on any credential of ``user``'s but the one that is named, or on none that is known."""
    for dependant in DEPENDANTS:
        dependant.end_all(user, but)
