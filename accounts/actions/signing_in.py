"""Registration and sign-in by password."""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions.proving import ask_to_verify
from accounts.actions.tokens import issue_token
from accounts.errors import AccountInactive, email_taken, wrong_credentials
from accounts.models import User


@transaction.atomic
def register(*, email: str, password: str, name: str, preferred_language: str, mail_language: str = "") -> User:
    """A new, unverified account, which owes its address a verification email. Raises Invalid when the address is taken."""
    if User.objects.filter(email=email).exists():
        raise email_taken()
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name, preferred_language=preferred_language)
    except IntegrityError:
        raise email_taken() from None
    ask_to_verify(user=user, language=mail_language)
    return user


def user_of_credentials(*, email: str, password: str) -> User:
    """The active account that ``email`` and ``password`` open.

    Raises Invalid, which does not tell which half was wrong, and AccountInactive to who knows the password. Takes the
    same time for an address that nobody has.
    """
    user = User.objects.filter(email=email).first()
    if user is None:
        make_password(password)  # as long as checking one takes
        raise wrong_credentials()
    if not user.check_password(password):
        raise wrong_credentials()
    return active(user)


def active(user: User) -> User:
    """``user``, unless staff closed the account: then raises AccountInactive."""
    if not user.is_active:
        raise AccountInactive
    return user


@transaction.atomic
def sign_in_with_token(*, user: User, device_name: str) -> str:
    """A token for an app on ``device_name`` that has proven to be ``user``: its one showing."""
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    return issue_token(user=user, name=device_name)[1]
