"""Sign-in: check a password, refuse closed accounts, issue an app's token."""

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.actions.tokens import issue_token
from accounts.errors import AccountInactive, wrong_credentials
from accounts.identity.typed import canonical_password
from accounts.metrics import sign_in_failed
from accounts.models import User


def user_of_credentials(*, email: str, password: str) -> User:
    """Return the active account that ``email`` and ``password`` open.

    Takes the same time for an address without an account. Raises Invalid, which does not say which half was wrong, and
    AccountInactive once the password was right.
    """
    user = User.objects.filter(email=email).first()
    if user is None:
        _check_nothing(password)
    if user is None or not user.check_password(password):
        sign_in_failed("password")
        raise wrong_credentials()
    return require_active(user)


def _check_nothing(password: str) -> None:
    """Take as long as checking ``password`` against a stored hash does."""
    for _form in {password, canonical_password(password)}:
        make_password(password)


def require_active(user: User) -> User:
    """Return ``user``. Raises AccountInactive when staff closed the account."""
    if not user.is_active:
        raise AccountInactive
    return user


@transaction.atomic
def sign_in_with_token(*, user: User, device_name: str) -> str:
    """Return a new token for an app on ``device_name`` whose person has proven to be ``user``."""
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    return issue_token(user=user, name=device_name)[1]
