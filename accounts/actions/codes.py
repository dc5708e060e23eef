"""Sign-in by a code that an address is mailed."""

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.actions.proving import prove_address
from accounts.actions.signing_in import active
from accounts.errors import wrong_code
from accounts.mail.outbox import owe_mail
from accounts.models import OneTimeCode, OutgoingMail, User

CODE_LIVES = timedelta(minutes=10)


def _hash(email: str, code: str) -> str:
    """Keyed, since six digits are soon tried."""
    return salted_hmac("accounts.code", f"{email}|{code}", algorithm="sha256").hexdigest()


@transaction.atomic
def request_code(*, email: str, language: str = "") -> None:
    """Owe ``email`` a fresh code; an earlier one opens nothing from now on. The same work for every address."""
    ends = timezone.now() + CODE_LIVES
    OneTimeCode.objects.update_or_create(email=email, defaults={"code_hash": "", "tries": 0, "expires_at": ends})
    OutgoingMail.objects.filter(kind=OutgoingMail.Kind.CODE, email=email).delete()
    owe_mail(kind=OutgoingMail.Kind.CODE, email=email, language=language, lives=CODE_LIVES)


def make_code(*, email: str) -> str | None:
    """The code to mail to ``email`` now, valid for ten minutes; None when none is asked for any more."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    changes = {"code_hash": _hash(email, code), "tries": 0, "expires_at": timezone.now() + CODE_LIVES}
    return code if OneTimeCode.objects.filter(email=email).update(**changes) else None


def spend_try(*, email: str, field: str = "token") -> None:
    """Count a try at ``email``'s code. Raises Invalid on ``field`` when there is none, or none left.

    Stands for itself, outside the caller's transaction: a refused try is a try.
    """
    live = OneTimeCode.objects.filter(email=email, expires_at__gt=timezone.now(), tries__lt=OneTimeCode.MAX_TRIES)
    if not live.exclude(code_hash="").update(tries=F("tries") + 1):
        raise wrong_code(field)


def use_code(*, email: str, code: str, field: str = "token") -> None:
    """Use ``email``'s code up. Raises Invalid on ``field`` when it is another one; of two equal calls one gets through."""
    if not OneTimeCode.objects.filter(email=email, code_hash=_hash(email, code)).delete()[0]:
        raise wrong_code(field)


def sign_in_with_code(*, email: str, code: str, language: str) -> User:
    """The account of ``email``, made now if there is none, once ``code`` proves the address.

    Raises Invalid for a wrong, used or expired code and AccountInactive to who has the right one.
    """
    spend_try(email=email)
    with transaction.atomic():
        use_code(email=email, code=code)
        return prove_address(user=active(_user_of(email, language)))


def _user_of(email: str, language: str) -> User:
    user = User.objects.filter(email=email).first()
    if user is not None:
        return user
    try:
        with transaction.atomic():
            return User.objects.create_user(email, preferred_language=language)
    except IntegrityError:  # registered this very moment
        return User.objects.get(email=email)
