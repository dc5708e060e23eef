"""Access tokens and sessions: made here, ended here, and their sockets with them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import AccessToken, Session, User
from accounts.secrets import digest, new_secret
from rosetta.permissions import FULL
from rosetta.wake import wake


def issue_token(
    *, user: User, name: str, abilities: Iterable[str] = (FULL,), expires_at: datetime | None = None
) -> tuple[AccessToken, str]:
    """A new token and its one showing, ``{id}|{secret}``."""
    secret = new_secret()
    token = AccessToken.objects.create(
        user=user,
        name=name[:255],
        abilities=list(dict.fromkeys(abilities)),
        expires_at=expires_at,
        secret_hash=digest(secret),
    )
    return token, f"{token.pk}|{secret}"


@transaction.atomic
def revoke_token(*, token: AccessToken) -> None:
    """``token`` opens nothing from now on; its sockets close."""
    number = token.pk
    token.delete()
    transaction.on_commit(lambda: wake(f"who:token:{number}"))


@transaction.atomic
def end_session(*, session: Session) -> None:
    """``session`` is signed out; its sockets close."""
    ulid = session.id
    session.delete()
    transaction.on_commit(lambda: wake(f"who:session:{ulid}"))


@transaction.atomic
def end_access(*, user: User, but_token: AccessToken | None = None, but_session: str | None = None) -> None:
    """End every token and session of ``user``, but the one that calls: a token, or a session by its key."""
    user.access_tokens.exclude(pk=but_token.pk if but_token else 0).delete()
    user.sessions.exclude(session_key=but_session or "").delete()
    transaction.on_commit(lambda: wake(f"who:user:{user.pk}"))
