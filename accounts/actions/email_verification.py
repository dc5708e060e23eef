"""Prove that an address belongs to an account: by a mailed link, or by another sign-in that reaches the address."""

import hashlib
from datetime import timedelta
from urllib.parse import urlencode

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.actions.tokens import end_access
from accounts.errors import LinkInvalid
from accounts.mail.outbox import queue_mail
from accounts.models import OutgoingMail, SocialState, User
from rosetta.http.links import link_to

LINK_LIVES = timedelta(minutes=60)


def address_hash(email: str) -> str:
    return hashlib.sha1(email.encode(), usedforsecurity=False).hexdigest()


def _signature(user_id: int, email_hash: str, expires: str) -> str:
    return salted_hmac("accounts.verify", f"{user_id}|{email_hash}|{expires}", algorithm="sha256").hexdigest()


def verification_link(user: User) -> str:
    """Return a link that verifies ``user``'s present address within the next hour."""
    email_hash = address_hash(user.email)
    expires = str(int((timezone.now() + LINK_LIVES).timestamp()))
    query = urlencode({"expires": expires, "signature": _signature(user.pk, email_hash, expires)})
    return f"{link_to('email-verify', id=user.pk, hash=email_hash)}?{query}"


@transaction.atomic
def verify_email(*, user_id: int, email_hash: str, expires: str, signature: str) -> User:
    """Mark the address of a verification link as verified. Idempotent. Locks the account.

    Raises LinkInvalid when the link is forged or expired, or when the account has another address by now.
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


def request_verification(*, user: User, language: str = "") -> None:
    """Queue a mail with a verification link to ``user``, unless the address is verified."""
    if user.email_verified_at is None:
        queue_mail(kind=OutgoingMail.Kind.VERIFY, email=user.email, language=language, lives=LINK_LIVES)


@transaction.atomic
def prove_address(*, user: User) -> User:
    """Mark ``user``'s address as proven by a code, a provider or a password reset. Idempotent. Locks the account.

    The first proof ends every password, token, session and link that the account had before, because somebody else may
    have registered it with this address: it belongs to the address's owner.
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
