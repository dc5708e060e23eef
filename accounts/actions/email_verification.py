"""Prove that an address belongs to an account.

By a mailed link, or by another sign-in that reaches the address.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import QuerySet
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


@dataclass(frozen=True, slots=True)
class Link:
    """The parts of a verification link, as they came in a request."""

    user_id: int
    email_hash: str
    expires: str
    signature: str

    def user(self, rows: QuerySet[User]) -> User:
        """Return the link's account from ``rows``.

        Raises LinkInvalid when the link is forged or expired, or when the account is closed or has another address by now.
        """
        is_signed = constant_time_compare(self.signature, _signature(self.user_id, self.email_hash, self.expires))
        if not is_signed or int(self.expires) <= timezone.now().timestamp():
            raise LinkInvalid
        user = rows.filter(pk=self.user_id, is_active=True).first()
        if user is None or not constant_time_compare(address_hash(user.email), self.email_hash):
            raise LinkInvalid
        return user


def user_of_link(*, link: Link) -> User:
    """Return the account of ``link`` and change nothing. Raises LinkInvalid."""
    return link.user(User.objects.all())


@transaction.atomic
def verify_email(*, link: Link) -> None:
    """Mark the address of an opened ``link`` as verified.

    Idempotent. Locks the account. Raises LinkInvalid.

    It is not proven by this, because a mail scanner may have opened the link: see ``prove_address``.
    """
    user = link.user(User.objects.select_for_update())
    if user.email_verified_at is None:
        user.email_verified_at, user.is_email_unconfirmed = timezone.now(), True
        user.save(update_fields=["email_verified_at", "is_email_unconfirmed", "updated_at"])


@transaction.atomic
def confirm_email(*, link: Link) -> None:
    """Mark the address of ``link`` as proven by a person.

    Idempotent. Locks the account. Raises LinkInvalid.
    """
    user = link.user(User.objects.select_for_update())
    if not user.has_proven_email:
        user.email_verified_at, user.is_email_unconfirmed = user.email_verified_at or timezone.now(), False
        user.save(update_fields=["email_verified_at", "is_email_unconfirmed", "updated_at"])


@transaction.atomic
def disown_email(*, link: Link) -> None:
    """End every way into the account of ``link``, whose address's owner did not create it. Idempotent. Locks the account.

    Raises LinkInvalid, also when a person has proven the address meanwhile.
    """
    user = link.user(User.objects.select_for_update())
    if user.has_proven_email:
        raise LinkInvalid
    user.email_verified_at, user.is_email_unconfirmed = None, False
    _end_everything(user)


def request_verification(*, user: User, language: str = "") -> None:
    """Queue a mail with a verification link to ``user``, unless the address is verified."""
    if user.email_verified_at is None:
        queue_mail(kind=OutgoingMail.Kind.VERIFY, email=user.email, language=language, lives=LINK_LIVES)


@transaction.atomic
def prove_address(*, user: User) -> User:
    """Mark ``user``'s address as proven by a code, a provider or a password reset.

    Idempotent. Locks the account.

    The first proof ends every password, token, session and link that the account had before, because somebody else may
    have registered it with this address: it belongs to the address's owner.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.has_proven_email:
        user.email_verified_at, user.is_email_unconfirmed = timezone.now(), False
        _end_everything(user)
    return user


def _end_everything(user: User) -> None:
    """Save ``user`` without a password, and end its tokens, sessions and links to providers."""
    user.set_unusable_password()
    user.save(update_fields=["password", "email_verified_at", "is_email_unconfirmed", "updated_at"])
    SocialAccount.objects.filter(user=user).delete()
    SocialState.objects.filter(user=user).delete()
    end_access(user=user)
