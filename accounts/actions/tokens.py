"""Issue access tokens, and end tokens and sessions with their sockets and everything that depends on them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.identity import credentials
from accounts.identity.secrets import digest, new_secret
from accounts.models import AccessToken, Session, User
from accounts.staff.rank import check_is_below
from rosetta import access_changes
from rosetta.http.permissions import FULL


def issue_token(
    *, user: User, name: str, abilities: Iterable[str] = (FULL,), expires_at: datetime | None = None
) -> tuple[AccessToken, str]:
    """Create a token.

    Returns it and its secret form ``{id}|{secret}``, which is not stored.
    """
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
def revoke_token(*, token: AccessToken, actor: User | None = None) -> None:
    """Delete ``token``; its sockets close.

    ``actor`` is the staff member who does it, None for its owner. Raises Conflict unless its owner is below ``actor``.
    """
    check_is_below(token.user, actor)
    number = token.pk
    token.delete()
    credentials.ended([token.user_id], [credentials.of_token(number)])
    access_changes.record(access_changes.Kind.TOKEN, [number])


@transaction.atomic
def end_session(*, session: Session) -> None:
    """Delete ``session``, which signs its browser out; its sockets close."""
    ulid = session.id
    session.delete()
    if session.user_id is not None:
        credentials.ended([session.user_id], [credentials.of_session(ulid)])
    access_changes.record(access_changes.Kind.SESSION, [ulid])


@transaction.atomic
def end_access(*, user: User, but_token: AccessToken | None = None, but_session: str | None = None) -> None:
    """End every token and session of ``user`` but the one that calls.

    A token, or a session by the key of its cookie.
    """
    user.access_tokens.exclude(pk=but_token.pk if but_token else 0).delete()
    session = user.sessions.of_key(but_session).first()
    user.sessions.exclude(pk=session.pk if session else "").delete()
    remaining = credentials.of_session(session.id) if session else ""
    credentials.all_ended(user, credentials.of_token(but_token.pk) if but_token else remaining)
    access_changes.record(access_changes.Kind.USER, [user.pk])


@transaction.atomic
def end_expired_tokens(*, batch: int) -> int:
    """Delete up to ``batch`` expired tokens; returns the number deleted."""
    rows = AccessToken.objects.filter(expires_at__lt=timezone.now())
    owners = dict(rows.values_list("pk", "user_id")[:batch])
    AccessToken.objects.filter(pk__in=list(owners)).delete()
    credentials.ended(set(owners.values()), [credentials.of_token(token_id) for token_id in owners])
    return len(owners)


@transaction.atomic
def end_expired_sessions(*, batch: int) -> int:
    """Delete up to ``batch`` expired sessions; returns the number deleted."""
    rows = Session.objects.filter(expire_date__lt=timezone.now())
    owners = dict(rows.values_list("id", "user_id")[:batch])
    Session.objects.filter(id__in=list(owners)).delete()
    user_ids = {user_id for user_id in owners.values() if user_id}
    credentials.ended(user_ids, [credentials.of_session(session_id) for session_id in owners])
    return len(owners)
