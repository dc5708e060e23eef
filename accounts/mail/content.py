"""The mails of accounts: what each says, in the reader's language. Their secrets are made here, as they are sent.

Nothing that a stranger typed (a name, say) goes into a mail: anybody can have one sent to any address.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actions import codes, passwords, proving
from accounts.models import OutgoingMail, User
from rosetta import languages


@dataclass(frozen=True)
class Letter:
    """What a mail says: sentences before and after either a link or a code."""

    subject: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    link: str = ""
    label: str = ""
    code: str = ""


# What lies above this app adds its own, by topic. Where a mail's topic goes on after a ``/``, its letter is told what with.
NOTICES: dict[str, Callable[..., Letter]] = {}


def written(mail: OutgoingMail) -> EmailMultiAlternatives | None:
    """``mail`` ready to send, or None when there is no longer a reason to."""
    user = User.objects.filter(email=mail.email).first()
    code = mail.language or (user.preferred_language if user else languages.DEFAULT)
    language = languages.BY_CODE.get(code, languages.BY_CODE[languages.DEFAULT])
    with translation.override(language.catalogue):
        letter = _letter(mail, user)
        if letter is None:
            return None
        context = {"letter": letter, "language": language.code}
        message = EmailMultiAlternatives(
            letter.subject,
            render_to_string("accounts/mail.txt", context),
            settings.DEFAULT_FROM_EMAIL,
            [mail.email],
            headers={"Auto-Submitted": "auto-generated"},  # so that no absence note answers
        )
        message.attach_alternative(render_to_string("accounts/mail.html", context), "text/html")
    return message


def _letter(mail: OutgoingMail, user: User | None) -> Letter | None:
    match mail.kind:
        case OutgoingMail.Kind.VERIFY:
            return _verify(user) if user and user.is_active and user.email_verified_at is None else None
        case OutgoingMail.Kind.CODE:
            code = codes.make_code(email=mail.email)
            return _code(code) if code else None
        case OutgoingMail.Kind.RESET:
            return _reset(user) if user else None
        case OutgoingMail.Kind.NOTICE:
            topic, _slash, about = mail.topic.partition("/")
            write = NOTICES.get(topic)
            if write is None or user is None or user.deleted_at is not None:
                return None
            return write(about) if about else write()
    return None


def _verify(user: User) -> Letter:
    return Letter(
        subject=_("Verify your email address"),
        before=(_("Please confirm that this is your email address."),),
        link=proving.verification_link(user),
        label=_("Verify email address"),
        after=(
            _("The link works for 60 minutes."),
            _("If you did not create an account, you can ignore this message."),
        ),
    )


def _code(code: str) -> Letter:
    return Letter(
        subject=_("Your sign-in code"),
        before=(_("Enter this code to sign in:"),),
        code=code,
        after=(
            _("The code works once, for 10 minutes. Do not share it with anyone."),
            _("If you did not ask for it, you can ignore this message."),
        ),
    )


def _reset(user: User) -> Letter:
    return Letter(
        subject=_("Reset your password"),
        before=(_("You asked to reset the password of your account."),),
        link=passwords.reset_link(user),
        label=_("Choose a new password"),
        after=(
            _("The link works once, for 60 minutes."),
            _("If it was not you, you can ignore this message: your password stays as it is."),
        ),
    )
