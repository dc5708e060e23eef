"""Forgotten and changed passwords."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction

from accounts.actions.proving import prove_address
from accounts.actions.tokens import end_access
from accounts.errors import email_unknown, reset_token_invalid
from accounts.mail.outbox import owe_mail
from accounts.models import AccessToken, OutgoingMail, User

RESET_LIVES = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


class ResetTokens(PasswordResetTokenGenerator):
    """Django's reset tokens, signed over what a reset changes, so that each works once and dies with the address.

    Without the last sign-in, which Django takes in too: somebody who signs in elsewhere meanwhile may go on.
    """

    key_salt = "accounts.reset"

    def _make_hash_value(self, user: User, timestamp: int) -> str:  # type: ignore[override]
        return f"{user.pk}{user.password}{timestamp}{user.email}"


reset_tokens = ResetTokens()


def reset_link(user: User) -> str:
    query = urlencode({"token": reset_tokens.make_token(user), "email": user.email})
    return f"{settings.FRONTEND_URL or settings.PUBLIC_URL}/reset-password?{query}"


@transaction.atomic
def forgot_password(*, email: str, language: str = "") -> None:
    """Owe ``email`` a reset link. Raises Invalid for an address that nobody has, unless that is to stay hidden."""
    if not settings.HIDE_ACCOUNT_EXISTENCE and not User.objects.filter(email=email).exists():
        raise email_unknown()
    # For an unknown address too, where that is hidden: the worker finds nobody to write to, and the time is the same.
    owe_mail(kind=OutgoingMail.Kind.RESET, email=email, language=language, lives=RESET_LIVES)


@transaction.atomic
def reset_password(*, email: str, token: str, password: str) -> None:
    """A new password for who has the link; it proves the address and ends every token, session and pending reset.

    Raises Invalid when the token is not, or no longer, good for ``email``.
    """
    user = User.objects.select_for_update().filter(email=email).first()
    # A stranger's check costs the same as a wrong token's.
    if not reset_tokens.check_token(user or User(pk=0, email=email), token) or user is None:
        raise reset_token_invalid()
    set_password(user=prove_address(user=user), password=password)


@transaction.atomic
def set_password(
    *, user: User, password: str, but_token: AccessToken | None = None, but_session: str | None = None
) -> None:
    """Change ``user``'s password. Every token, session and pending reset ends, but the token or session that calls."""
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    end_access(user=user, but_token=but_token, but_session=but_session)
