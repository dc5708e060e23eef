"""Sign in with a code that is mailed to the address."""

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.actions.email_verification import prove_address
from accounts.actions.sign_in import require_active
from accounts.errors import wrong_code
from accounts.mail.outbox import queue_mail
from accounts.metrics import sign_in_failed
from accounts.models import OneTimeCode, OutgoingMail, User

CODE_LIVES = timedelta(minutes=10)


def _hash(email: str, code: str) -> str:
    """Return a keyed hash, because all six-digit codes are soon tried against a plain one."""
    return salted_hmac("accounts.code", f"{email}|{code}", algorithm="sha256").hexdigest()


@transaction.atomic
def request_code(*, email: str, language: str = "") -> None:
    """Queue a mail with a new code to ``email``; an earlier code ends.

    Does the same work for every address.
    """
    expires_at = timezone.now() + CODE_LIVES
    OneTimeCode.objects.update_or_create(email=email, defaults={"code_hash": "", "tries": 0, "expires_at": expires_at})
    OutgoingMail.objects.filter(kind=OutgoingMail.Kind.CODE, email=email).delete()
    queue_mail(kind=OutgoingMail.Kind.CODE, email=email, language=language, lives=CODE_LIVES)


def make_code(*, email: str) -> str | None:
    """Return a new code to mail to ``email`` now, valid for ten minutes.

    None when its request was used or replaced.
    """
    code = f"{secrets.randbelow(1_000_000):06d}"
    changes = {"code_hash": _hash(email, code), "tries": 0, "expires_at": timezone.now() + CODE_LIVES}
    return code if OneTimeCode.objects.filter(email=email).update(**changes) else None


def spend_try(*, email: str, field: str = "token") -> None:
    """Count a try at ``email``'s code.

    Raises Invalid on ``field`` when there is no live code or no try left.

    Call it outside the transaction that uses the code, because a refused try counts too.
    """
    live = OneTimeCode.objects.filter(email=email, expires_at__gt=timezone.now(), tries__lt=OneTimeCode.MAX_TRIES)
    if not live.exclude(code_hash="").update(tries=F("tries") + 1):
        sign_in_failed("code")
        raise wrong_code(field)


def use_code(*, email: str, code: str, field: str = "token") -> None:
    """Use ``email``'s code up; of two equal calls one succeeds.

    Raises Invalid on ``field`` for a wrong code.
    """
    if not OneTimeCode.objects.filter(email=email, code_hash=_hash(email, code)).delete()[0]:
        sign_in_failed("code")
        raise wrong_code(field)


def sign_in_with_code(*, email: str, code: str, language: str) -> User:
    """Return the account of ``email``, created if there is none, once ``code`` proves the address.

    Raises Invalid for a wrong, used or expired code, and AccountInactive when the code is right and the account closed.
    """
    spend_try(email=email)
    with transaction.atomic():
        use_code(email=email, code=code)
        return prove_address(user=require_active(_user_of(email, language)))


def _user_of(email: str, language: str) -> User:
    user = User.objects.filter(email=email).first()
    if user is not None:
        return user
    try:
        with transaction.atomic():
            return User.objects.create_user(email, preferred_language=language)
    except IntegrityError:  # registered by another request since the check
        return User.objects.get(email=email)
