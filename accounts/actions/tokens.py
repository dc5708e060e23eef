"""Access tokens and sessions: made here, ended here, and with them their sockets and what hangs on them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.identity import credentials
from accounts.identity.secrets import digest, new_secret
from accounts.models import AccessToken, Session, User
from rosetta.http.permissions import FULL
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
    credentials.ended([token.user_id], [credentials.of_token(number)])
    transaction.on_commit(lambda: wake(f"who:token:{number}"))


@transaction.atomic
def end_session(*, session: Session) -> None:
    """``session`` is signed out; its sockets close."""
    ulid = session.id
    session.delete()
    if session.user_id is not None:
        credentials.ended([session.user_id], [credentials.of_session(ulid)])
    transaction.on_commit(lambda: wake(f"who:session:{ulid}"))


@transaction.atomic
def end_access(*, user: User, but_token: AccessToken | None = None, but_session: str | None = None) -> None:
    """End every token and session of ``user``, but the one that calls: a token, or a session by its key."""
    user.access_tokens.exclude(pk=but_token.pk if but_token else 0).delete()
    user.sessions.exclude(session_key=but_session or "").delete()
    kept = user.sessions.first() if but_session else None
    stays = credentials.of_token(but_token.pk) if but_token else credentials.of_session(kept.id) if kept else ""
    credentials.all_ended(user, stays)
    transaction.on_commit(lambda: wake(f"who:user:{user.pk}"))


@transaction.atomic
def end_expired_tokens(*, batch: int) -> int:
    """Forget up to ``batch`` tokens whose time is over; returns how many went."""
    rows = AccessToken.objects.filter(expires_at__lt=timezone.now())
    gone = dict(rows.values_list("pk", "user_id")[:batch])
    AccessToken.objects.filter(pk__in=list(gone)).delete()
    credentials.ended(set(gone.values()), [credentials.of_token(number) for number in gone])
    return len(gone)


@transaction.atomic
def end_expired_sessions(*, batch: int) -> int:
    """Forget up to ``batch`` sessions whose time is over; returns how many went."""
    rows = Session.objects.filter(expire_date__lt=timezone.now())
    gone = dict(rows.values_list("id", "user_id")[:batch])
    Session.objects.filter(id__in=list(gone)).delete()
    credentials.ended({one for one in gone.values() if one}, [credentials.of_session(ulid) for ulid in gone])
    return len(gone)
