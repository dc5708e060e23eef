"""Reset forgotten passwords, and change known ones."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction

from accounts.actions.email_verification import prove_address
from accounts.actions.tokens import end_access
from accounts.errors import email_unknown, reset_token_invalid
from accounts.mail.outbox import queue_mail
from accounts.models import AccessToken, OutgoingMail, User

RESET_LIVES = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


class ResetTokens(PasswordResetTokenGenerator):
    """Make Django's reset tokens, signed over what a reset changes.

    Each works once and ends with the address.

    The last sign-in, which Django's own include, is left out: a sign-in elsewhere does not end a reset.
    """

    key_salt = "accounts.reset"

    def _make_hash_value(self, user: User, timestamp: int) -> str:  # type: ignore[override]
        return f"{user.pk}{user.password}{timestamp}{user.email}"


reset_tokens = ResetTokens()


def reset_link(user: User) -> str:
    query = urlencode({"token": reset_tokens.make_token(user), "email": user.email})
    return f"{settings.FRONTEND_URL or settings.PUBLIC_URL}/reset-password?{query}"


@transaction.atomic
def request_reset(*, email: str, language: str = "") -> None:
    """Queue a mail with a reset link to ``email``.

    Raises Invalid for an unknown address, unless ``HIDE_ACCOUNT_EXISTENCE`` is on.
    """
    if not settings.HIDE_ACCOUNT_EXISTENCE and not User.objects.filter(email=email).exists():
        raise email_unknown()
    # Hidden, an unknown address is queued too, so that the time is the same; the worker then has nobody to write to.
    queue_mail(kind=OutgoingMail.Kind.RESET, email=email, language=language, lives=RESET_LIVES)


@transaction.atomic
def reset_password(*, email: str, token: str, password: str) -> None:
    """Set a new password by a mailed token, which proves the address too.

    Locks the account.

    Ends every access token, session and pending reset. Raises Invalid when the token is not good for ``email``.
    """
    user = User.objects.select_for_update().filter(email=email).first()
    # Checked for an unknown address too, because it has to cost the same as a wrong token.
    if not reset_tokens.check_token(user or User(pk=0, email=email), token) or user is None:
        raise reset_token_invalid()
    set_password(user=prove_address(user=user), password=password)


@transaction.atomic
def set_password(
    *, user: User, password: str, but_token: AccessToken | None = None, but_session: str | None = None
) -> None:
    """Set ``user``'s password.

    Ends pending resets and every access token and session but the one that calls.
    """
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    end_access(user=user, but_token=but_token, but_session=but_session)
