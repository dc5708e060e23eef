"""Proof that an address is somebody's: verification links, and what a first proof ends."""

import hashlib
from datetime import timedelta
from urllib.parse import urlencode

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.actions.tokens import end_access
from accounts.errors import LinkInvalid
from accounts.mail.outbox import owe_mail
from accounts.models import OutgoingMail, SocialState, User

LINK_LIVES = timedelta(minutes=60)


def address_hash(email: str) -> str:
    return hashlib.sha1(email.encode(), usedforsecurity=False).hexdigest()


def _signature(user_id: int, email_hash: str, expires: str) -> str:
    return salted_hmac("accounts.verify", f"{user_id}|{email_hash}|{expires}", algorithm="sha256").hexdigest()


def verification_link(user: User) -> str:
    """A link that proves ``user``'s present address within the next hour."""
    email_hash = address_hash(user.email)
    expires = str(int((timezone.now() + LINK_LIVES).timestamp()))
    query = urlencode({"expires": expires, "signature": _signature(user.pk, email_hash, expires)})
    return f"{settings.PUBLIC_URL}/api/v1/auth/email/verify/{user.pk}/{email_hash}?{query}"


@transaction.atomic
def verify_email(*, user_id: int, email_hash: str, expires: str, signature: str) -> User:
    """The address behind a verification link is its account's; a second click changes nothing.

    Raises LinkInvalid when the link is forged, has expired or is for an address that the account no longer has.
    """
    signed = constant_time_compare(signature, _signature(user_id, email_hash, expires))
    if not signed or int(expires) <= timezone.now().timestamp():
        raise LinkInvalid
    user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
    if user is None or not constant_time_compare(address_hash(user.email), email_hash):
        raise LinkInvalid
    if user.email_verified_at is None:
        user.email_verified_at = timezone.now()
        user.save(update_fields=["email_verified_at", "updated_at"])
    return user


def ask_to_verify(*, user: User, language: str = "") -> None:
    """Owe ``user`` a verification link, unless the address is verified."""
    if user.email_verified_at is None:
        owe_mail(kind=OutgoingMail.Kind.VERIFY, email=user.email, language=language, lives=LINK_LIVES)


@transaction.atomic
def prove_address(*, user: User) -> User:
    """``user``'s address was proven by a code, a provider or a reset.

    For the first time, it ends every password, token, session and link that the account had before: whoever made the
    account with somebody else's address loses it to its owner.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.email_verified_at is None:
        user.set_unusable_password()
        user.email_verified_at = timezone.now()
        user.save(update_fields=["password", "email_verified_at", "updated_at"])
        SocialAccount.objects.filter(user=user).delete()
        SocialState.objects.filter(user=user).delete()
        end_access(user=user)
    return user
