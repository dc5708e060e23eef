"""Registration with an address and a password."""

from django.db import IntegrityError, transaction

from accounts.actions.email_verification import request_verification
from accounts.errors import email_taken
from accounts.models import User


@transaction.atomic
def register(*, email: str, password: str, name: str, preferred_language: str, mail_language: str = "") -> User:
    """Create an unverified account and queue its verification mail.

    Raises Invalid when the address is taken.
    """
    if User.objects.filter(email=email).exists():
        raise email_taken()
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name, preferred_language=preferred_language)
    except IntegrityError:  # registered by another request since the check
        raise email_taken() from None
    request_verification(user=user, language=mail_language)
    return user
